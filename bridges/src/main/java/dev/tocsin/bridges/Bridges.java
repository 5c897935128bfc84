package dev.tocsin.bridges;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The bridges of a process, running from [#start] to [#close]. Any thread may call anything.
public final class Bridges implements AutoCloseable {

  private final List<HookPlace> places;

  /// By their paths.
  private final Map<String, HookDesk> desks;

  private Bridges(List<HookPlace> places, Map<String, HookDesk> desks) {
    this.places = List.copyOf(places);
    this.desks = Collections.unmodifiableMap(new LinkedHashMap<>(desks));
  }

  /// Starts all bridges of a plan.
  ///
  /// @param environment of the process, for secrets
  /// @param folder where bridges keep their state; `null` for memory alone
  /// @throws MissingSecretException when secrets are not to be had: all of them
  public static Bridges start(
      BridgePlan plan, Map<String, String> environment, @Nullable Path folder, InstantSource clock)
      throws MissingSecretException {
    List<String> missing = plan.missingSecrets(environment);
    if (!missing.isEmpty()) {
      throw new MissingSecretException(String.join("; ", missing));
    }
    List<HookPlace> places = new ArrayList<>();
    Map<String, HookDesk> desks = new LinkedHashMap<>();
    for (BridgeSettings bridge : plan.bridges()) {
      HookPlace place = HookPlace.of(bridge);
      places.add(place);
      desks.put(place.path(), desk(bridge, environment, folder, clock));
    }
    desks.values().forEach(HookDesk::start);
    return new Bridges(places, desks);
  }

  private static HookDesk desk(
      BridgeSettings bridge,
      Map<String, String> environment,
      @Nullable Path folder,
      InstantSource clock)
      throws MissingSecretException {
    Verification verification = bridge.verification();
    Verifier verifier = verification == null ? null : Verifier.of(verification, environment);
    Hook hook =
        switch (bridge) {
          case BridgeSettings.Webhook webhook ->
              new WebhookHook(webhook, verifier == null ? null : verifier.idHeader(), clock);
          case BridgeSettings.Alertmanager alertmanager ->
              new AlertmanagerHook(
                  alertmanager,
                  new KnownAlerts(
                      folder == null
                          ? null
                          : new StateFile(folder.resolve(bridge.name() + ".json"))),
                  clock);
        };
    return new HookDesk(bridge, verifier, hook, clock);
  }

  /// Where requests are taken, in the order of the file.
  public List<HookPlace> places() {
    return places;
  }

  /// Takes a request.
  ///
  /// @param path of one of the places
  /// @return completed on another thread, or at once; it does not fail
  public CompletionStage<HookAnswer> receive(String path, HookRequest request) {
    HookDesk desk = desks.get(path);
    if (desk == null) {
      throw new IllegalArgumentException("there is no hook at " + path);
    }
    return desk.receive(request);
  }

  /// How each bridge fares, in the order of the file.
  public List<BridgeStanding> standings() {
    return desks.values().stream().map(HookDesk::standing).toList();
  }

  @Override
  public void close() {
    desks.values().forEach(HookDesk::close);
  }
}

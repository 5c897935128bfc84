package dev.tocsin.bridges;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeSettings;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.description.BridgeFault;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.bridges.in.hook.HookAnswer;
import dev.tocsin.bridges.in.hook.HookDesk;
import dev.tocsin.bridges.in.hook.HookPlace;
import dev.tocsin.bridges.in.hook.HookRequest;
import dev.tocsin.events.BridgeStanding;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The bridges of a process, running from [#start] to [#close]. Any thread may call anything.
public final class Bridges implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Bridges.class);

  /// In the order of the file.
  private final List<Bridge> bridges;

  /// Those that take requests, by their paths, in the same order.
  private final Map<String, HookDesk> desks = new LinkedHashMap<>();

  private Bridges(List<Bridge> bridges) {
    this.bridges = List.copyOf(bridges);
    for (Bridge bridge : bridges) {
      if (bridge instanceof HookDesk desk) {
        desks.put(desk.place().path(), desk);
      }
    }
  }

  /// Makes the bridges of a plan, which do nothing yet.
  ///
  /// @param environment of the process, for secrets
  /// @param folder where bridges keep their state; `null` for memory alone
  /// @throws MissingSecretException when secrets are not to be had: all of them
  public static Bridges of(
      BridgePlan plan, Map<String, String> environment, @Nullable Path folder, InstantSource clock)
      throws MissingSecretException {
    return of(plan, new Equipment(environment, folder, clock, Backoff.usual(new Random())));
  }

  /// The same with a pace of one's own.
  ///
  /// @throws MissingSecretException when secrets are not to be had: all of them
  public static Bridges of(BridgePlan plan, Equipment equipment) throws MissingSecretException {
    List<String> missing = plan.missingSecrets(equipment.environment());
    if (!missing.isEmpty()) {
      throw new MissingSecretException(String.join("; ", missing));
    }
    for (BridgeFault note : plan.notes()) {
      LOG.atWarn().addKeyValue("place", note.pointer()).log(note.message());
    }
    List<Bridge> bridges = new ArrayList<>();
    for (BridgeSettings settings : plan.bridges()) {
      bridges.add(settings.make(equipment));
    }
    return new Bridges(bridges);
  }

  /// Starts them all. A request that came before waits.
  ///
  /// @param hub with the rights of the bridges themselves
  public void start(FollowableHub hub) {
    bridges.forEach(bridge -> bridge.start(hub));
  }

  /// Where requests are taken, in the order of the file.
  public List<HookPlace> places() {
    return desks.values().stream().map(HookDesk::place).toList();
  }

  /// Takes a request.
  ///
  /// @param path of one of the places
  /// @return completed on another thread, or at once; it does not fail
  public CompletionStage<HookAnswer> receive(String path, HookRequest request) {
    return desk(path).receive(request);
  }

  /// Notes a request that was refused before it could be received.
  ///
  /// @param path of one of the places
  /// @param reason one of a fixed set, whatever comes from outside
  /// @param sentence what its sender was told
  public void refused(String path, Reason reason, String sentence) {
    desk(path).refused(reason, sentence);
  }

  private HookDesk desk(String path) {
    HookDesk desk = desks.get(path);
    if (desk == null) {
      throw new IllegalArgumentException("there is no hook at " + path);
    }
    return desk;
  }

  /// Has a bridge that sends out send again what its receiver has refused for good; and one that has ended begins again.
  ///
  /// @param name of a bridge that sends out
  /// @return how many events were put back; empty when there is no such bridge
  public OptionalInt retry(String name) {
    for (Bridge bridge : bridges) {
      if (bridge.standing().name().equals(name)) {
        return bridge.sendAgain();
      }
    }
    return OptionalInt.empty();
  }

  /// How each bridge fares, in the order of the file.
  public List<BridgeStanding> standings() {
    return bridges.stream().map(Bridge::standing).toList();
  }

  @Override
  public void close() {
    bridges.forEach(Bridge::close);
  }
}

package dev.tocsin.app;

import static java.util.stream.Collectors.joining;

import dev.tocsin.hub.Durability;
import dev.tocsin.jetstream.JetStreamSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of a log on NATS JetStream.
final class JetStreamOptions {

  @Option(
      names = "--jetstream",
      paramLabel = "URLS",
      description =
          "Keep the log in NATS JetStream instead, where any number of servers share it:"
              + " nats://HOST:PORT, several with commas between; tls:// is encrypted.")
  private List<String> servers = List.of();

  @Mixin private final StreamOptions stream = new StreamOptions();

  @Option(
      names = "--jetstream-create",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Whether to make the stream and the bucket where they are missing (default: true).")
  private @Nullable Boolean create;

  @Option(
      names = "--jetstream-synced",
      description =
          "Your word that all NATS servers have sync_interval: always, which --durability power"
              + " needs, where they do not tell.")
  private boolean synced;

  /// Whether the log is to be there.
  boolean areGiven() {
    return !servers.isEmpty();
  }

  /// Refuses options that say how, where the log is to be somewhere else, and a word that nobody asks for: whoever gives it may
  /// believe that events survive the loss of power.
  void check(Durability durability) throws WrongUse {
    if (!areGiven() && !details().isEmpty()) {
      throw new WrongUse(
          details().getFirst()
              + " says how the log is kept on NATS JetStream: give --jetstream URLS as well");
    }
    if (synced && durability != Durability.POWER) {
      throw new WrongUse(
          "--jetstream-synced is your word for --durability power, and does nothing without it:"
              + " give both, or neither");
    }
  }

  /// The options that were given, but for the first.
  private List<String> details() {
    List<String> given = new ArrayList<>(stream.given());
    if (create != null) {
      given.add("--jetstream-create");
    }
    if (synced) {
      given.add("--jetstream-synced");
    }
    return given;
  }

  /// What they come down to.
  JetStreamSettings settings(
      Durability durability, Duration retain, ByteSize retainBytes, Duration idempotencyWindow)
      throws WrongUse {
    return stream.settings(
        urls(),
        create == null || create,
        retain,
        retainBytes,
        idempotencyWindow,
        durability == Durability.POWER,
        synced);
  }

  private List<String> urls() throws WrongUse {
    return List.copyOf(
        CommaList.parts("--jetstream", servers, "the address of a NATS server (nats://HOST:PORT)"));
  }

  /// Where it is, for a person: without what an address may have of a credential.
  String description() {
    return "on NATS JetStream at " + withoutSecrets(servers);
  }

  /// Addresses of NATS, for a person.
  ///
  /// @param servers each may be several with commas between
  static String withoutSecrets(List<String> servers) {
    return servers.stream()
        .flatMap(some -> List.of(some.split(",", -1)).stream())
        .map(url -> JetStreamSettings.withoutSecret(url.strip()))
        .collect(joining(", "));
  }
}

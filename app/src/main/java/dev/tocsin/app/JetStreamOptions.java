package dev.tocsin.app;

import static java.util.stream.Collectors.joining;

import dev.tocsin.hub.Durability;
import dev.tocsin.jetstream.JetStreamSettings;
import dev.tocsin.jetstream.JetStreamTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of a log on NATS JetStream.
final class JetStreamOptions {

  private static final String USUAL_PREFIX = "tocsin";
  private static final int USUAL_REPLICAS = 3;

  @Option(
      names = "--jetstream",
      paramLabel = "URLS",
      description =
          "Keep the log in NATS JetStream instead, where any number of servers share it:"
              + " nats://HOST:PORT, several with commas between; tls:// is encrypted.")
  private List<String> servers = List.of();

  @Option(
      names = "--jetstream-prefix",
      paramLabel = "NAME",
      description =
          "What the stream, its subjects and its bucket are named after (default: tocsin).")
  private @Nullable String prefix;

  @Option(
      names = "--jetstream-replicas",
      paramLabel = "N",
      description = "How many NATS servers keep each event: 1, 3 or 5 (default: 3).")
  private @Nullable Integer replicas;

  @Option(
      names = "--jetstream-create",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Whether to make the stream and the bucket where they are missing (default: true).")
  private @Nullable Boolean create;

  @Option(
      names = "--jetstream-creds",
      paramLabel = "FILE",
      description = "The credentials to show to NATS, as 'nsc' writes them.")
  private @Nullable Path credentials;

  @Option(
      names = "--jetstream-tls-ca",
      paramLabel = "FILE",
      description =
          "The certificates to trust, in PEM, with tls:// (default: those that Java trusts).")
  private @Nullable Path authorities;

  @Option(
      names = "--jetstream-tls-cert",
      paramLabel = "FILE",
      description = "The certificate to show to NATS, in PEM.")
  private @Nullable Path certificate;

  @Option(
      names = "--jetstream-tls-key",
      paramLabel = "FILE",
      description = "The private key of that certificate in PEM, not encrypted.")
  private @Nullable Path key;

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

  /// Refuses options that say how, where the log is to be somewhere else.
  void check() throws WrongUse {
    if (!areGiven() && !details().isEmpty()) {
      throw new WrongUse(
          details().getFirst()
              + " says how the log is kept on NATS JetStream: give --jetstream URLS as well");
    }
  }

  /// The options that were given, but for the first.
  private List<String> details() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("--jetstream-prefix", prefix);
    values.put("--jetstream-replicas", replicas);
    values.put("--jetstream-create", create);
    values.put("--jetstream-creds", credentials);
    values.put("--jetstream-tls-ca", authorities);
    values.put("--jetstream-tls-cert", certificate);
    values.put("--jetstream-tls-key", key);
    values.put("--jetstream-synced", synced ? true : null);
    List<String> given = new ArrayList<>();
    values.forEach((name, value) -> {
      if (value != null) {
        given.add(name);
      }
    });
    return given;
  }

  /// What they come down to.
  JetStreamSettings settings(
      Durability durability, Duration retain, ByteSize retainBytes, Duration idempotencyWindow)
      throws WrongUse {
    try {
      return new JetStreamSettings(
          urls(),
          Objects.requireNonNullElse(prefix, USUAL_PREFIX),
          Objects.requireNonNullElse(replicas, USUAL_REPLICAS),
          create == null || create,
          retain,
          retainBytes.bytes(),
          idempotencyWindow,
          durability == Durability.POWER,
          synced,
          credentials,
          authorities == null && certificate == null && key == null
              ? null
              : new JetStreamTls(authorities, certificate, key));
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
  }

  private List<String> urls() throws WrongUse {
    return List.copyOf(
        CommaList.parts("--jetstream", servers, "the address of a NATS server (nats://HOST:PORT)"));
  }

  /// Where it is, for a person: without what an address may have of a credential.
  String description() {
    return "on NATS JetStream at "
        + servers.stream()
            .flatMap(some -> List.of(some.split(",", -1)).stream())
            .map(url -> url.strip().replaceFirst("//.*@", "//"))
            .collect(joining(", "));
  }
}

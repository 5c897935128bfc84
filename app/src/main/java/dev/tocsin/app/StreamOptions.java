package dev.tocsin.app;

import dev.tocsin.jetstream.JetStreamSettings;
import dev.tocsin.jetstream.JetStreamTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which stream of NATS JetStream a log is in, and how to get there.
final class StreamOptions {

  private static final String USUAL_PREFIX = "tocsin";
  private static final int USUAL_REPLICAS = 3;

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

  /// The options that were given.
  List<String> given() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("--jetstream-prefix", prefix);
    values.put("--jetstream-replicas", replicas);
    values.put("--jetstream-creds", credentials);
    values.put("--jetstream-tls-ca", authorities);
    values.put("--jetstream-tls-cert", certificate);
    values.put("--jetstream-tls-key", key);
    return values.entrySet().stream()
        .filter(option -> option.getValue() != null)
        .map(Map.Entry::getKey)
        .toList();
  }

  /// What they come down to.
  ///
  /// @param create see [JetStreamSettings#create]
  /// @param power see [JetStreamSettings#power]
  /// @param synced see [JetStreamSettings#synced]
  JetStreamSettings settings(
      List<String> urls,
      boolean create,
      Duration retain,
      ByteSize retainBytes,
      Duration idempotencyWindow,
      boolean power,
      boolean synced)
      throws WrongUse {
    if ((certificate == null) != (key == null)) {
      throw new WrongUse(
          "--jetstream-tls-cert and --jetstream-tls-key go together: the certificate to show, and"
              + " its private key");
    }
    try {
      return new JetStreamSettings(
          urls,
          Objects.requireNonNullElse(prefix, USUAL_PREFIX),
          Objects.requireNonNullElse(replicas, USUAL_REPLICAS),
          create,
          retain,
          retainBytes.bytes(),
          idempotencyWindow,
          power,
          synced,
          credentials,
          authorities == null && certificate == null && key == null
              ? null
              : new JetStreamTls(authorities, certificate, key));
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
  }
}

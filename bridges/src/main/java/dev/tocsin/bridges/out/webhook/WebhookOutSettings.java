package dev.tocsin.bridges.out.webhook;

import dev.tocsin.bridges.bridge.OtherSide;
import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.SecretSource;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.out.Bundling;
import dev.tocsin.bridges.out.EventFormat;
import dev.tocsin.bridges.out.OutSettings;
import dev.tocsin.bridges.out.Outgoing;
import dev.tocsin.bridges.out.Receiver;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A bridge that posts events to an address, as Standard Webhooks.
///
/// @param address where to
/// @param secrets with each of which a message is signed; none for messages that are not
/// @param format in which they are written
/// @param isBatch whether each message is an array of events
/// @param bundling how many events are in one
/// @param headers that are sent along
/// @param timeout for a message with its answer
/// @param authorities a file of the certificates that are trusted; `null` for the usual ones
record WebhookOutSettings(
    Outgoing outgoing,
    ReceiverAddress address,
    List<SecretSource> secrets,
    EventFormat format,
    boolean isBatch,
    Bundling bundling,
    List<OutHeader> headers,
    Duration timeout,
    @Nullable Path authorities)
    implements OutSettings {

  static final String KIND = "webhook-out";

  private static final List<String> MEMBERS =
      List.of(
          "url",
          "allow_private",
          "secret",
          "secrets",
          "batch",
          "headers",
          "timeout_seconds",
          "ca",
          EventFormat.MEMBER);

  /// The most events in a message.
  static final int MOST_EVENTS = 1_000;

  /// The most bytes in a message, and one event.
  static final int MOST_BYTES = 1 << 20;

  private static final int USUAL_EVENTS = 100;
  private static final int USUAL_BYTES = 256 * 1024;
  private static final int USUAL_WAIT_MILLIS = 1_000;
  private static final int MOST_WAIT_MILLIS = 60_000;
  private static final int USUAL_TIMEOUT_SECONDS = 15;
  private static final int MOST_TIMEOUT_SECONDS = 120;

  public WebhookOutSettings {
    secrets = List.copyOf(secrets);
    headers = List.copyOf(headers);
  }

  static WebhookOutSettings read(BridgeDescription bridge) {
    bridge.allow(Outgoing.MEMBERS, MEMBERS);
    Section section = bridge.section();
    Section batch = section.at("batch");
    ReceiverAddress address = ReceiverAddress.read(section);
    Section authorities = section.at("ca");
    if (authorities.isThere() && !address.isTls()) {
      authorities.fault("is for https://, which has TLS");
    }
    boolean isSigned = section.at("secret").isThere() || section.at("secrets").isThere();
    return new WebhookOutSettings(
        Outgoing.read(bridge),
        address,
        isSigned ? SecretSource.readAll(section) : List.of(),
        EventFormat.read(section, EventFormat.ENVELOPE, EventFormat.CLOUDEVENTS),
        batch.isThere(),
        bundling(batch),
        OutHeader.read(section.at("headers")),
        Duration.ofSeconds(
            section.at("timeout_seconds").whole(1, MOST_TIMEOUT_SECONDS, USUAL_TIMEOUT_SECONDS)),
        authorities.optionalPath("the path of a file of certificates"));
  }

  private static Bundling bundling(Section batch) {
    if (!batch.isThere()
        || !batch.isObject("an object with max_events, max_bytes and wait_ms, or {}")) {
      return Bundling.SINGLE;
    }
    batch.allow("max_events", "max_bytes", "wait_ms");
    return new Bundling(
        (int) batch.at("max_events").whole(1, MOST_EVENTS, USUAL_EVENTS),
        (int) batch.at("max_bytes").whole(1, MOST_BYTES, USUAL_BYTES),
        Duration.ofMillis(batch.at("wait_ms").whole(0, MOST_WAIT_MILLIS, USUAL_WAIT_MILLIS)));
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String place() {
    return address.shown();
  }

  @Override
  public String target() {
    return (address.isTls() ? "https://" : "http://") + address.hostHeader() + address.path();
  }

  @Override
  public Optional<OtherSide> otherSide() {
    return Optional.of(
        new OtherSide(name(), address.withoutPath(), address.host(), address.port()));
  }

  @Override
  public void requireSecrets(Map<String, String> environment) throws MissingSecretException {
    Signer.of(secrets, environment);
    OutHeader.values(headers, environment);
    if (authorities != null) {
      Trust.of(authorities);
    }
  }

  @Override
  public Receiver receiver(Parts parts) throws MissingSecretException {
    return receiver(parts, InetAddress::getAllByName);
  }

  /// The same with a way of one's own to find addresses.
  Receiver receiver(Parts parts, ReceiverAddress.Resolver resolver) throws MissingSecretException {
    return new WebhookReceiver(
        this,
        format.form(outgoing.catalog()),
        Signer.of(secrets, parts.environment()),
        OutHeader.values(headers, parts.environment()),
        new HttpLine(address, address.isTls() ? Trust.of(authorities) : null, timeout, resolver),
        parts.clock());
  }
}

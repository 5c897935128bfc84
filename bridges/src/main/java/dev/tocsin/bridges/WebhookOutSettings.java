package dev.tocsin.bridges;

import dev.tocsin.events.EventCatalog;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A bridge that posts events to an address, as Standard Webhooks.
///
/// @param address where to
/// @param secrets with each of which a message is signed; none for messages that are not
/// @param isCloud whether they are written as CloudEvents
/// @param isBatch whether each message is an array of events
/// @param bundling how many events are in one
/// @param headers that are sent along
/// @param timeout for a message with its answer
/// @param authorities a file of the certificates that are trusted; `null` for the usual ones
/// @param catalog of the hub
record WebhookOutSettings(
    String name,
    Wanted wanted,
    boolean fromOldest,
    ReceiverAddress address,
    List<SecretSource> secrets,
    boolean isCloud,
    boolean isBatch,
    Bundling bundling,
    List<OutHeader> headers,
    Duration timeout,
    @Nullable Path authorities,
    EventCatalog catalog)
    implements OutSettings {

  static final String KIND = "webhook-out";

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

  static WebhookOutSettings read(String name, Section section, BridgeFile.Context context) {
    List<String> members =
        new ArrayList<>(
            List.of(
                "name",
                "kind",
                "description",
                "url",
                "allow_private",
                "secret",
                "secrets",
                "batch",
                "headers",
                "timeout_seconds",
                "ca",
                EventForm.MEMBER));
    members.addAll(WantedReader.MEMBERS);
    section.allow(members.toArray(String[]::new));
    Section batch = section.at("batch");
    boolean isSigned = section.at("secret").isThere() || section.at("secrets").isThere();
    return new WebhookOutSettings(
        name,
        new WantedReader(context).read(section),
        WantedReader.isFromOldest(section),
        ReceiverAddress.read(section),
        isSigned ? Verification.secrets(section) : List.of(),
        EventForm.isCloud(section),
        batch.isThere(),
        bundling(batch),
        OutHeader.read(section.at("headers")),
        Duration.ofSeconds(
            Amounts.whole(
                section.at("timeout_seconds"), 1, MOST_TIMEOUT_SECONDS, USUAL_TIMEOUT_SECONDS)),
        authorities(section.at("ca")),
        context.catalog());
  }

  private static Bundling bundling(Section batch) {
    if (!batch.isThere()
        || !batch.isObject("an object with max_events, max_bytes and wait_ms, or {}")) {
      return Bundling.SINGLE;
    }
    batch.allow("max_events", "max_bytes", "wait_ms");
    return new Bundling(
        (int) Amounts.whole(batch.at("max_events"), 1, MOST_EVENTS, USUAL_EVENTS),
        (int) Amounts.whole(batch.at("max_bytes"), 1, MOST_BYTES, USUAL_BYTES),
        Duration.ofMillis(
            Amounts.whole(batch.at("wait_ms"), 0, MOST_WAIT_MILLIS, USUAL_WAIT_MILLIS)));
  }

  private static @Nullable Path authorities(Section section) {
    String text = section.optionalText("the path of a file of certificates");
    try {
      return text == null ? null : Path.of(text);
    } catch (InvalidPathException e) {
      section.fault("is no path of a file");
      return null;
    }
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
        EventForm.of(isCloud, catalog),
        Signer.of(secrets, parts.environment()),
        OutHeader.values(headers, parts.environment()),
        new HttpLine(address, address.isTls() ? Trust.of(authorities) : null, timeout, resolver),
        parts.clock());
  }
}

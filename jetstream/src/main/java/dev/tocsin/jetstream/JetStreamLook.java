package dev.tocsin.jetstream;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How NATS stands for a gateway that would start now: asked and judged as it does, and nothing is made. Immutable.
///
/// @param server the address of the server that answered, without secrets
/// @param version of that server
/// @param newest the newest sequence of the stream; `null` when there is none yet, and the gateway would make it
/// @param replicas how many servers keep the stream; 0 when there is none
/// @param time the servers' clock; `null` where they did not say
public record JetStreamLook(
    String server, String version, @Nullable Long newest, int replicas, @Nullable Instant time) {

  /// Connects, asks, and leaves. Blocks: [Link#PATIENCE] and some more at most.
  ///
  /// @throws JetStreamOpenException with a sentence, when the gateway could not start
  public static JetStreamLook at(JetStreamSettings settings) throws JetStreamOpenException {
    try (Link link = Link.open(settings, "doctor")) {
      JetStreamApi api = new JetStreamApi(link.connection());
      StreamSetup setup = new StreamSetup(settings, link, api);
      setup.checkServer();
      StreamInfo stream = setup.look();
      new EpochBucket(settings, api).check();
      if (stream != null) {
        PermissionCheck permissions = new PermissionCheck(settings, link, api);
        permissions.checkPublishing();
        permissions.checkReading();
      }
      DurabilityCheck.check(settings, link.connection().getServers(), DurabilityCheck.PORT);
      return new JetStreamLook(
          link.server(),
          link.connection().getServerInfo().getVersion(),
          stream == null ? null : stream.last(),
          stream == null ? 0 : stream.replicas(),
          stream == null ? null : stream.time());
    }
  }
}

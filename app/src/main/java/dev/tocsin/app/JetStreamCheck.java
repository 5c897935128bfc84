package dev.tocsin.app;

import dev.tocsin.jetstream.JetStreamLook;
import dev.tocsin.jetstream.JetStreamOpenException;
import dev.tocsin.jetstream.JetStreamSettings;
import java.time.Instant;

/// The log on NATS JetStream.
final class JetStreamCheck {

  private static final String SUBJECT = "nats";

  private JetStreamCheck() {}

  /// Blocks for as long as a start would that finds no NATS.
  static void look(JetStreamSettings settings, ClockCheck clock, Findings findings) {
    try {
      JetStreamLook look = JetStreamLook.at(settings);
      findings.good(SUBJECT, look.server() + " is NATS " + look.version() + " with JetStream");
      findings.good(
          SUBJECT,
          look.newest() == null
              ? "there is no stream yet; the server will make it"
              : "the stream is kept by "
                  + look.replicas()
                  + (look.replicas() == 1 ? " server" : " servers")
                  + ", its newest event is "
                  + look.newest());
      Instant time = look.time();
      if (time != null) {
        clock.compare("NATS", time);
      }
    } catch (JetStreamOpenException e) {
      findings.mend(
          SUBJECT, String.valueOf(e.getMessage()), "docs/cluster.md says how NATS is set up");
    }
  }
}

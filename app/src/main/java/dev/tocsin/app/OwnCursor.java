package dev.tocsin.app;

import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.hub.LogCursor;
import dev.tocsin.hub.LoggedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/// A cursor on the log of this process, as bridges know it. For one thread at a time, but [#newest] and [#close].
///
/// @param log which it is
record OwnCursor(LogCursor log) implements HubCursor {

  @Override
  public Step next(Duration atMost) throws InterruptedException {
    return switch (log.next(atMost)) {
      case LogCursor.Step.Events found ->
          new Step.Events(
              found.events().stream().map(OwnCursor::followed).toList(),
              new HubPosition(found.epoch(), found.position()));
      case LogCursor.Step.Lost lost ->
          new Step.Lost(lost.from(), lost.to(), new HubPosition(lost.epoch(), lost.to()));
      case LogCursor.Step.Restarted restarted ->
          new Step.Restarted(new HubPosition(restarted.epoch(), restarted.position()));
      case LogCursor.Step.Unavailable unavailable -> new Step.Unavailable(unavailable.sentence());
    };
  }

  /// The envelope lacks its closing brace, so that its place in the log can be told.
  private static FollowedEvent followed(LoggedEvent event) {
    byte[] json = event.event().json();
    byte[] rest = (",\"sequence\":" + event.sequence() + '}').getBytes(StandardCharsets.US_ASCII);
    byte[] envelope = Arrays.copyOf(json, json.length + rest.length);
    System.arraycopy(rest, 0, envelope, json.length, rest.length);
    return new FollowedEvent(event.sequence(), event.event().type(), envelope);
  }

  @Override
  public long newest() {
    return log.newest();
  }

  @Override
  public void close() {
    log.close();
  }
}

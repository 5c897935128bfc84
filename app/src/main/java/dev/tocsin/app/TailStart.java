package dev.tocsin.app;

import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Finds the position from which a tail begins: the server's history knows which event was the first after a
/// time.
final class TailStart {

  private final HubApi api;

  TailStart(HubApi api) {
    this.api = api;
  }

  /// The position before the first event at a time or after it.
  long at(Instant time) throws Failure {
    JsonNode answer = api.history("from=" + HubApi.encoded(time.toString()) + "&limit=1");
    JsonNode first = answer.path("events").path(0);
    return first.isMissingNode()
        ? answer.path("next_since").asLong(0)
        : first.path("sequence").asLong(1) - 1;
  }

  /// The position of a starting point, or `null` for `null`: the next event.
  @Nullable Long position(@Nullable StartingPoint from, Instant now, ZoneId zone) throws Failure {
    return switch (from) {
      case null -> null;
      case StartingPoint.After after -> after.sequence();
      case StartingPoint.Ago ago -> at(ago.time(now, zone));
      case StartingPoint.Local local -> at(local.time(now, zone));
      case StartingPoint.At time -> at(time.time());
    };
  }
}

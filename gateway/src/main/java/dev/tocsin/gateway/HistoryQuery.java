package dev.tocsin.gateway;

import dev.tocsin.hub.EventPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is wanted of the log's history.
///
/// @param patterns `null` for everything
/// @param since the position behind which it begins
/// @param limit how many events at the most
record HistoryQuery(@Nullable List<EventPattern> patterns, long since, int limit) {

  static final int DEFAULT_LIMIT = 100;
  static final int MAX_LIMIT = 1_000;
}

package dev.tocsin.hub;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventCatalog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// Logs whose events have many keys, of which an index has written down what it knows in the note beside the log.
public final class ForgottenKeys {

  private static final int MAX_KEYS = 100;

  private ForgottenKeys() {}

  /// Events of one type, each with a key of its own, and the note of an index that has forgotten some of them.
  ///
  /// @param events how many; more than 1,024, which is how often the index looks whether there are too many
  /// @param field the type's key
  public static EventLog of(String type, String field, int events) {
    return log(type, field, events, MAX_KEYS);
  }

  /// The same, of which none was forgotten.
  public static EventLog none(String type, String field, int events) {
    return log(type, field, events, LatestEvents.MAX_KEYS);
  }

  private static EventLog log(String type, String field, int events, int maxKeys) {
    NotedLog log = new NotedLog(new InMemoryEventLog("epoch-1", 64L << 20));
    List<Append> appends =
        IntStream.rangeClosed(1, events)
            .mapToObj(i ->
                new Append(
                    EncodedEvent.of(
                        type,
                        ("{\"" + field + "\":\"k" + i + "\"}").getBytes(StandardCharsets.UTF_8),
                        SampleEvents.TIMESTAMP,
                        null,
                        null),
                    null))
            .toList();
    try (LatestEvents index =
        new LatestEvents(
            EventCatalog.builtIn(), log, Executors.newSingleThreadScheduledExecutor(), maxKeys)) {
      index.begin("epoch-1", 0);
      Logs.await(log.append(appends));
      index.add(Logs.readAll(log, 0));
    }
    return log;
  }
}

package dev.tocsin.gateway;

import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The publishes that came over WebSockets in one turn of an event loop, handed to the hub together.
///
/// They are one append: the log's thread is woken once for all of them and commits them as one group, so
/// that they are delivered in one turn and each connection is written to once instead of for each event.
/// Their answers leave together too. Nothing waits for it: what one turn has read is handed over at its
/// end, or earlier when it has come to [Limits#MAX_PUBLISHES_BYTES], so that a log which has little room
/// left does not refuse a whole crowd. Belongs to the event loop.
final class Publishes {

  private final Hub hub;
  private final Executor eventLoop;
  private List<Entry> gathered = new ArrayList<>();
  private int gatheredBytes;
  private boolean handOverIsDue;

  /// Takes what came of a publish.
  interface Outcome {

    /// Called once, on the event loop.
    ///
    /// @param result `null` when the server failed
    void of(@Nullable PublishResult result, @Nullable Throwable failure);
  }

  private record Entry(WebSocketConnection connection, PublishCommand command, Outcome outcome) {}

  /// @param eventLoop runs a task behind the sockets that are being read
  Publishes(Hub hub, Executor eventLoop) {
    this.hub = hub;
    this.eventLoop = eventLoop;
  }

  /// Adds one, which is handed over behind all that is being read.
  void add(WebSocketConnection connection, PublishCommand command, Outcome outcome) {
    gathered.add(new Entry(connection, command, outcome));
    gatheredBytes += command.event().length();
    if (gatheredBytes >= Limits.MAX_PUBLISHES_BYTES) {
      handOver();
    } else if (!handOverIsDue) {
      handOverIsDue = true;
      eventLoop.execute(this::endTurn);
    }
  }

  private void endTurn() {
    handOverIsDue = false;
    if (!gathered.isEmpty()) {
      handOver();
    }
  }

  private void handOver() {
    List<Entry> entries = gathered;
    gathered = new ArrayList<>();
    gatheredBytes = 0;
    try {
      hub.publish(entries.stream().map(Entry::command).toList())
          .whenComplete(
              (results, failure) -> eventLoop.execute(() -> answer(entries, results, failure)));
    } catch (RuntimeException | Error e) {
      // Nobody's fault in particular, and nothing that could be answered.
      entries.stream().map(Entry::connection).distinct().forEach(connection -> connection.fail(e));
    }
  }

  /// Gives the answers, those of one connection in one write.
  private static void answer(
      List<Entry> entries, @Nullable List<PublishResult> results, @Nullable Throwable failure) {
    int first = 0;
    while (first < entries.size()) {
      WebSocketConnection connection = entries.get(first).connection();
      int end = first + 1;
      while (end < entries.size() && entries.get(end).connection() == connection) {
        end++;
      }
      int from = first;
      int to = end;
      connection.together(() -> {
        for (int i = from; i < to; i++) {
          entries.get(i).outcome().of(results == null ? null : results.get(i), failure);
        }
      });
      first = end;
    }
  }
}

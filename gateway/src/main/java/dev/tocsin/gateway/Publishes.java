package dev.tocsin.gateway;

import dev.tocsin.http.Guard;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishBatch;
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
/// left does not refuse a whole crowd. An event is validated when it is added, in the turn of the
/// connection that has sent it, but the answers leave in order. Belongs to the event loop.
final class Publishes {

  private final Hub hub;
  private final Executor eventLoop;
  private PublishBatch batch;
  private List<Entry> gathered = new ArrayList<>();
  private int gatheredBytes;
  private boolean handOverIsDue;

  /// Takes what came of a publish.
  interface Outcome {

    /// Called once, on the event loop.
    ///
    /// @param result `null` when the server failed, which is logged
    void of(@Nullable PublishResult result);
  }

  private record Entry(WebSocketConnection connection, Outcome outcome) {}

  /// @param eventLoop runs a task after the sockets that are being read
  Publishes(Hub hub, Executor eventLoop) {
    this.hub = hub;
    this.eventLoop = eventLoop;
    this.batch = hub.newBatch();
  }

  /// Adds one, which is handed over after all that is being read.
  void add(WebSocketConnection connection, PublishCommand command, Outcome outcome) {
    batch.add(command);
    gathered.add(new Entry(connection, outcome));
    gatheredBytes += Limits.LINE_BYTES + command.event().length();
    if (gatheredBytes >= Limits.MAX_PUBLISHES_BYTES) {
      handOver();
    } else if (!handOverIsDue) {
      handOverIsDue = true;
      eventLoop.execute(Guard.task("publishes could not be handed over", this::endTurn));
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
    PublishBatch events = batch;
    gathered = new ArrayList<>();
    batch = hub.newBatch();
    gatheredBytes = 0;
    try {
      Guard.whenComplete(
          events.publish(),
          eventLoop,
          "publishes could not be answered",
          (results, failure) -> answer(entries, results, failure));
    } catch (RuntimeException | Error e) {
      // Nobody's fault in particular: each is told that his event was not taken.
      answer(entries, null, e);
    }
  }

  /// Gives the answers, those of one connection in one write.
  private static void answer(
      List<Entry> entries, @Nullable List<PublishResult> results, @Nullable Throwable failure) {
    if (failure != null) {
      Guard.caught("publish failed", failure);
    }
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
        connection.spendNothing();
        for (int i = from; i < to; i++) {
          entries.get(i).outcome().of(results == null ? null : results.get(i));
        }
      });
      first = end;
    }
  }
}

package dev.tocsin.simulation;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.LoggedEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// What one gateway publishes, until it is answered: by the stream, by the event that comes back, or by the time that is up.
final class GatewayPublishes {

  /// How long a publish may take.
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Agenda agenda;
  private final Coefficients coefficients;
  private final SharedStream stream;

  /// Those that nobody has answered, by their event, which is the same object in the log.
  private final IdentityHashMap<EncodedEvent, Publish> unanswered = new IdentityHashMap<>();

  /// Those that no leader has taken, in their order.
  private final Deque<Publish> waiting = new ArrayDeque<>();

  private boolean isClosed;

  GatewayPublishes(Agenda agenda, Coefficients coefficients, SharedStream stream) {
    this.agenda = agenda;
    this.coefficients = coefficients;
    this.stream = stream;
  }

  /// See [dev.tocsin.hub.EventLog#append].
  CompletionStage<List<AppendResult>> append(List<Append> appends) {
    CompletableFuture<List<AppendResult>> answer = new CompletableFuture<>();
    AppendResult[] results = new AppendResult[appends.size()];
    int[] open = {appends.size()};
    for (int i = 0; i < results.length; i++) {
      int place = i;
      Append append = appends.get(i);
      Publish publish =
          new Publish(
              append,
              result -> {
                unanswered.remove(append.event());
                results[place] = result;
                if (--open[0] == 0) {
                  answer.complete(List.of(results));
                }
              });
      unanswered.put(append.event(), publish);
      agenda.after(coefficients.of(Coefficient.NETWORK_NANOS), () -> offer(publish));
      agenda.after(PATIENCE_NANOS, publish::giveUp);
    }
    return answer;
  }

  private void offer(Publish publish) {
    if (!isClosed && !publish.isAnswered() && !stream.offer(publish)) {
      waiting.add(publish);
    }
  }

  /// How many publishes no leader has taken.
  int waiting() {
    waiting.removeIf(Publish::isAnswered);
    return waiting.size();
  }

  /// A leader is there again.
  void offerAgain() {
    List<Publish> again = List.copyOf(waiting);
    waiting.clear();
    again.forEach(this::offer);
  }

  /// An event has come back: where it is of this gateway, that is an answer too.
  void cameBack(LoggedEvent event) {
    Publish own = unanswered.get(event.event());
    if (own != null) {
      own.acknowledge();
    }
  }

  /// Offers nothing more.
  void close() {
    isClosed = true;
  }
}

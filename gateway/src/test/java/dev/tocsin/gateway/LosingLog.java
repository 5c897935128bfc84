package dev.tocsin.gateway;

import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/// A log that has lost some events, as whoever asks for single ones finds out.
class LosingLog extends ForwardingLog {

  private final Set<Long> lost;

  LosingLog(EventLog log, Set<Long> lost) {
    super(log);
    this.lost = Set.copyOf(lost);
  }

  @Override
  public CompletionStage<Page> readEach(long[] sequences, int maxBytes) {
    return super.readEach(sequences, maxBytes).thenApply(this::without);
  }

  private Page without(Page page) {
    List<LoggedEvent> left = new ArrayList<>();
    List<Stretch> gone = new ArrayList<>(page.lost());
    for (LoggedEvent event : page.events()) {
      if (lost.contains(event.sequence())) {
        gone.add(new Stretch(event.sequence(), event.sequence()));
      } else {
        left.add(event);
      }
    }
    return new Page(left, gone, page.position());
  }
}

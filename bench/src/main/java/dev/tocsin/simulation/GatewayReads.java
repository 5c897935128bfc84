package dev.tocsin.simulation;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// What one gateway reads from replicas of which some are behind: never beyond what its follower has, and nothing of an epoch
/// that the follower does not know.
final class GatewayReads {

  /// How many sequences one look passes.
  private static final int SCANNED = 8_192;

  /// After which time a replica that is behind is asked again.
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Agenda agenda;
  private final Coefficients coefficients;
  private final SharedStream stream;
  private final SplittableRandom random;
  private final Worker worker;
  private final GatewayLog log;

  /// @param worker the thread on which answers are looked through
  /// @param log says how far the follower has come
  GatewayReads(
      Agenda agenda,
      Coefficients coefficients,
      SharedStream stream,
      SplittableRandom random,
      Worker worker,
      GatewayLog log) {
    this.agenda = agenda;
    this.coefficients = coefficients;
    this.stream = stream;
    this.random = random;
    this.worker = worker;
    this.log = log;
  }

  /// What is asked of a page, and who waits for it.
  private record Reading(
      long after,
      TypeFilter types,
      int maxEvents,
      int maxBytes,
      String epoch,
      CompletableFuture<Page> answer) {}

  /// See [dev.tocsin.hub.EventLog#read].
  CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    CompletableFuture<Page> answer = new CompletableFuture<>();
    ask(new Reading(after, types, maxEvents, maxBytes, log.epoch(), answer), 0);
    return answer;
  }

  private void ask(Reading reading, long pause) {
    agenda.after(
        pause + coefficients.of(Coefficient.READ_NANOS),
        () -> worker.executeIfOpen(() -> look(reading)));
  }

  private void look(Reading reading) {
    if (stream.state() == SharedStream.State.AWAY || log.isForeign()) {
      reading.answer.completeExceptionally(new IOException("no server of the log answers"));
      return;
    }
    if (!reading.epoch.equals(log.epoch()) || reading.after >= log.handed()) {
      reading.answer.complete(new Page(List.of(), reading.after));
      return;
    }
    long upTo = log.handed();
    if (random.nextInt(100) < coefficients.of(Coefficient.STALE_PERCENT)) {
      long age = random.nextLong(coefficients.of(Coefficient.STALE_NANOS) + 1);
      upTo = Math.min(upTo, stream.newestAt(agenda.nanoTime() - age));
    }
    if (upTo <= reading.after) {
      ask(reading, AGAIN_NANOS);
      return;
    }
    Page page = page(reading, upTo);
    long bytes = 0;
    for (LoggedEvent event : page.events()) {
      bytes += event.event().json().length;
    }
    stream.send(bytes);
    agenda.spend(page.events().size() * coefficients.of(Coefficient.FOLLOWED_NANOS));
    reading.answer.complete(page);
  }

  private Page page(Reading reading, long upTo) {
    List<LoggedEvent> events = new ArrayList<>();
    List<Stretch> lost = new ArrayList<>();
    long position = reading.after;
    if (position + 1 < stream.oldest()) {
      lost.add(new Stretch(position + 1, stream.oldest() - 1));
      position = stream.oldest() - 1;
    }
    long end = Math.min(upTo, position + SCANNED);
    long bytes = 0;
    while (position < end && events.size() < reading.maxEvents) {
      LoggedEvent event = stream.at(position + 1);
      if (event == null) {
        long to = stream.lastLost(position + 1, end);
        lost.add(new Stretch(position + 1, to));
        position = to;
        continue;
      }
      if (reading.types.takes(event.event().type())) {
        bytes += event.event().json().length;
        if (bytes > reading.maxBytes && !events.isEmpty()) {
          break;
        }
        events.add(event);
      }
      position++;
    }
    return new Page(events, lost, position);
  }
}

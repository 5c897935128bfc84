package dev.tocsin.jetstream;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Reads parts of the stream whole: asks again where a server is behind, and where a term ends ([Terms]). Any thread; nothing
/// blocks.
final class StreamRanges {

  /// The most messages of one answer.
  static final int MAX_BATCH = 1_024;

  /// The most bytes of one answer.
  static final int MAX_BYTES = 4 << 20;

  /// With more types than these everything is read, and looked through here.
  private static final int MAX_SUBJECTS = 4;

  /// What an answer's messages have beside events, and the largest event.
  private static final int SLACK_BYTES = 128 << 10;

  /// Not limited to a subject.
  private static final String EVERYTHING = ">";

  private final Delivery delivery;
  private final DirectGet direct;
  private final StreamBounds bounds;
  private final StreamLeader leader;
  private final Terms terms;
  private final EventCodec codec;
  private final ForeignParts foreign;

  // written by the follower's thread, read by any
  private volatile long copiedUpTo;

  StreamRanges(
      Delivery delivery,
      DirectGet direct,
      StreamBounds bounds,
      StreamLeader leader,
      Terms terms,
      EventCodec codec,
      ForeignParts foreign) {
    this.delivery = delivery;
    this.direct = direct;
    this.bounds = bounds;
    this.leader = leader;
    this.terms = terms;
    this.codec = codec;
    this.foreign = foreign;
  }

  /// A part of the stream.
  ///
  /// @param events what is wanted, ascending
  /// @param lost what is lost or no event, ascending
  /// @param foreign what is no event, as far as it was met
  /// @param to how far it goes
  record Range(
      List<LoggedEvent> events, List<Stretch> lost, List<DirectGet.Found> foreign, long to) {}

  void beginTerm(StreamInfo info) {
    bounds.begin(info);
    copiedUpTo = info.copy().upTo();
    terms.begin();
  }

  void endTerm() {
    terms.end();
  }

  /// The last sequence that came with a copy of another log; 0 when none did.
  long copiedUpTo() {
    return copiedUpTo;
  }

  /// Reads what follows a position. Where some types are asked for it ends where [ForeignParts] begin or end: what is missing
  /// in them shows among all messages only.
  ///
  /// @param upTo at most the newest that was handed on
  CompletableFuture<Range> read(
      long after, long upTo, TypeFilter types, int maxEvents, int maxBytes) {
    return terms.read(() -> readOnce(after, upTo, types, maxEvents, maxBytes));
  }

  private CompletableFuture<Range> readOnce(
      long after, long upTo, TypeFilter types, int maxEvents, int maxBytes) {
    Set<String> names = types.names();
    // Where it is not known what is lost, everything is read: the holes show among all messages
    // only.
    if (names == null || names.size() > MAX_SUBJECTS || !bounds.knowsLost()) {
      return readPart(after, upTo, names, true, maxEvents, maxBytes);
    }
    Stretch part = foreign.after(after);
    if (part == null || part.from() > after + 1) {
      long to = part == null ? upTo : Math.min(upTo, part.from() - 1);
      return names.isEmpty()
          ? CompletableFuture.completedFuture(
              new Range(List.of(), bounds.lostBetween(after, to, to + 1), List.of(), to))
          : readPart(after, to, names, false, maxEvents, maxBytes);
    }
    return readPart(after, Math.min(upTo, part.to()), names, true, maxEvents, maxBytes);
  }

  private CompletableFuture<Range> readPart(
      long after,
      long upTo,
      @Nullable Set<String> names,
      boolean exact,
      int maxEvents,
      int maxBytes) {
    int batch = names != null && exact ? MAX_BATCH : Math.clamp(maxEvents, 1, MAX_BATCH);
    int bytes = (int) Math.min(Math.max(maxBytes, 0) + (long) SLACK_BYTES, MAX_BYTES);
    List<CompletableFuture<Part>> parts = new ArrayList<>();
    if (exact || names == null) {
      parts.add(part(EVERYTHING, after, upTo, upTo, batch, bytes));
    } else {
      for (String name : names) {
        parts.add(part(codec.subject(name), after, upTo, delivery.lastOf(name), batch, bytes));
      }
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> merged(parts.stream().map(CompletableFuture::join).toList(), after, exact));
  }

  /// What was found of one subject.
  ///
  /// @param to how far that is all there is of it
  private record Part(List<DirectGet.Found> found, long to) {}

  /// @param last a sequence at which there was a message of that subject, and may be still; none is after it
  private CompletableFuture<Part> part(
      String subject, long after, long upTo, long last, int batch, int bytes) {
    ObjectNode request = JetStreamApi.request();
    request.put("seq", after + 1);
    request.put("next_by_subj", subject);
    request.put("batch", batch);
    request.put("max_bytes", bytes);
    return direct
        .get(request)
        .thenCompose(answer -> {
          List<DirectGet.Found> found =
              answer.messages().stream().filter(one -> one.sequence() <= upTo).toList();
          // What comes behind the part shows that the server has all of it.
          boolean isPassed = found.size() < answer.messages().size();
          if (!answer.end() && !isPassed) {
            if (found.isEmpty()) {
              throw new Terms.AgainException("JetStream answered a reading with nothing");
            }
            return CompletableFuture.completedFuture(new Part(found, found.getLast().sequence()));
          }
          long reached =
              answer.messages().isEmpty() ? after : answer.messages().getLast().sequence();
          return isPassed || reached >= last
              ? CompletableFuture.completedFuture(new Part(found, upTo))
              : confirm(last).thenApply(lost -> new Part(found, upTo));
        });
  }

  /// Makes sure that a message is lost that a server did not have: it may have been behind.
  private CompletableFuture<Boolean> confirm(long sequence) {
    return leaders(sequence)
        .thenApply(found -> {
          if (found != null) {
            throw new Terms.AgainException("a server of NATS is behind the others");
          }
          return true;
        });
  }

  /// A message as the leader has it; `null` when it is lost.
  private CompletableFuture<@Nullable StoredMessage> leaders(long sequence) {
    return leader
        .message(sequence)
        .thenApply(said ->
            switch (said) {
              case StreamLeader.Message.Found(StoredMessage message) -> message;
              case StreamLeader.Message.Lost lost -> null;
              case StreamLeader.Message.Unsaid(String reason) ->
                  throw new Terms.AgainException(reason);
            });
  }

  private Range merged(List<Part> parts, long after, boolean exact) {
    long to = parts.stream().mapToLong(Part::to).min().orElse(after);
    List<DirectGet.Found> all =
        parts.stream()
            .flatMap(part -> part.found().stream())
            .filter(found -> found.sequence() <= to)
            .sorted(Comparator.comparingLong(DirectGet.Found::sequence))
            .toList();
    List<LoggedEvent> events = new ArrayList<>(all.size());
    List<Stretch> lost = new ArrayList<>(0);
    List<DirectGet.Found> others = new ArrayList<>(0);
    long position = after;
    for (DirectGet.Found found : all) {
      if (exact && found.sequence() > position + 1) {
        lost.add(new Stretch(position + 1, found.sequence() - 1));
      }
      position = found.sequence();
      if (found.event() == null) {
        lost.add(new Stretch(position, position));
        others.add(found);
      } else {
        events.add(new LoggedEvent(position, found.event()));
      }
    }
    if (exact) {
      if (position < to) {
        lost.add(new Stretch(position + 1, to));
      }
      if (!all.isEmpty() && after < bounds.oldest()) {
        bounds.startAt(all.getFirst().sequence());
      }
      return new Range(events, joined(lost), others, to);
    }
    lost.addAll(bounds.lostBetween(after, to, all.isEmpty() ? to + 1 : all.getFirst().sequence()));
    lost.sort(Comparator.comparingLong(Stretch::from));
    return new Range(events, joined(lost), others, to);
  }

  /// Those next to each other as one.
  private static List<Stretch> joined(List<Stretch> stretches) {
    List<Stretch> joined = new ArrayList<>(stretches.size());
    for (Stretch next : stretches) {
      if (!joined.isEmpty() && next.from() <= joined.getLast().to() + 1) {
        Stretch before = joined.removeLast();
        joined.add(new Stretch(before.from(), Math.max(before.to(), next.to())));
      } else {
        joined.add(next);
      }
    }
    return joined;
  }

  /// Reads one message.
  CompletableFuture<DirectGet.Found> single(long sequence) {
    if (sequence < bounds.oldest()) {
      return CompletableFuture.completedFuture(new DirectGet.Found(sequence, null));
    }
    return terms.read(() ->
        direct
            .get(JetStreamApi.request().put("seq", sequence))
            .thenCompose(answer ->
                answer.messages().isEmpty()
                    ? confirm(sequence).thenApply(lost -> new DirectGet.Found(sequence, null))
                    : CompletableFuture.completedFuture(answer.messages().getFirst())));
  }

  /// The first message from a sequence on; one of the sequence [Long#MAX_VALUE] when there is none.
  CompletableFuture<DirectGet.Found> next(long from) {
    return terms.read(() -> {
      ObjectNode request = JetStreamApi.request();
      request.put("seq", from);
      request.put("next_by_subj", EVERYTHING);
      request.put("batch", 1);
      return direct
          .get(request)
          .thenCompose(answer ->
              answer.messages().isEmpty()
                  ? confirm(delivery.newest())
                      .thenApply(lost -> new DirectGet.Found(Long.MAX_VALUE, null))
                  : CompletableFuture.completedFuture(answer.messages().getFirst()));
    });
  }

  /// The first sequence that the stream took at a time or later; [Long#MAX_VALUE] when there is none.
  CompletableFuture<Long> firstFrom(Instant time) {
    return terms.read(() -> firstFromOnce(time));
  }

  private CompletableFuture<Long> firstFromOnce(Instant time) {
    ObjectNode request = JetStreamApi.request();
    request.put("start_time", time.toString());
    request.put("next_by_subj", EVERYTHING);
    request.put("batch", 1);
    long newest = delivery.newest();
    return direct
        .get(request)
        .thenCompose(answer ->
            answer.messages().isEmpty()
                ? leaders(newest)
                    .thenApply(message -> {
                      if (message != null && !isBefore(message, time)) {
                        throw new Terms.AgainException("a server of NATS is behind the others");
                      }
                      return Long.MAX_VALUE;
                    })
                : CompletableFuture.completedFuture(answer.messages().getFirst().sequence()));
  }

  private static boolean isBefore(StoredMessage message, Instant time) {
    return OffsetDateTime.parse(message.time()).toInstant().isBefore(time);
  }
}

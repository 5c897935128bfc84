package dev.tocsin.jetstream;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Stretch;
import dev.tocsin.hub.TypeFilter;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Reads parts of the stream whole: asks again where a server is behind, where the connection breaks, where the epoch is in
/// doubt. Any thread; nothing blocks.
final class StreamRanges {

  /// The most messages of one answer.
  static final int MAX_BATCH = 1_024;

  /// The most bytes of one answer.
  static final int MAX_BYTES = 4 << 20;

  /// How often it asks, with pauses in between: five seconds.
  static final int TRIES = 100;

  static final Duration PAUSE = Duration.ofMillis(50);

  /// With more types than these everything is read, and looked through here.
  private static final int MAX_SUBJECTS = 4;

  /// What an answer's messages have beside events, and the largest event.
  private static final int SLACK_BYTES = 128 << 10;

  /// Not limited to a subject.
  private static final String EVERYTHING = ">";

  private static final long NO_TERM = -1;

  private final Delivery delivery;
  private final DirectGet direct;
  private final StreamBounds bounds;
  private final JetStreamApi api;
  private final Link link;
  private final EventCodec codec;
  private final String stream;

  // written by the follower's thread, read by any
  private volatile long term = NO_TERM;
  private volatile long copiedUpTo;

  // owned by the follower's thread
  private long terms;

  StreamRanges(
      Delivery delivery,
      DirectGet direct,
      StreamBounds bounds,
      JetStreamApi api,
      Link link,
      EventCodec codec,
      String stream) {
    this.delivery = delivery;
    this.direct = direct;
    this.bounds = bounds;
    this.api = api;
    this.link = link;
    this.codec = codec;
    this.stream = stream;
  }

  /// A part of the stream.
  ///
  /// @param events what is wanted, ascending
  /// @param lost what is lost, ascending
  /// @param to how far it goes
  record Range(List<LoggedEvent> events, List<Stretch> lost, long to) {}

  /// A reading has to be made again.
  private static final class AgainException extends RuntimeException {
    private static final long serialVersionUID = 1;

    AgainException(String reason) {
      super(reason);
    }
  }

  void beginTerm(StreamInfo info) {
    bounds.begin(info);
    copiedUpTo = info.copy().upTo();
    term = ++terms;
  }

  void endTerm() {
    term = NO_TERM;
  }

  /// The last sequence that came with a copy of another log; 0 when none did.
  long copiedUpTo() {
    return copiedUpTo;
  }

  /// Reads what follows a position.
  ///
  /// @param upTo at most the newest that was handed on
  CompletableFuture<Range> read(
      long after, long upTo, TypeFilter types, int maxEvents, int maxBytes) {
    return trying(() -> readOnce(after, upTo, types, maxEvents, maxBytes), TRIES);
  }

  private CompletableFuture<Range> readOnce(
      long after, long upTo, TypeFilter types, int maxEvents, int maxBytes) {
    Set<String> names = types.names();
    // Where it is not known what is lost, everything is read: the holes show among all messages
    // only.
    boolean exact =
        names == null || names.isEmpty() || names.size() > MAX_SUBJECTS || !bounds.knowsLost();
    int batch = names != null && exact ? MAX_BATCH : Math.clamp(maxEvents, 1, MAX_BATCH);
    int bytes = (int) Math.min(Math.max(maxBytes, 0) + (long) SLACK_BYTES, MAX_BYTES);
    List<CompletableFuture<Part>> parts = new ArrayList<>();
    if (names == null || exact) {
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
              throw new AgainException("JetStream answered a reading with nothing");
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
            throw new AgainException("a server of NATS is behind the others");
          }
          return true;
        });
  }

  /// A message as the leader has it; `null` when it is lost.
  private CompletableFuture<@Nullable JsonNode> leaders(long sequence) {
    return api.ask("STREAM.MSG.GET." + stream, JetStreamApi.request().put("seq", sequence))
        .thenApply(answer ->
            switch (answer) {
              case Answer.Done(JsonNode json) -> json;
              case Answer.Refused(int status, int code, String words) -> {
                if (code != JetStreamApi.MESSAGE_NOT_FOUND) {
                  throw new AgainException(words);
                }
                yield null;
              }
              case Answer.Silent(String reason, boolean nobody) -> throw new AgainException(reason);
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
    long position = after;
    for (DirectGet.Found found : all) {
      if (exact && found.sequence() > position + 1) {
        lost.add(new Stretch(position + 1, found.sequence() - 1));
      }
      position = found.sequence();
      if (found.event() == null) {
        lost.add(new Stretch(position, position));
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
      return new Range(events, joined(lost), to);
    }
    lost.addAll(bounds.lostBetween(after, to, all.isEmpty() ? to + 1 : all.getFirst().sequence()));
    lost.sort(Comparator.comparingLong(Stretch::from));
    return new Range(events, joined(lost), to);
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
    return trying(
        () ->
            direct
                .get(JetStreamApi.request().put("seq", sequence))
                .thenCompose(answer ->
                    answer.messages().isEmpty()
                        ? confirm(sequence).thenApply(lost -> new DirectGet.Found(sequence, null))
                        : CompletableFuture.completedFuture(answer.messages().getFirst())),
        TRIES);
  }

  /// The first message from a sequence on; one of the sequence [Long#MAX_VALUE] when there is none.
  CompletableFuture<DirectGet.Found> next(long from) {
    return trying(
        () -> {
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
        },
        TRIES);
  }

  /// The first sequence that the stream took at a time or later; [Long#MAX_VALUE] when there is none.
  CompletableFuture<Long> firstFrom(Instant time) {
    return trying(() -> firstFromOnce(time), TRIES);
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
                        throw new AgainException("a server of NATS is behind the others");
                      }
                      return Long.MAX_VALUE;
                    })
                : CompletableFuture.completedFuture(answer.messages().getFirst().sequence()));
  }

  private static boolean isBefore(JsonNode message, Instant time) {
    return OffsetDateTime.parse(message.path("message").path("time").asString(""))
        .toInstant()
        .isBefore(time);
  }

  /// Tries until it succeeds within a term.
  private <T> CompletableFuture<T> trying(Supplier<CompletableFuture<T>> reading, int tries) {
    long before = term;
    long generation = link.generation();
    CompletableFuture<T> attempt =
        before == NO_TERM
            ? CompletableFuture.failedFuture(
                new AgainException("NATS is not connected, or the log is being looked at"))
            : reading.get();
    return attempt
        .handle((result, failure) -> {
          if (failure == null && before == term && generation == link.generation()) {
            return CompletableFuture.completedFuture(result);
          }
          if (tries <= 1) {
            return CompletableFuture.<T>failedFuture(
                new IllegalStateException(
                    "The log cannot be read at the moment: NATS does not answer", failure));
          }
          Executor later =
              CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
          return CompletableFuture.supplyAsync(() -> trying(reading, tries - 1), later)
              .thenCompose(again -> again);
        })
        .thenCompose(done -> done);
  }
}

package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.CopiedEvent;
import dev.tocsin.hub.CopiedKey;
import dev.tocsin.hub.CopiedPage;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogReading;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads a stream from one position on, with all that a copy takes along: one consumer as long as it can be trusted, then
/// another after the position that was reached. Of one thread, which it blocks.
final class StreamReading implements LogReading, AutoCloseable {

  /// How long nothing may come although something has to.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Link link;
  private final JetStreamApi api;
  private final EventCodec codec;
  private final String stream;
  private final KeyTimes keyTimes;

  private @Nullable StreamConsumer consumer;

  private long position = -1;

  /// For how long keys are remembered.
  ///
  /// @param windowMillis for how long after their message
  /// @param nowMillis the clock of NATS when it was looked at
  /// @param lookedNanos when that was, by [System#nanoTime]
  record KeyTimes(long windowMillis, long nowMillis, long lookedNanos) {

    /// For how long a key is remembered from now on.
    long left(long messageMillis) {
      long now = nowMillis + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lookedNanos);
      return messageMillis + windowMillis - now;
    }
  }

  StreamReading(Link link, JetStreamApi api, EventCodec codec, String stream, KeyTimes keyTimes) {
    this.link = link;
    this.api = api;
    this.codec = codec;
    this.stream = stream;
    this.keyTimes = keyTimes;
  }

  @Override
  public CopiedPage read(long after, long upTo) throws LogCopyException, InterruptedException {
    if (after != position) {
      drop();
      position = after;
    }
    List<CopiedEvent> events = new ArrayList<>();
    long end = System.nanoTime() + PATIENCE.toNanos();
    String reason = "nothing was heard of it";
    while (position == after) {
      if (System.nanoTime() > end) {
        throw new LogCopyException(
            "The stream "
                + stream
                + " cannot be read ("
                + reason
                + "): see whether enough NATS servers run. The same command goes on");
      }
      try {
        gather(events, upTo);
      } catch (EpochKeeper.UndecidedException e) {
        reason = String.valueOf(e.getMessage());
        drop();
        Thread.sleep(PAUSE);
      }
    }
    return new CopiedPage(events, position);
  }

  /// Takes what has come, up to a page.
  private void gather(List<CopiedEvent> events, long upTo)
      throws EpochKeeper.UndecidedException, InterruptedException {
    StreamConsumer reading = consumer;
    if (reading == null) {
      reading =
          StreamConsumer.open(link.connection(), api, stream, position, JetStreamApi.PATIENCE)
              .orElseThrow(() -> new EpochKeeper.UndecidedException("NATS makes no consumers"));
      consumer = reading;
    }
    long bytes = 0;
    StreamMessage message = reading.next(LOOK);
    while (message != null) {
      if (message.sequence() > upTo) {
        position = upTo;
        drop();
        return;
      }
      CopiedEvent event = event(message);
      position = message.sequence();
      if (event != null) {
        events.add(event);
        bytes += event.event().json().length;
      }
      if (events.size() >= MAX_EVENTS || bytes >= MAX_BYTES || position == upTo) {
        return;
      }
      message = reading.poll();
    }
    String doubt = reading.doubt();
    if (doubt != null) {
      drop();
    } else if (reading.isIdle() && isEnd(upTo)) {
      position = upTo;
    }
  }

  /// Whether the leader has nothing more from here on, up to a sequence.
  private boolean isEnd(long upTo) throws EpochKeeper.UndecidedException {
    Answer answer =
        api.askNow(
            "STREAM.MSG.GET." + stream,
            JetStreamApi.request().put("seq", position + 1).put("next_by_subj", ">"));
    return switch (answer) {
      case Answer.Done(var json) -> {
        StoredMessage next = StoredMessage.of(json);
        yield next != null && next.sequence() > upTo;
      }
      case Answer.Refused refused when refused.code() == JetStreamApi.MESSAGE_NOT_FOUND -> true;
      case Answer.Refused refused ->
          throw new EpochKeeper.UndecidedException(refused.description());
      case Answer.Silent silent -> throw new EpochKeeper.UndecidedException(silent.reason());
    };
  }

  /// The event of a message; `null` when it says none.
  private @Nullable CopiedEvent event(StreamMessage message) {
    EncodedEvent event = codec.event(message.subject(), message.body());
    if (event == null) {
      return null;
    }
    long taken = TimeUnit.NANOSECONDS.toMillis(message.timeNanos());
    return new CopiedEvent(
        message.sequence(),
        event,
        EventCodec.accepted(message.header(EventCodec.ACCEPTED), taken),
        key(message.header(EventCodec.MESSAGE_ID), message.header(EventCodec.DIGEST), taken));
  }

  private @Nullable CopiedKey key(@Nullable String id, @Nullable String digest, long taken) {
    long leftMillis = keyTimes.left(taken);
    if (id == null || digest == null || leftMillis <= 0) {
      return null;
    }
    try {
      Base64.Decoder base64 = Base64.getUrlDecoder();
      return new CopiedKey(base64.decode(id), base64.decode(digest), leftMillis);
    } catch (IllegalArgumentException e) {
      // Somebody else's.
      return null;
    }
  }

  private void drop() {
    if (consumer != null) {
      consumer.close();
      consumer = null;
    }
  }

  @Override
  public void close() {
    drop();
  }
}

package dev.tocsin.jetstream;

import dev.tocsin.hub.CopiedEvent;
import dev.tocsin.hub.CopiedPage;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogExtent;
import dev.tocsin.hub.LogTarget;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A stream that becomes the copy of a log. Until it is finished its metadata say so, and no gateway uses it. Of one thread.
public final class JetStreamLogTarget implements LogTarget {

  /// The most sequences between two events, in all of a log, that have none.
  public static final long MAX_HOLES = 1_000_000;

  /// How long the follower of a gateway may be seen after its end.
  private static final Duration GONE = Duration.ofSeconds(10);

  private static final byte[] NOTHING = {};

  private final CopiedStream stream;
  private final String name;

  private @Nullable CopySender sender;
  private long first;
  private long position;
  private long newest;
  private long holes;

  private JetStreamLogTarget(CopiedStream stream) {
    this.stream = stream;
    this.name = stream.settings().stream();
  }

  /// Connects.
  ///
  /// @param settings how the stream is to be kept in the end
  public static JetStreamLogTarget open(JetStreamSettings settings, InstantSource clock)
      throws JetStreamOpenException {
    return new JetStreamLogTarget(CopiedStream.open(settings, clock));
  }

  @Override
  public long begin(LogExtent source) throws LogCopyException, InterruptedException {
    JsonNode found = stream.find();
    if (found != null && CopyMarks.of(found.path("config")).unfinished() == null) {
      removeEmpty(found);
      found = null;
    }
    if (found == null) {
      found = stream.ask("STREAM.CREATE." + name, unfinished(source));
    }
    if (found == null
        || !CopyMarks.name(source).equals(CopyMarks.of(found.path("config")).unfinished())) {
      throw new LogCopyException(
          "The stream "
              + name
              + " is the unfinished copy of another log, or of this one before it went on: delete"
              + " it, or choose another prefix");
    }
    StreamInfo info = StreamInfo.of(found);
    newest = source.newest();
    first = info.first();
    position = info.last();
    sender = new CopySender(stream.link(), stream.api(), name, position);
    sender.start();
    return position;
  }

  /// Makes room where a stream is that never held anything, and that nobody uses.
  private void removeEmpty(JsonNode found) throws LogCopyException, InterruptedException {
    stream.requireLog(found);
    StreamInfo info = StreamInfo.of(found);
    requireEmpty(info);
    long end = System.nanoTime() + GONE.toNanos();
    JsonNode now = found;
    while (now != null && now.path("state").path("consumer_count").asLong(0) > 0) {
      if (System.nanoTime() > end) {
        throw new LogCopyException(
            "Somebody follows the stream " + name + ": stop the servers that use it");
      }
      Thread.sleep(500);
      now = stream.find();
    }
    if (now != null) {
      removeClosed(now);
    }
  }

  private void requireEmpty(StreamInfo info) throws LogCopyException {
    if (info.last() > 0) {
      throw new LogCopyException(
          "The stream "
              + name
              + " holds another log already, up to sequence "
              + info.last()
              + ": delete it, or choose another prefix");
    }
  }

  /// Removes a stream into which nobody can publish any more: a server that begins in this moment could be told that its event
  /// is stored. If one was, the stream stays as it was.
  void removeClosed(JsonNode found) throws LogCopyException {
    ObjectNode config = (ObjectNode) found.path("config").deepCopy();
    config.putArray("subjects").add(stream.codec().nobodysSubjects());
    stream.ask("STREAM.UPDATE." + name, config);
    JsonNode closed = stream.find();
    if (closed == null) {
      return;
    }
    try {
      requireEmpty(StreamInfo.of(closed));
    } catch (LogCopyException e) {
      config.putArray("subjects").add(stream.codec().subjects());
      stream.ask("STREAM.UPDATE." + name, config);
      throw e;
    }
    stream.ask("STREAM.DELETE." + name, null);
  }

  /// The stream as long as it is unfinished: nothing goes from it by itself, and what has to go can be deleted.
  private ObjectNode unfinished(LogExtent source) {
    ObjectNode config = StreamSetup.config(stream.settings());
    config.put("max_age", 0);
    config.put("max_bytes", -1);
    config.put("deny_delete", false);
    config.put("deny_purge", false);
    if (source.oldest() > 1) {
      config.put("first_seq", source.oldest());
    }
    CopyMarks.begin(config, source);
    return config;
  }

  @Override
  public void write(CopiedPage page) throws LogCopyException, InterruptedException {
    for (CopiedEvent event : page.events()) {
      fill(event.sequence() - 1);
      sender()
          .send(
              event.sequence(),
              stream.codec().subject(event.event().type()),
              EventCodec.headers(event),
              EventCodec.body(event.event()));
      position = event.sequence();
    }
    fill(page.position());
  }

  /// Holds the places of sequences that have no event.
  private void fill(long upTo) throws LogCopyException, InterruptedException {
    if (upTo - position > MAX_HOLES - holes) {
      throw new LogCopyException(
          "The log lacks more than "
              + MAX_HOLES
              + " events before sequence "
              + upTo
              + ": a stream cannot be made with so many holes");
    }
    while (position < upTo) {
      sender().send(position + 1, stream.codec().holes(), "", NOTHING);
      position++;
      holes++;
    }
  }

  private CopySender sender() {
    CopySender sending = sender;
    if (sending == null) {
      throw new IllegalStateException("it has not begun");
    }
    return sending;
  }

  @Override
  public void settle() throws LogCopyException, InterruptedException {
    sender().drain();
    stream.ask(
        "STREAM.PURGE." + name, JetStreamApi.request().put("filter", stream.codec().holes()));
  }

  @Override
  public CopiedPage read(long after, long upTo) throws LogCopyException, InterruptedException {
    return stream.reading().read(after, upTo);
  }

  @Override
  public String finish() throws LogCopyException, InterruptedException {
    StreamInfo info = info();
    long room = stream.settings().retainBytes();
    if (info.bytes() > room) {
      throw new LogCopyException(
          "The copy takes "
              + info.bytes()
              + " bytes in NATS, more than the "
              + room
              + " that are to be retained: run the same command with a greater --retain-bytes");
    }
    String epoch = renew(info);
    ObjectNode config = StreamSetup.config(stream.settings());
    if (first > 1) {
      config.put("first_seq", first);
    }
    CopyMarks.finish(config, newest);
    if (stream.ask("STREAM.UPDATE." + name, config) == null) {
      throw gone();
    }
    return epoch;
  }

  private String renew(StreamInfo info) throws LogCopyException, InterruptedException {
    EpochKeeper keeper =
        new EpochKeeper(
            stream.settings(),
            stream.api(),
            new EpochBucket(stream.settings(), stream.api()),
            new SecureRandom(),
            new ForeignParts(),
            config -> null);
    long end = System.nanoTime() + Link.PATIENCE.toNanos();
    while (true) {
      try {
        return keeper.renew(info).epoch();
      } catch (EpochKeeper.UndecidedException e) {
        if (System.nanoTime() > end) {
          throw new LogCopyException(
              "A new epoch cannot be begun: " + e.getMessage() + ". The same command goes on", e);
        }
        Thread.sleep(100);
      }
    }
  }

  private StreamInfo info() throws LogCopyException {
    JsonNode found = stream.find();
    if (found == null) {
      throw gone();
    }
    return StreamInfo.of(found);
  }

  private LogCopyException gone() {
    return new LogCopyException("The stream " + name + " was deleted: begin again");
  }

  @Override
  public void close() {
    stream.close();
  }
}

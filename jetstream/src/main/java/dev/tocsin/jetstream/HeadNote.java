package dev.tocsin.jetstream;

import dev.tocsin.events.Json;
import dev.tocsin.hub.NoteFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What this gateway knows to be the newest of the log, in a file of its own: a stream that is put back as it was before,
/// together with the record of its epoch, is found out by it at the next start.
///
/// A thread of its own writes it as soon as something is new, and then [#PAUSE] later again, so that a disk that hangs holds
/// nobody up. It is not flushed, and a broken one is passed over.
final class HeadNote implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HeadNote.class);

  /// How long it waits after each time.
  private static final Duration PAUSE = Duration.ofMillis(100);

  /// How long the last writing may take.
  private static final Duration END = Duration.ofSeconds(2);

  /// What is read of a file that somebody else may have put there.
  private static final int MAX_BYTES = 4_096;

  /// What was known.
  ///
  /// @param epoch the name of the epoch
  /// @param newest the newest sequence that was handed on
  /// @param witness the newest message that is known by its bytes; 0 for none
  /// @param digest that of its body
  record Known(String epoch, long newest, long witness, String digest) {}

  private final NoteFile file;
  private final Thread thread;

  // written by any
  private volatile boolean changed;
  private volatile boolean closed;
  private volatile @Nullable Delivery delivery;

  // owned by the thread
  private boolean warned;

  /// @param file is closed with it
  HeadNote(Path file) {
    this.file = new NoteFile(file);
    this.thread = Thread.ofPlatform().name("tocsin-jetstream-note").daemon().unstarted(this::run);
  }

  /// What was written before; empty when there is nothing that says it.
  Optional<Known> read() {
    try {
      Optional<InputStream> found = file.open();
      if (found.isEmpty()) {
        return Optional.empty();
      }
      try (InputStream in = found.get()) {
        return known(in.readNBytes(MAX_BYTES));
      }
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("the note of the newest event cannot be read");
      return Optional.empty();
    }
  }

  private static Optional<Known> known(byte[] json) {
    if (!(Json.read(json) instanceof Json.Value(JsonNode tree))) {
      return Optional.empty();
    }
    Known known =
        new Known(
            tree.path("epoch").asString(""),
            tree.path("newest").asLong(0),
            tree.path("sequence").asLong(0),
            tree.path("digest").asString(""));
    return known.newest() > 0 ? Optional.of(known) : Optional.empty();
  }

  /// Begins to write.
  void start(Delivery from) {
    delivery = from;
    from.whenMoved(this::change);
    thread.start();
    change();
  }

  private void change() {
    if (!changed) {
      changed = true;
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    while (!closed) {
      if (changed) {
        write();
        LockSupport.parkNanos(PAUSE.toNanos());
      } else {
        LockSupport.park(this);
      }
    }
    write();
  }

  private void write() {
    changed = false;
    Delivery of = delivery;
    Known known = of == null ? null : of.known();
    if (known == null) {
      return;
    }
    ObjectNode node = JetStreamApi.request();
    node.put("epoch", known.epoch());
    node.put("newest", known.newest());
    node.put("sequence", known.witness());
    node.put("digest", known.digest());
    try {
      file.write(out -> out.write(Json.write(node).getBytes(StandardCharsets.UTF_8)));
      warned = false;
    } catch (IOException e) {
      if (!warned) {
        LOG.atWarn()
            .addKeyValue("reason", e.getMessage())
            .log("the newest event cannot be noted in the data folder");
      }
      warned = true;
    }
  }

  /// Writes for the last time, and nothing after that.
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    file.close();
  }
}

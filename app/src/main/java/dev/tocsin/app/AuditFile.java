package dev.tocsin.app;

import dev.tocsin.events.Json;
import dev.tocsin.gateway.Audit;
import dev.tocsin.http.Secrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The audit log: a JSON object a line, appended to a file of mode 0600.
///
/// What happens again and again to the same principal, from the same address, is one line a second, which says how often. The
/// publishes that are denied to a principal are one line a second whatever they are, and so are the subscriptions: it describes
/// the first and counts all. So a line is written a second after what it describes first, and the times of two that could have
/// been one are that far apart. A thread of its own writes; when the file was renamed or is gone, it is opened anew. What the
/// disk does not take is told to the operator, and kept until it does, [#MAX_WAITING] of it.
final class AuditFile implements Audit, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);

  /// How far the times of two lines are apart that could have been one.
  private static final Duration APART = Duration.ofSeconds(1);

  private static final long PAUSE_MILLIS = 100;
  private static final long OPEN_MILLIS = 2_000;
  private static final long CLOSE_MILLIS = 3_000;
  private static final int MAX_WAITING = 100_000;

  private final Path path;
  private final InstantSource clock;
  private final Thread writer;
  private final CompletableFuture<FileChannel> opened = new CompletableFuture<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  // guarded by this; by what is told together, the oldest first
  private Map<Entry, Occurrence> waiting = new LinkedHashMap<>();
  private long lost;

  // owned by the writer
  private @Nullable FileChannel channel;
  private @Nullable Object fileKey;
  private boolean failing;

  /// What happened first, when, and how often since the last line about it.
  private static final class Occurrence {
    private final Entry first;
    private final Instant time;
    private long count;

    Occurrence(Entry first, Instant time) {
      this.first = first;
      this.time = time;
    }
  }

  private AuditFile(Path path, InstantSource clock) {
    this.path = path;
    this.clock = clock;
    this.writer = Thread.ofPlatform().name("tocsin-audit").daemon().unstarted(this::begin);
  }

  /// Opens a file, or makes it. A pipe takes lines while somebody reads it.
  static AuditFile open(Path path, InstantSource clock) throws Failure {
    AuditFile file = new AuditFile(path, clock);
    file.writer.start();
    String refusal = "--audit-log: cannot write to " + path + ": ";
    try {
      file.opened.orTimeout(OPEN_MILLIS, TimeUnit.MILLISECONDS).join();
    } catch (CompletionException e) {
      file.closing.countDown();
      switch (e.getCause()) {
        case IOException unusable ->
            throw new Failure(refusal + KeysOption.reason(unusable), unusable);
        case TimeoutException late ->
            throw new Failure(refusal + "it does not open, as a pipe that nobody reads", late);
        case null, default -> throw e;
      }
    }
    return file;
  }

  @Override
  public synchronized void note(Entry entry) {
    Entry together = together(entry);
    Occurrence known = waiting.get(together);
    if (known == null && waiting.size() >= MAX_WAITING) {
      lost++;
      return;
    }
    if (known == null) {
      known = new Occurrence(entry, clock.instant());
      waiting.put(together, known);
    }
    known.count++;
  }

  /// What stands for all entries that are one line.
  private static Entry together(Entry entry) {
    return switch (entry.what()) {
      case PUBLISH_DENIED, SUBSCRIPTION_DENIED, MANAGE_DENIED ->
          new Entry(entry.what(), entry.name(), null, null, List.of());
      case CREDENTIAL_ACCEPTED,
          CREDENTIAL_REFUSED,
          CREDENTIAL_ENDED,
          CREDENTIAL_RENEWED,
          CONNECTION_CLOSED,
          BRIDGE_RETRIED,
          KEY_MADE,
          KEY_REVOKED ->
          entry;
    };
  }

  /// Opens the file here: nothing but a reader ends the opening of a pipe.
  private void begin() {
    try {
      opened.complete(reopen());
    } catch (IOException | RuntimeException | Error e) {
      opened.completeExceptionally(e);
      return;
    }
    writeOn();
  }

  private void writeOn() {
    boolean last;
    do {
      last = pause();
      try {
        write(last ? takeAll() : takeDue());
      } catch (RuntimeException | Error e) {
        // What comes after it is written all the same.
        LOG.atError()
            .setCause(e)
            .addKeyValue("file", path)
            .log("entries of the audit log are lost");
      }
    } while (!last);
    closeChannel();
  }

  /// Waits for a while; whether it was closed meanwhile.
  private boolean pause() {
    try {
      return closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private synchronized Map<Entry, Occurrence> takeAll() {
    Map<Entry, Occurrence> all = waiting;
    waiting = new LinkedHashMap<>();
    return all;
  }

  /// What is to be told by now; all of it when the clock was set back.
  private synchronized Map<Entry, Occurrence> takeDue() {
    Map<Entry, Occurrence> due = new LinkedHashMap<>();
    Instant now = clock.instant();
    Iterator<Map.Entry<Entry, Occurrence>> oldest = waiting.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Entry, Occurrence> next = oldest.next();
      Instant since = next.getValue().time;
      if (now.isBefore(since.plus(APART)) && !now.isBefore(since)) {
        break;
      }
      due.put(next.getKey(), next.getValue());
      oldest.remove();
    }
    return due;
  }

  private void write(Map<Entry, Occurrence> taken) {
    if (taken.isEmpty()) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    taken.forEach((together, occurrence) ->
        lines.append(Secrets.masked(Json.write(json(occurrence)))).append('\n'));
    try {
      append(reopen(), lines.toString().getBytes(StandardCharsets.UTF_8));
      failing = false;
    } catch (IOException e) {
      putBack(taken);
      if (!failing) {
        failing = true;
        LOG.atError()
            .addKeyValue("file", path)
            .addKeyValue("reason", KeysOption.reason(e))
            .log("the audit log cannot be written");
      }
    }
    tellLost();
  }

  /// Appends lines, all of them or none: half a line would spoil the next one, and what is written is not to come twice.
  private static void append(FileChannel to, byte[] lines) throws IOException {
    long before = to.size();
    ByteBuffer bytes = ByteBuffer.wrap(lines);
    try {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
    } catch (IOException e) {
      if (bytes.position() > 0) {
        to.truncate(before);
      }
      throw e;
    }
  }

  private synchronized void putBack(Map<Entry, Occurrence> taken) {
    waiting.forEach((entry, occurrence) ->
        taken.merge(
            entry,
            occurrence,
            (before, since) -> {
              before.count += since.count;
              return before;
            }));
    waiting = taken;
  }

  private synchronized void tellLost() {
    if (lost > 0) {
      LOG.atError().addKeyValue("count", lost).log("the audit log has lost entries");
      lost = 0;
    }
  }

  private static ObjectNode json(Occurrence occurrence) {
    Entry entry = occurrence.first;
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("time", occurrence.time.toString())
        .put("event", entry.what().name().toLowerCase(Locale.ROOT));
    if (entry.name() != null) {
      json.put("name", entry.name());
    }
    if (entry.address() != null) {
      json.put("address", entry.address());
    }
    if (entry.reason() != null) {
      json.put("reason", entry.reason());
    }
    if (!entry.patterns().isEmpty()) {
      ArrayNode patterns = json.putArray("patterns");
      entry.patterns().forEach(patterns::add);
    }
    if (occurrence.count > 1) {
      json.put("count", occurrence.count);
    }
    return json;
  }

  /// Opens the file, unless it is open and still the one that the path names.
  private FileChannel reopen() throws IOException {
    FileChannel open = channel;
    if (open != null && fileKey != null && fileKey.equals(keyOf(path))) {
      return open;
    }
    closeChannel();
    open =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    channel = open;
    fileKey = keyOf(path);
    return open;
  }

  private static @Nullable Object keyOf(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  private void closeChannel() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.atDebug().setCause(e).log("the audit log could not be closed");
      }
      channel = null;
    }
  }

  /// Writes what is left.
  @Override
  public void close() {
    closing.countDown();
    try {
      writer.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

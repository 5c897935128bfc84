package dev.tocsin.bridges.in.mqtt;

import dev.tocsin.bridges.bridge.StateFile;
import java.io.BufferedWriter;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which messages of a broker were taken, on the disk: a line for each, written before it is acknowledged, and now and then the
/// file anew without those that are forgotten. A line that was not finished is none. Not flushed to the disk, as a `StateFile`;
/// that it cannot be written is told once. One thread, also one that is interrupted.
final class DeliveryJournal {

  /// Of how many packet identifiers the newest message is remembered.
  static final int MAX_DELIVERIES = 10_000;

  private static final Pattern LINE =
      Pattern.compile("(\\d{1,18}) (\\d{1,5}) ([0-9a-f]{1,64}) ([0-9a-f]{1,64})");
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryJournal.class);

  private final @Nullable Path path;
  private final Map<Integer, Delivery> newest = new LinkedHashMap<>();
  private long taken;
  private int lines;
  private @Nullable OutputStream out;
  private boolean failing;
  private Consumer<String> complaints = sentence -> {};

  /// A message that was taken.
  ///
  /// @param number how many had been taken before
  /// @param packetId 0 at QoS 0
  /// @param topic a digest of its topic
  /// @param content a digest of topic and payload
  private record Delivery(long number, int packetId, String topic, String content) {
    String line() {
      return number + " " + packetId + " " + topic + " " + content + "\n";
    }
  }

  /// Is told of messages in the file.
  @FunctionalInterface
  interface Reader {

    /// Is told of one message, with the digests of its topic and its content.
    void taken(long number, String topic, String content);
  }

  /// @param path `null` for memory alone
  /// @param known is told of each message in the file, in their order
  DeliveryJournal(@Nullable Path path, Reader known) {
    this.path = path;
    if (path != null) {
      read(path, known);
    }
  }

  private void read(Path file, Reader known) {
    try (Stream<String> all = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      all.map(LINE::matcher)
          .filter(Matcher::matches)
          .forEach(line -> {
            long number = Long.parseLong(line.group(1));
            note(
                new Delivery(
                    number, Integer.parseInt(line.group(2)), line.group(3), line.group(4)));
            known.taken(number, line.group(3), line.group(4));
          });
    } catch (NoSuchFileException e) {
      // The first time.
      return;
    } catch (IOException | UncheckedIOException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("the state of a bridge is not read");
    }
  }

  private void note(Delivery delivery) {
    newest.remove(delivery.packetId());
    newest.put(delivery.packetId(), delivery);
    if (newest.size() > MAX_DELIVERIES) {
      newest.remove(newest.keySet().iterator().next());
    }
    taken = Math.max(taken, delivery.number() + 1);
  }

  /// Has somebody told, each time, that it cannot be written, besides the log.
  void tellOf(Consumer<String> told) {
    complaints = told;
  }

  /// How many messages were taken.
  long taken() {
    return taken;
  }

  /// Whether the newest message of a packet identifier is this. At QoS 0, where there is none, never.
  boolean has(int packetId, String content) {
    Delivery delivery = newest.get(packetId);
    return packetId != 0 && delivery != null && delivery.content().equals(content);
  }

  /// Whether the file will be written anew with the next message, and forget some of its topics.
  boolean isDue() {
    return path != null && (out == null || lines >= 2 * MAX_DELIVERIES);
  }

  /// Forgets all of them, but not their number.
  void forget() {
    newest.clear();
    close();
  }

  /// Notes that a message was taken.
  void add(int packetId, String topic, String content) {
    Delivery delivery = new Delivery(taken, packetId, topic, content);
    note(delivery);
    if (path == null) {
      return;
    }
    try {
      OutputStream open = out;
      if (open == null || isDue()) {
        close();
        out = begin(path);
      } else {
        open.write(delivery.line().getBytes(StandardCharsets.ISO_8859_1));
        lines++;
      }
      failing = false;
    } catch (IOException e) {
      close();
      if (!failing) {
        LOG.atWarn()
            .addKeyValue("file", path)
            .setCause(e)
            .log("the state of a bridge cannot be written; it is in memory alone");
      }
      failing = true;
      complaints.accept(StateFile.sentence(path, e));
    }
  }

  /// Writes the file anew, with all that is known.
  private OutputStream begin(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path next = file.resolveSibling(file.getFileName() + ".new");
    // Plain streams: those of channels are closed when their thread is interrupted, and closing a
    // bridge does that.
    try (BufferedWriter writer =
        new BufferedWriter(
            new OutputStreamWriter(
                new FileOutputStream(next.toFile()), StandardCharsets.ISO_8859_1))) {
      for (Delivery delivery : newest.values()) {
        writer.write(delivery.line());
      }
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    lines = newest.size();
    return new FileOutputStream(file.toFile(), true);
  }

  /// Ends it; what is added later opens it again.
  void close() {
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        // What was written is there, and the rest is written anew.
        LOG.atDebug()
            .addKeyValue("file", path)
            .setCause(e)
            .log("the state of a bridge is not closed");
      }
      out = null;
    }
  }
}

package dev.tocsin.bridges.out;

import dev.tocsin.bridges.description.FileTrouble;
import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.events.Json;
import dev.tocsin.events.JsonMembers;
import dev.tocsin.events.Slice;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The events that a receiver has refused for good, in the order in which it has: a file of lines, each with the event, why,
/// and what the receiver has said. One thread, but [#size].
///
/// It is bounded. When it is full nothing is thrown away: whoever wants to add something is told no, and tries again later.
final class SetAside {

  /// How many events it holds.
  static final int MAX_EVENTS = 1_000;

  /// How many bytes it has.
  static final int MAX_BYTES = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(SetAside.class);

  private final @Nullable Path path;

  /// What there is, where it is not on disk.
  private byte[] inMemory = new byte[0];

  private final Set<HubPosition> known = new HashSet<>();
  private long bytes;
  private volatile int size;

  /// An event that was refused.
  ///
  /// @param epoch of the log that it is of
  /// @param reason in words
  /// @param answer of the receiver
  /// @param at when that was
  record Entry(String epoch, FollowedEvent event, String reason, String answer, Instant at) {

    HubPosition position() {
      return new HubPosition(epoch, event.sequence());
    }

    private byte[] line() {
      String head =
          "{\"epoch\":"
              + quoted(epoch)
              + ",\"sequence\":"
              + event.sequence()
              + ",\"type\":"
              + quoted(event.type())
              + ",\"reason\":"
              + quoted(reason)
              + ",\"answer\":"
              + quoted(answer)
              + ",\"at\":"
              + quoted(at.toString())
              + ",\"event\":";
      ByteArrayOutputStream line = new ByteArrayOutputStream(event.envelope().length + 512);
      line.writeBytes(head.getBytes(StandardCharsets.UTF_8));
      line.writeBytes(Lines.inOne(event.envelope()));
      line.writeBytes("}\n".getBytes(StandardCharsets.UTF_8));
      return line.toByteArray();
    }

    private static String quoted(String text) {
      return Json.write(JsonNodeFactory.instance.stringNode(text));
    }

    /// Reads a line back; empty when it is none.
    private static Optional<Entry> read(byte[] line) {
      Map<String, Slice> members = new LinkedHashMap<>();
      Slice event = JsonMembers.read(line, members) == null ? members.get("event") : null;
      if (event == null || !(Json.read(line) instanceof Json.Value(JsonNode tree))) {
        return Optional.empty();
      }
      String epoch = tree.path("epoch").stringValue("");
      long sequence = tree.path("sequence").longValue(-1);
      if (epoch.isEmpty() || sequence < 0) {
        return Optional.empty();
      }
      byte[] envelope =
          Arrays.copyOfRange(event.bytes(), event.offset(), event.offset() + event.length());
      return Optional.of(
          new Entry(
              epoch,
              new FollowedEvent(sequence, tree.path("type").stringValue(""), envelope),
              tree.path("reason").stringValue(""),
              tree.path("answer").stringValue(""),
              moment(tree.path("at").stringValue(""))));
    }

    private static Instant moment(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        return Instant.EPOCH;
      }
    }
  }

  /// Reads what there is.
  ///
  /// @param path `null` for memory alone
  SetAside(@Nullable Path path) {
    this.path = path;
    for (Entry entry : all()) {
      known.add(entry.position());
    }
    size = known.size();
  }

  /// How many there are. Any thread.
  int size() {
    return size;
  }

  /// Adds an event; one that is there already stays as it is.
  ///
  /// @return empty when it is there now; why it is not
  String add(Entry entry) {
    if (known.contains(entry.position())) {
      return "";
    }
    byte[] line = entry.line();
    if (size >= MAX_EVENTS || bytes + line.length > MAX_BYTES) {
      return "the list of refused events is full: " + size + " events";
    }
    try {
      write(line, true);
    } catch (IOException e) {
      return "the list of refused events cannot be written: " + FileTrouble.of(e);
    }
    known.add(entry.position());
    bytes += line.length;
    size = known.size();
    return "";
  }

  /// All of them, in their order.
  List<Entry> all() {
    List<Entry> entries = new ArrayList<>();
    byte[] content = content();
    bytes = content.length;
    for (byte[] line : Lines.of(content)) {
      Optional<Entry> entry = Entry.read(line);
      if (entry.isEmpty()) {
        LOG.atWarn()
            .addKeyValue("file", path)
            .log("a line in the list of refused events is not understood, and passed over");
      }
      entry.ifPresent(entries::add);
    }
    return entries;
  }

  private byte[] content() {
    if (path == null) {
      return inMemory;
    }
    try {
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return new byte[0];
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", path)
          .setCause(e)
          .log("the list of refused events cannot be read");
      return new byte[0];
    }
  }

  /// Puts others in the place of what there is.
  ///
  /// @return whether that was possible; if not, it is as it was
  boolean replace(List<Entry> entries) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    entries.forEach(entry -> content.writeBytes(entry.line()));
    try {
      write(content.toByteArray(), false);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", path)
          .setCause(e)
          .log("the list of refused events cannot be written");
      return false;
    }
    known.clear();
    entries.forEach(entry -> known.add(entry.position()));
    bytes = content.size();
    size = known.size();
    return true;
  }

  private void write(byte[] content, boolean isMore) throws IOException {
    if (path == null) {
      byte[] all = isMore ? Arrays.copyOf(inMemory, inMemory.length + content.length) : content;
      if (isMore) {
        System.arraycopy(content, 0, all, inMemory.length, content.length);
      }
      inMemory = all;
      return;
    }
    Files.createDirectories(path.toAbsolutePath().getParent());
    if (isMore) {
      Lines.cutTornTail(path);
      try (FileOutputStream out = new FileOutputStream(path.toFile(), true)) {
        out.write(content);
        out.getFD().sync();
      }
      return;
    }
    Path next = path.resolveSibling(path.getFileName() + ".new");
    try (FileOutputStream out = new FileOutputStream(next.toFile())) {
      out.write(content);
      out.getFD().sync();
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}

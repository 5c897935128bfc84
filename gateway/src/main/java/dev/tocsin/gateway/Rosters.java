package dev.tocsin.gateway;

import dev.tocsin.events.CloseCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// The connections of all event loops that events go to. Any thread.
///
/// Each loop describes its own, and nobody waits for another: the page is put together when the last has answered. The order
/// is that in which the connections came, so a page that is turned shows none twice, and none that stays is left out.
final class Rosters {

  private static final byte[] START = bytes("{\"connections\":[");

  private final List<Roster> loops = new CopyOnWriteArrayList<>();
  private final AtomicLong numbers = new AtomicLong();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// A loop begins.
  void add(Roster loop) {
    loops.add(loop);
  }

  /// A loop has ended.
  void remove(Roster loop) {
    loops.remove(loop);
  }

  /// The place of one more connection.
  long nextNumber() {
    return numbers.incrementAndGet();
  }

  /// A page in JSON.
  ///
  /// @param after the place after which it begins; 0 for the first
  /// @param limit how many connections at the most
  CompletableFuture<byte[]> page(long after, int limit) {
    List<CompletableFuture<Roster.Part>> parts =
        loops.stream().map(loop -> loop.describe(after, limit, Limits.MAX_ROSTER_BYTES)).toList();
    return together(parts).thenApply(answers -> page(answers, limit));
  }

  private static <T> CompletableFuture<List<T>> together(List<CompletableFuture<T>> parts) {
    return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> parts.stream().map(CompletableFuture::join).toList());
  }

  /// A loop that has more than it told has filled a page by itself, so this one ends before what is not known of it.
  private static byte[] page(List<Roster.Part> parts, int limit) {
    List<Roster.Entry> entries = new ArrayList<>();
    parts.forEach(part -> entries.addAll(part.entries()));
    entries.sort(Comparator.comparingLong(Roster.Entry::number));
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    page.writeBytes(START);
    int count = 0;
    long last = 0;
    for (Roster.Entry entry : entries) {
      if (count == limit || page.size() >= Limits.MAX_ROSTER_BYTES) {
        break;
      }
      page.writeBytes(count == 0 ? new byte[0] : bytes(","));
      page.writeBytes(entry.json());
      last = entry.number();
      count++;
    }
    boolean more = count < entries.size() || parts.stream().anyMatch(Roster.Part::more);
    int total = parts.stream().mapToInt(Roster.Part::total).sum();
    page.writeBytes(bytes("],\"total\":" + total));
    page.writeBytes(bytes(more ? ",\"next_after\":" + last + "}" : "}"));
    return page.toByteArray();
  }

  /// Closes a connection, wherever it is.
  ///
  /// @return what it was; empty when there is none of this name, or when it ends already
  CompletableFuture<Optional<ConnectionView>> close(String id, CloseCode code, String sentence) {
    List<CompletableFuture<Optional<ConnectionView>>> answers =
        loops.stream().map(loop -> loop.close(id, code, sentence)).toList();
    return together(answers)
        .thenApply(found -> found.stream().flatMap(Optional::stream).findFirst());
  }
}

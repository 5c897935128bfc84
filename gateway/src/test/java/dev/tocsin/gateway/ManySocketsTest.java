package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.events.EventType;
import dev.tocsin.fixtures.Frame;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.hub.Append;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A thousand sockets with patterns of every kind receive exactly what an independent matcher says.
class ManySocketsTest {

  private static final int SOCKETS = 1_000;
  private static final int EVENTS = 600;
  private static final String LAST = "alert.deleted";
  private static final Pattern SEQUENCE =
      Pattern.compile("\"sequence\":(\\d+),\"previous\":\\d+}$");

  /// One socket: what it asked for and what it got.
  private static final class Reader {

    final Set<String> patterns;
    final List<Long> received = new ArrayList<>();
    final ByteBuffer bytes = ByteBuffer.allocate(1 << 18);
    boolean upgraded;
    boolean done;

    Reader(Set<String> patterns) {
      this.patterns = patterns;
    }

    String request() {
      String events = URLEncoder.encode(String.join(",", patterns), StandardCharsets.UTF_8);
      return RawWebSocket.handshake("/ws/events" + (patterns.isEmpty() ? "" : "?events=" + events));
    }

    void read(SocketChannel channel, long last) throws IOException {
      if (channel.read(bytes) < 0) {
        throw new IOException("closed after " + received);
      }
      bytes.flip();
      if (!upgraded) {
        String head = StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
        int end = head.indexOf("\r\n\r\n");
        if (end >= 0) {
          assertThat(head).startsWith("HTTP/1.1 101");
          bytes.position(end + 4);
          upgraded = true;
        }
      }
      while (upgraded && frame(last)) {}
      bytes.compact();
    }

    private boolean frame(long last) {
      ByteBuffer view = bytes.duplicate();
      if (view.remaining() < 4) {
        return false;
      }
      int first = view.get() & 0xFF;
      int length = view.get();
      length = length == 126 ? view.getShort() & 0xFFFF : length;
      if (view.remaining() < length) {
        return false;
      }
      assertThat(first).isEqualTo(Frame.TEXT);
      byte[] payload = new byte[length];
      view.get(payload);
      bytes.position(view.position());
      var sequence = SEQUENCE.matcher(new String(payload, StandardCharsets.UTF_8));
      if (sequence.find()) {
        received.add(Long.valueOf(sequence.group(1)));
        done = received.getLast() == last;
      }
      return true;
    }
  }

  @Test
  void eachReceivesWhatItsPatternsMatch() throws Exception {
    Random random = new Random(42);
    List<String> types = new ArrayList<>();
    try (TestServer server = TestServer.start();
        Selector selector = Selector.open()) {
      server.hub.catalog().allEventTypes().stream()
          .filter(type -> !EventType.isReservedName(type.name()))
          .map(EventType::name)
          .forEach(types::add);
      List<Reader> readers = new ArrayList<>();
      Map<Reader, SocketChannel> channels = new HashMap<>();
      for (int i = 0; i < SOCKETS; i++) {
        Reader reader = new Reader(patterns(types, random));
        SocketChannel channel =
            SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        channel.write(ByteBuffer.wrap(reader.request().getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, reader);
        readers.add(reader);
        channels.put(reader, channel);
      }
      read(selector, readers, Long.MAX_VALUE, () -> readers.stream().allMatch(r -> r.upgraded));
      while (server.hub.stats().subscriptions().totalConnections() < SOCKETS) {
        Thread.onSpinWait();
      }

      List<String> published =
          IntStream.range(0, EVENTS - 1)
              .mapToObj(i -> types.get(random.nextInt(types.size())))
              .collect(Collectors.toCollection(ArrayList::new));
      published.add(LAST);
      for (String type : published) {
        server
            .hub
            .log()
            .append(
                List.of(
                    new Append(
                        EncodedEvent.of(
                            type,
                            "{}".getBytes(StandardCharsets.US_ASCII),
                            "2026-01-01T00:00:00Z",
                            null,
                            null),
                        null)));
      }
      read(selector, readers, EVENTS, () -> readers.stream().allMatch(r -> r.done));

      Map<String, Set<String>> matches = new HashMap<>();
      for (Reader reader : readers) {
        Set<String> wanted = new HashSet<>(reader.patterns.isEmpty() ? types : List.of());
        for (String pattern : reader.patterns) {
          wanted.addAll(matches.computeIfAbsent(pattern, p -> matching(types, p)));
        }
        assertThat(reader.received)
            .as(reader.patterns::toString)
            .isEqualTo(
                IntStream.rangeClosed(1, EVENTS)
                    .filter(i -> wanted.contains(published.get(i - 1)))
                    .mapToObj(Long::valueOf)
                    .toList());
      }
      for (SocketChannel channel : channels.values()) {
        channel.close();
      }
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void read(Selector selector, List<Reader> readers, long last, Condition until)
      throws IOException {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!until.holds()) {
      assertThat(System.nanoTime()).as("%s sockets", readers.size()).isLessThan(deadline);
      selector.select(
          key -> {
            try {
              ((Reader) key.attachment()).read((SocketChannel) key.channel(), last);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          1_000);
    }
  }

  private static Set<String> matching(List<String> types, String pattern) {
    Pattern regex = Glob.regex(pattern);
    Set<String> matching = new HashSet<>();
    types.stream().filter(type -> regex.matcher(type).matches()).forEach(matching::add);
    return matching;
  }

  /// Patterns that match the last event besides whatever else; one socket in ten asks for nothing and
  /// so for everything.
  private static Set<String> patterns(List<String> types, Random random) {
    Set<String> patterns = new HashSet<>();
    if (random.nextInt(10) == 0) {
      return patterns;
    }
    patterns.add(LAST);
    for (int i = random.nextInt(4); i > 0; i--) {
      StringBuilder pattern = new StringBuilder(types.get(random.nextInt(types.size())));
      for (int change = random.nextInt(3); change > 0; change--) {
        int at = random.nextInt(pattern.length());
        if (pattern.indexOf("[") < 0) {
          String[] wild = {"*", "?", "[a-m]", "[!x]", "*.*", "Q"};
          pattern.replace(at, at + 1, wild[random.nextInt(wild.length)]);
        }
      }
      patterns.add(pattern.toString());
    }
    return patterns;
  }
}

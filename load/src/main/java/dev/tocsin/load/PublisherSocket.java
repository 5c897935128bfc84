package dev.tocsin.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Publishes over a WebSocket without waiting. A thread of its own reads what the server says:
/// acknowledgements and refusals of a Tocsin, and from others what they send to everyone.
final class PublisherSocket implements Outlet {

  static final String NATS_CONNECT =
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":1}\r\n";

  private static final int READ_BYTES = 64 << 10;
  private static final byte[] PUBLISHED =
      "{\"action\":\"published\"".getBytes(StandardCharsets.US_ASCII);

  private final Wire wire;
  private final boolean acknowledging;
  private final ClientFrame frame;
  private final int digitsAt;
  private final int mask;
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile @Nullable String refusal;

  private PublisherSocket(Wire wire, Event message, boolean acknowledging, int mask) {
    this.wire = wire;
    this.acknowledging = acknowledging;
    this.mask = mask;
    this.digitsAt = message.digitsAt();
    this.frame = ClientFrame.of(ClientFrame.TEXT, message.bytes(), mask);
  }

  /// Connects, and begins to read.
  static PublisherSocket open(LoadPlan plan, Event event, RandomGenerator random)
      throws IOException, LoadException {
    boolean tocsin = plan.protocol() == PeerProtocol.TOCSIN;
    Event message =
        switch (plan.protocol()) {
          case TOCSIN -> event.within("{\"action\":\"publish\",\"event\":", "}");
          case NATS -> event.within("PUB bench " + event.bytes().length + "\r\n", "\r\n");
          case ECHO, NCHAN -> event;
        };
    Wire wire = Wire.open(plan);
    PublisherSocket socket = new PublisherSocket(wire, message, tocsin, random.nextInt());
    try {
      // A pattern that matches nothing: the producer wants no events.
      String target = plan.path() + (tocsin ? "?events=none.none" : "");
      wire.write(Handshake.request(plan, target, false));
      byte[] rest = socket.answer();
      wire.waitForever();
      if (plan.protocol() == PeerProtocol.NATS) {
        socket.write(ClientFrame.TEXT, NATS_CONNECT.getBytes(StandardCharsets.UTF_8));
      }
      Thread.ofPlatform().name("tocsin-load-answers").daemon().start(() -> socket.read(rest));
      return socket;
    } catch (IOException | LoadException e) {
      wire.close();
      throw e;
    }
  }

  /// Reads the answer to the handshake.
  ///
  /// @return what came after it
  private byte[] answer() throws IOException, LoadException {
    byte[] bytes = new byte[Handshake.MAX_BYTES];
    int count = 0;
    int end = -1;
    while (end < 0) {
      int more = count == bytes.length ? -1 : wire.in().read(bytes, count, bytes.length - count);
      if (more < 0) {
        throw new IOException("the server cut the producer's connection");
      }
      count += more;
      end = Handshake.end(bytes, count);
    }
    String fault = Handshake.fault(new String(bytes, 0, count, StandardCharsets.UTF_8), false);
    if (fault != null) {
      throw new LoadException(fault);
    }
    return Arrays.copyOfRange(bytes, end, count);
  }

  private void read(byte[] rest) {
    FrameScanner scanner = new FrameScanner(this::received);
    byte[] bytes = new byte[READ_BYTES];
    try {
      scanner.scan(rest, 0, rest.length);
      for (int count = wire.in().read(bytes); count >= 0; count = wire.in().read(bytes)) {
        scanner.scan(bytes, 0, count);
      }
    } catch (IOException | FrameScanner.ProtocolException e) {
      // The connection is of no use any more, which the next send finds.
    }
    wire.close();
  }

  private void received(int head, byte[] bytes, int from, int to) {
    int opcode = head & 0x0f;
    if (opcode == ClientFrame.PING) {
      write(ClientFrame.PONG, Arrays.copyOfRange(bytes, from, to));
    } else if (acknowledging) {
      if (startsWith(bytes, from, to, PUBLISHED)) {
        acknowledged.incrementAndGet();
      } else if (opcode == ClientFrame.TEXT) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (refusal == null && text.startsWith("{\"type\":\"error\"")) {
          refusal = Refusals.of(text);
        }
      }
    } else if (to - from == 6 && bytes[from] == 'P' && bytes[from + 1] == 'I') {
      write(ClientFrame.TEXT, "PONG\r\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static boolean startsWith(byte[] bytes, int from, int to, byte[] text) {
    return to - from >= text.length
        && Arrays.equals(bytes, from, from + text.length, text, 0, text.length);
  }

  /// From the reading thread as well: a frame is written whole.
  private void write(int opcode, byte[] payload) {
    try {
      write(ClientFrame.of(opcode, payload, mask));
    } catch (IOException e) {
      wire.close();
    }
  }

  private synchronized void write(ClientFrame whole) throws IOException {
    wire.write(whole.bytes());
  }

  @Override
  public void send(long intended) throws IOException, LoadException {
    check();
    frame.stamp(intended, digitsAt);
    try {
      write(frame);
    } catch (IOException e) {
      check();
      throw e;
    }
  }

  private void check() throws LoadException {
    String refused = refusal;
    if (refused != null) {
      throw new LoadException("the server refuses the events: " + refused);
    }
  }

  @Override
  public int eventsPerStep() {
    return 1;
  }

  @Override
  public long acknowledged() {
    return acknowledging ? acknowledged.get() : -1;
  }

  /// Whether the server refused anything so far, for who waits for acknowledgements.
  boolean isRefused() {
    return refusal != null;
  }

  @Override
  public void close() {
    wire.close();
  }
}

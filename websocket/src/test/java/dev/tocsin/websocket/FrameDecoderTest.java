package dev.tocsin.websocket;

import static dev.tocsin.fixtures.RawWebSocket.frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {

  private static final FrameLimits LIMITS = new FrameLimits(300, 20);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /// Every kind of frame and length, a message in fragments with control frames between them.
  private static byte[] everything() {
    return join(
        frame(Frame.TEXT, bytes("é€𝄞")),
        frame(Frame.TEXT, new byte[0]),
        frame(Frame.BINARY, new byte[] {-1, 0, 1}),
        frame(0x01, Arrays.copyOf(bytes("€€"), 4)),
        frame(Frame.PING, bytes("p")),
        frame(0x00, new byte[0]),
        frame(Frame.PONG, bytes("q")),
        frame(0x80, Arrays.copyOfRange(bytes("€€"), 4, 6)),
        frame(Frame.TEXT, bytes("x".repeat(300))),
        frame(Frame.PING, new byte[125]),
        frame(Frame.CLOSE, new byte[] {0x03, (byte) 0xE8}));
  }

  @Test
  void doesNotMindWhereTheBytesAreCut() {
    byte[] all = everything();
    List<String> whole = DecodedFrames.of(LIMITS, all);
    assertThat(whole).hasSize(9).endsWith("close 1000");

    for (int cut = 0; cut <= all.length; cut++) {
      assertThat(
              DecodedFrames.of(
                  LIMITS, Arrays.copyOf(all, cut), Arrays.copyOfRange(all, cut, all.length)))
          .isEqualTo(whole);
    }
    byte[][] single = new byte[all.length][];
    for (int i = 0; i < all.length; i++) {
      single[i] = new byte[] {all[i]};
    }
    assertThat(DecodedFrames.of(LIMITS, single)).isEqualTo(whole);
  }

  @Test
  void tellsAFaultWithTheByteThatMakesIt() {
    assertThat(DecodedFrames.of(LIMITS, new byte[] {(byte) 0x83})).containsExactly("fault 1002");
    assertThat(DecodedFrames.of(LIMITS, new byte[] {(byte) 0x81, 0x05}))
        .containsExactly("fault 1002");
    assertThat(DecodedFrames.of(LIMITS, new byte[] {(byte) 0x81, (byte) 0xFE, 0x01, 0x2D}))
        .containsExactly("fault 1009");
    byte[] cut = frame(0x01, join(new byte[] {'a', (byte) 0xFF}, new byte[200]));
    assertThat(DecodedFrames.of(LIMITS, Arrays.copyOf(cut, 10))).containsExactly("fault 1007");
    assertThat(DecodedFrames.of(LIMITS, Arrays.copyOf(cut, 9))).isEmpty();
  }

  @Test
  void boundsFragmentsOneByOneAndTogether() {
    byte[] empty = frame(0x00, new byte[0]);
    byte[] first = frame(0x01, new byte[0]);
    ByteArrayOutputStream most = new ByteArrayOutputStream();
    most.writeBytes(first);
    for (int i = 0; i < LIMITS.fragments() - 2; i++) {
      most.writeBytes(empty);
    }
    byte[] open = most.toByteArray();

    assertThat(DecodedFrames.of(LIMITS, open, frame(0x80, bytes("a")))).containsExactly("text a");
    assertThat(DecodedFrames.of(LIMITS, open, frame(Frame.PING, bytes("a")), empty, empty))
        .containsExactly("ping a", "fault 1009");
    assertThat(DecodedFrames.of(LIMITS, frame(0x01, new byte[300]), frame(0x80, new byte[1])))
        .containsExactly("fault 1009");
    // The next message starts from nothing.
    assertThat(
            DecodedFrames.of(LIMITS, open, frame(0x80, bytes("a")), open, frame(0x80, bytes("b"))))
        .containsExactly("text a", "text b");
  }

  @Test
  void waitsBetweenTwoFramesForASinkThatIsFull() {
    DecodedFrames frames = new DecodedFrames();
    FrameDecoder decoder = new FrameDecoder(frames, LIMITS, null);
    byte[] ping = frame(Frame.PING, bytes("a"));
    ByteBuf bytes = Unpooled.wrappedBuffer(join(ping, ping));
    decoder.decode(bytes.readSlice(3));
    frames.full = true;
    decoder.decode(bytes);

    assertThat(frames.lines).containsExactly("ping a");
    assertThat(bytes.readableBytes()).isEqualTo(ping.length);
    frames.full = false;
    decoder.decode(bytes);
    assertThat(frames.lines).containsExactly("ping a", "ping a");
  }

  /// What Netty's handlers make of the same bytes, up to the first fault.
  private static List<String> netty(byte[] bytes) {
    NettyFrames frames = new NettyFrames();
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new WebSocket13FrameDecoder(
                WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(LIMITS.messageBytes())
                    .closeOnProtocolViolation(false)
                    .withUTF8Validator(false)
                    .build()),
            new Utf8FrameValidator(false),
            new WebSocketFrameAggregator(LIMITS.messageBytes()),
            frames);
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    frames.ended = true;
    channel.finishAndReleaseAll();
    return frames.lines;
  }

  private static final class NettyFrames extends ChannelInboundHandlerAdapter {

    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      WebSocketFrame frame = (WebSocketFrame) message;
      if (!ended) {
        byte[] payload = ByteBufUtil.getBytes(frame.content());
        lines.add(
            switch (frame) {
              case TextWebSocketFrame text -> DecodedFrames.line("text", payload);
              case BinaryWebSocketFrame binary -> DecodedFrames.line("binary", payload);
              case PingWebSocketFrame ping -> DecodedFrames.line("ping", payload);
              case PongWebSocketFrame pong -> "pong";
              case CloseWebSocketFrame close -> "close " + close.statusCode();
              default -> throw new AssertionError(frame);
            });
      }
      frame.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (ended) {
        return;
      }
      ended = true;
      lines.add(
          switch (cause) {
            case CorruptedWebSocketFrameException e -> "fault " + e.closeStatus().code();
            case TooLongFrameException e -> "fault 1009";
            default -> throw new AssertionError(cause);
          });
    }
  }

  @Property(tries = 3_000)
  void makesOfFramesWhatNettyMakes(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] all = new byte[0];
    boolean open = false;
    for (int i = random.nextInt(1, 8); i > 0; i--) {
      int first = random.nextInt(20) == 0 ? random.nextInt(256) : usual(random, open);
      open = first < 8 || (open && first != 0x80);
      all = join(all, frame(first, payload(random, first), random.nextInt(40) > 0));
    }

    List<String> ours = DecodedFrames.of(LIMITS, all);
    List<String> theirs = netty(all);
    if (ours.contains("fault 1009")) {
      // Netty reads a fragment that is too much before it says so, and may find it not to be UTF-8.
      theirs.replaceAll(line -> line.equals("fault 1007") ? "fault 1009" : line);
    }
    assertThat(ours).isEqualTo(theirs);
    int cut = random.nextInt(all.length + 1);
    assertThat(
            DecodedFrames.of(
                LIMITS, Arrays.copyOf(all, cut), Arrays.copyOfRange(all, cut, all.length)))
        .isEqualTo(ours);
  }

  private static int usual(Random random, boolean open) {
    return switch (random.nextInt(6)) {
      case 0 -> Frame.PING;
      case 1 -> random.nextInt(4) == 0 ? Frame.CLOSE : Frame.PONG;
      case 2, 3 -> open ? 0x00 : random.nextInt(1, 3);
      default -> open ? 0x80 : 0x80 + random.nextInt(1, 3);
    };
  }

  /// Mostly text, now and then cut inside a character or too long; codes and plain reasons for a close.
  private static byte[] payload(Random random, int first) {
    if (first == Frame.CLOSE) {
      int code = random.nextBoolean() ? random.nextInt(990, 1_020) : random.nextInt(0, 5_000);
      byte[] close = join(new byte[] {(byte) (code >> 8), (byte) code}, bytes("é"));
      return Arrays.copyOf(close, random.nextInt(10) == 0 ? random.nextInt(3) : close.length);
    }
    byte[] text = bytes("aé€𝄞".repeat(random.nextInt(20)));
    byte[] large = random.nextInt(15) == 0 ? new byte[random.nextInt(100, 400)] : text;
    int length = random.nextInt(8) == 0 ? random.nextInt(large.length + 1) : large.length;
    return Arrays.copyOf(large, first >= 0x88 ? Math.min(length, 126) : length);
  }
}

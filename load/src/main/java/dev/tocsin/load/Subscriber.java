package dev.tocsin.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One connection that receives. Belongs to its [ReceivingLoop].
final class Subscriber extends ChannelInboundHandlerAdapter
    implements FrameScanner.Frames, LineScanner.Lines {

  private static final int FIN = 0x80;
  private static final int COMPRESSED = 0x40;
  private static final int OPCODE = 0x0f;
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GAP = "{\"action\":\"gap\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NATS_PING = "PING".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NATS_PONG = "PONG".getBytes(StandardCharsets.US_ASCII);

  private final ReceivingLoop loop;
  private final byte[] request;
  private final Mark mark;
  private final PeerProtocol protocol;
  private final boolean deflate;
  private final Tally tally;
  private final Positions positions;
  private final ReceiveBy receiveBy;
  private final FrameScanner scanner = new FrameScanner(this);
  private final LineScanner lines = new LineScanner(this);

  private byte[] head = {};
  private boolean upgraded;
  private boolean ready;
  private @Nullable String closeReason;
  private @Nullable ChannelHandlerContext context;

  /// The beginning of a mark at the end of a piece of a message.
  private byte[] cut = {};

  Subscriber(ReceivingLoop loop, byte[] request, Mark mark, LoadPlan plan) {
    this.loop = loop;
    this.request = request;
    this.mark = mark;
    this.protocol = plan.protocol();
    this.receiveBy = plan.receiveBy();
    this.deflate = plan.deflate();
    this.tally = loop.tally();
    this.positions = new Positions(tally);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.writeAndFlush(Unpooled.wrappedBuffer(request));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf buffer = (ByteBuf) message;
    int count = buffer.readableBytes();
    byte[] bytes = loop.bytes(count);
    buffer.readBytes(bytes, 0, count);
    buffer.release();
    if (upgraded) {
      loop.beginRead();
      scan(bytes, 0, count);
      loop.endRead();
    } else {
      answer(Arrays.copyOf(bytes, count));
    }
  }

  private void answer(byte[] more) {
    byte[] all = Arrays.copyOf(head, head.length + more.length);
    System.arraycopy(more, 0, all, head.length, more.length);
    head = all;
    int end = Handshake.end(all, all.length);
    if (end < 0 && all.length < Handshake.MAX_BYTES) {
      return;
    }
    String answer = new String(all, StandardCharsets.UTF_8);
    String fault =
        receiveBy == ReceiveBy.WEBSOCKET
            ? Handshake.fault(answer, deflate)
            : Handshake.streamFault(answer);
    if (fault != null || end < 0) {
      fail(fault == null ? "the server's answer to a handshake does not end" : fault);
      return;
    }
    head = new byte[0];
    upgraded = true;
    if (protocol == PeerProtocol.NATS) {
      send(ClientFrame.TEXT, PublisherSocket.NATS_CONNECT + "SUB bench 1\r\nPING\r\n");
    } else if (protocol != PeerProtocol.TOCSIN || receiveBy == ReceiveBy.NDJSON) {
      becomeReady();
    }
    loop.beginRead();
    scan(all, end, all.length);
    loop.endRead();
  }

  private void scan(byte[] bytes, int from, int to) {
    if (receiveBy == ReceiveBy.WEBSOCKET) {
      scanner.scan(bytes, from, to);
    } else {
      lines.scan(bytes, from, to);
    }
  }

  @Override
  public void line(byte[] bytes, int from, int to) {
    if (receiveBy == ReceiveBy.NDJSON) {
      if (to > from) {
        data(0, bytes, from, to);
      }
    } else if (startsWith(bytes, from, to, DATA)) {
      data(0, bytes, from + DATA.length, to);
    }
  }

  @Override
  public void end() {
    fail("the server ended a stream");
  }

  private void fail(String fault) {
    closeReason = fault;
    if (context != null) {
      context.close();
    }
  }

  private void becomeReady() {
    if (!ready) {
      ready = true;
      loop.ready();
    }
  }

  @Override
  public void frame(int first, byte[] bytes, int from, int to) {
    switch (first & OPCODE) {
      case 0, ClientFrame.TEXT, ClientFrame.BINARY -> {
        if ((first & COMPRESSED) != 0) {
          byte[] text = loop.inflater().inflate(bytes, from, to);
          data(first, text, 0, loop.inflater().length());
        } else {
          data(first, bytes, from, to);
        }
      }
      case ClientFrame.PING ->
          write(ClientFrame.of(ClientFrame.PONG, bytes, from, to, loop.mask()));
      case ClientFrame.CLOSE -> {
        if (closeReason == null) {
          closeReason = "the server closed a connection" + code(bytes, from, to);
        }
        write(ClientFrame.of(ClientFrame.CLOSE, bytes, from, Math.min(to, from + 2), loop.mask()));
      }
      default -> {}
    }
  }

  private static String code(byte[] bytes, int from, int to) {
    return to - from < 2
        ? ""
        : " with "
            + (((bytes[from] & 0xff) << 8) | (bytes[from + 1] & 0xff))
            + Refusals.after(new String(bytes, from + 2, to - from - 2, StandardCharsets.UTF_8));
  }

  private void data(int first, byte[] bytes, int from, int to) {
    if (protocol == PeerProtocol.TOCSIN) {
      if (positions.event(bytes, from, to)) {
        int at = loop.findMark(mark, bytes, from, to);
        if (at >= 0) {
          arrived(bytes, at);
        }
      } else {
        if (startsWith(bytes, from, to, GAP)) {
          tally.gap();
        }
        positions.message(bytes, from, to);
        becomeReady();
      }
    } else if (protocol == PeerProtocol.NATS || !isWhole(first)) {
      stream(bytes, from, to);
    } else {
      int at = loop.findMark(mark, bytes, from, to);
      if (at >= 0) {
        arrived(bytes, at);
      }
    }
  }

  /// Whether a frame is a whole message.
  private static boolean isWhole(int first) {
    return (first & FIN) != 0 && (first & OPCODE) != 0;
  }

  private void arrived(byte[] bytes, int at) {
    tally.delivered(Mark.time(bytes, at), loop.now());
  }

  /// A piece of a message, or of several: a mark may lie anywhere in it, and across its end.
  private void stream(byte[] bytes, int from, int to) {
    if (startsWith(bytes, from, to, NATS_PING)) {
      send(ClientFrame.TEXT, "PONG\r\n");
      return;
    }
    if (startsWith(bytes, from, to, NATS_PONG)) {
      becomeReady();
      return;
    }
    int at = from;
    if (cut.length > 0) {
      int taken = Math.min(Mark.BYTES - cut.length, to - from);
      byte[] joined = Arrays.copyOf(cut, cut.length + taken);
      System.arraycopy(bytes, from, joined, cut.length, taken);
      cut = new byte[0];
      if (joined.length == Mark.BYTES && mark.find(joined, 0, joined.length) == 0) {
        arrived(joined, 0);
        at += taken;
      } else if (joined.length < Mark.BYTES) {
        cut = joined;
        return;
      }
    }
    for (int found = mark.find(bytes, at, to);
        found >= 0 && found + Mark.BYTES <= to;
        found = mark.find(bytes, at, to)) {
      arrived(bytes, found);
      at = found + Mark.BYTES;
    }
    int begun = mark.beginsAtEnd(bytes, at, to);
    if (begun > 0) {
      cut = Arrays.copyOfRange(bytes, to - begun, to);
    }
  }

  private static boolean startsWith(byte[] bytes, int from, int to, byte[] text) {
    return to - from >= text.length
        && Arrays.equals(bytes, from, from + text.length, text, 0, text.length);
  }

  private void send(int opcode, String text) {
    write(ClientFrame.of(opcode, text.getBytes(StandardCharsets.UTF_8), loop.mask()));
  }

  private void write(ClientFrame frame) {
    if (context != null) {
      context.writeAndFlush(Unpooled.wrappedBuffer(frame.bytes()));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loop.closed(ready, closeReason == null ? "the server cut a connection" : closeReason);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (closeReason == null) {
      closeReason = "a connection broke: " + cause.getMessage();
    }
    ctx.close();
  }
}

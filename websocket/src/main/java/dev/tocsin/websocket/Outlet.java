package dev.tocsin.websocket;

import dev.tocsin.http.Guard;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

/// What a connection sends, in order: small frames of one turn are gathered in one buffer.
///
/// A frame that waits for its socket costs a buffer and an entry in a queue, some 300 bytes, however few it
/// carries itself. So pongs are counted by what they cost, and a client is sent no more of them than
/// [#MAX_PONG_BYTES] ahead of what it has taken: of the pings after that, only the newest is answered, as
/// RFC 6455, section 5.5.3 allows. Belongs to the event loop.
final class Outlet {

  /// Pongs that may wait for the socket, in bytes of what they cost.
  static final int MAX_PONG_BYTES = 4 * 1024;

  /// What a write of its own costs besides its bytes.
  static final int WRITE_BYTES = 256;

  /// Frames up to this size are gathered, as many as go into one buffer.
  private static final int SMALL_BYTES = 1024;

  private static final int BUFFER_BYTES = 16 * 1024;

  private final Channel channel;

  private @Nullable ByteBuf gathered;

  /// [#gathered] is a buffer of ours, which has room for more.
  private boolean roomy;

  /// Of the pongs that are gathered.
  private int pongBytes;

  /// Of the pongs that were written and not taken.
  private int unsentPongBytes;

  /// The newest ping that is still to be answered.
  private byte @Nullable [] owed;

  Outlet(Channel channel) {
    this.channel = channel;
  }

  /// Adds a frame, which leaves with the next [#flush].
  void add(ByteBuf frame) {
    int size = frame.readableBytes();
    ByteBuf buffer = gathered;
    if (buffer != null && buffer.readableBytes() + size > BUFFER_BYTES) {
      push();
      buffer = null;
    }
    if (size > SMALL_BYTES) {
      push();
      channel.write(frame, channel.voidPromise());
    } else if (buffer == null) {
      gathered = frame;
      roomy = false;
    } else {
      append(buffer, frame);
    }
  }

  /// Most turns have one small frame, which is not copied.
  private void append(ByteBuf buffer, ByteBuf frame) {
    try {
      ByteBuf room = buffer;
      if (!roomy) {
        room = channel.alloc().buffer(SMALL_BYTES, BUFFER_BYTES).writeBytes(buffer);
        buffer.release();
        gathered = room;
        roomy = true;
      }
      room.writeBytes(frame);
    } finally {
      frame.release();
    }
  }

  /// Answers a ping, or notes it as the newest.
  void pong(byte[] payload) {
    int cost = pongBytes + Short.BYTES + payload.length;
    if (unsentPongBytes + cost + WRITE_BYTES > MAX_PONG_BYTES) {
      owed = payload;
    } else {
      add(ControlFrames.pong(channel.alloc(), payload));
      pongBytes = cost;
    }
  }

  /// Sends all that was added.
  void flush() {
    push();
    channel.flush();
  }

  /// Sends all that was added, and this after it.
  ChannelFuture writeAndFlush(ByteBuf frames) {
    push();
    return channel.writeAndFlush(frames);
  }

  /// The same for who need not know when it has been taken.
  void send(ByteBuf frames) {
    push();
    channel.writeAndFlush(frames, channel.voidPromise());
  }

  /// Lets go of what can no longer be sent.
  void letGo() {
    owed = null;
    ByteBuf buffer = gathered;
    if (buffer != null) {
      gathered = null;
      buffer.release();
    }
  }

  private void push() {
    ByteBuf buffer = gathered;
    if (buffer == null) {
      return;
    }
    gathered = null;
    if (pongBytes == 0) {
      channel.pipeline().write(buffer, channel.voidPromise());
      return;
    }
    int cost = pongBytes + WRITE_BYTES;
    pongBytes = 0;
    unsentPongBytes += cost;
    channel
        .pipeline()
        .write(buffer)
        .addListener(done -> Guard.run("a ping could not be answered", () -> taken(cost)));
  }

  private void taken(int cost) {
    unsentPongBytes -= cost;
    byte[] payload = owed;
    if (payload != null && channel.isActive()) {
      owed = null;
      pong(payload);
      flush();
    }
  }
}

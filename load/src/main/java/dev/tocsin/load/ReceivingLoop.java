package dev.tocsin.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/// One receiving thread with its connections. Everything but [#tally] belongs to that thread.
final class ReceivingLoop {

  /// How many connections are being opened at a time.
  private static final int OPENING = 64;

  private static final int READ_BYTES = 64 << 10;

  private final EventLoop eventLoop;
  private final Receivers receivers;
  private final LoadPlan plan;
  private final Mark mark;
  private final int mask;
  private final Tally tally = new Tally();
  private final MessageInflater inflater = new MessageInflater();
  private final ByteBuf shared =
      PooledByteBufAllocator.DEFAULT.directBuffer(READ_BYTES, READ_BYTES);
  private final List<Channel> channels = new ArrayList<>();
  private byte[] scratch = new byte[READ_BYTES];
  private List<byte[]> requests = List.of();
  private int next;
  private long now;

  /// Where the mark was in the last frame: in the next one it is most likely there again.
  private int markOffset;

  ReceivingLoop(EventLoop eventLoop, Receivers receivers, LoadPlan plan, Mark mark, int mask) {
    this.eventLoop = eventLoop;
    this.receivers = receivers;
    this.plan = plan;
    this.mark = mark;
    this.mask = mask;
  }

  /// Every read of this loop goes into the same buffer: the bytes are looked at before the next one.
  private final class SharedBuffer extends DefaultMaxMessagesRecvByteBufAllocator {

    @Override
    @SuppressWarnings("deprecation") // Netty asks for a Handle
    public Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
          return shared.retain().clear();
        }

        @Override
        public int guess() {
          return READ_BYTES;
        }
      };
    }
  }

  /// Opens a connection for each request. May be called from any thread.
  void open(List<byte[]> all) {
    eventLoop.execute(() -> {
      requests = all;
      next = 0;
      for (int i = 0; i < OPENING; i++) {
        openNext();
      }
    });
  }

  private void openNext() {
    if (next == requests.size() || receivers.hasFailed()) {
      return;
    }
    byte[] request = requests.get(next++);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(eventLoop)
            .channel(receivers.channelType())
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(subscriber(request));
    if (!plan.entrance().isSecure()) {
      // TLS keeps what is not yet a whole record, and so needs buffers of its own.
      bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new SharedBuffer());
    }
    ChannelFuture opening = bootstrap.connect(new InetSocketAddress(plan.host(), plan.port()));
    channels.add(opening.channel());
    opening.addListener(done -> {
      Throwable cause = done.cause();
      if (cause != null) {
        receivers.failed(cause);
      }
    });
  }

  private ChannelHandler subscriber(byte[] request) {
    Subscriber subscriber = new Subscriber(this, request, mark, plan);
    if (!plan.entrance().isSecure()) {
      return subscriber;
    }
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel
            .pipeline()
            .addLast(
                plan.entrance().handler(channel.alloc(), plan.host(), plan.port()), subscriber);
      }
    };
  }

  /// A connection receives from now on.
  void ready() {
    receivers.ready();
    openNext();
  }

  /// A connection is gone.
  ///
  /// @param wasReady whether it had been receiving
  void closed(boolean wasReady, String reason) {
    if (wasReady) {
      receivers.closed(reason);
    } else {
      receivers.failed(reason);
    }
  }

  /// Closes the connections, and waits for it.
  void closeAll() {
    eventLoop
        .submit(() -> {
          channels.forEach(Channel::close);
          channels.clear();
        })
        .syncUninterruptibly();
    // That they are closed is told after it.
    eventLoop.submit(() -> {}).syncUninterruptibly();
  }

  /// Gives back what the thread holds; the connections are closed.
  void release() {
    shared.release();
    inflater.close();
  }

  /// Where the bytes of a read are put.
  byte[] bytes(int count) {
    if (scratch.length < count) {
      scratch = new byte[count];
    }
    return scratch;
  }

  void beginRead() {
    now = System.nanoTime();
    tally.begin();
  }

  void endRead() {
    if (tally.end()) {
      receivers.delivered();
    }
  }

  /// When the present read came.
  long now() {
    return now;
  }

  /// Where the whole mark begins in one message, or -1.
  int findMark(Mark wanted, byte[] bytes, int from, int to) {
    int likely = from + markOffset;
    if (likely + Mark.BYTES <= to && wanted.isAt(bytes, likely)) {
      return likely;
    }
    int at = wanted.find(bytes, from, to - Mark.BYTES + Mark.TAG_BYTES);
    if (at >= 0) {
      markOffset = at - from;
    }
    return at;
  }

  MessageInflater inflater() {
    return inflater;
  }

  int mask() {
    return mask;
  }

  /// What was counted.
  Tally tally() {
    return tally;
  }

  /// A copy of the latencies.
  Histogram histogram() {
    return eventLoop.submit(() -> tally.latencies().copy()).syncUninterruptibly().getNow();
  }

  /// The number of the thread, see [Thread#threadId].
  long threadId() {
    return eventLoop.submit(() -> Thread.currentThread().threadId()).syncUninterruptibly().getNow();
  }
}

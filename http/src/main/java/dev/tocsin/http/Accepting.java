package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The end of the listening socket's pipeline: accepts a few connections, lets the loop look after the others, and
/// accepts the next.
///
/// Accepting as long as somebody knocks would take a loop for itself: thousands who connect at once keep it busy for seconds,
/// most of all on io_uring, where one question can be answered with all of them ([Transport] asks for one). So a round of
/// accepting ends after [#ROUND_NANOS], and the next begins after the sockets that are ready and the events that are to be
/// delivered. When somebody has knocked who is in debt ([Allowance]), that is [#PAUSE_MILLIS] later: who has knocked is known
/// only when it is accepted, and what that costs nobody pays who comes to be cut off. While accepting fails, when for instance
/// there are too many open files, it is tried again once a second. Belongs to the event loop of the listening socket, which
/// must not read by itself.
final class Accepting extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(Accepting.class);

  /// How long a round of accepting lasts. With less, whoever comes last waits for as many turns of a loop that a crowd
  /// keeps busy.
  static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /// How many connections it takes at the most: NIO looks at the clock before it makes channels of them.
  private static final int MAX_ACCEPTED = 256;

  private static final long RETRY_MILLIS = 1_000;

  /// With a round before it, a loop accepts for less than a tenth of its time.
  static final long PAUSE_MILLIS = 10;

  private final SparseLog failed = new SparseLog(LOG, Level.WARN, "connections cannot be accepted");
  private final LoopTasks tasks;
  private final BooleanSupplier takeIndebted;
  private boolean failing;

  /// @param takeIndebted whether somebody was accepted since the last time who is in debt
  Accepting(LoopTasks tasks, BooleanSupplier takeIndebted) {
    this.tasks = tasks;
    this.takeIndebted = takeIndebted;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    goOn(ctx);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (takeIndebted.getAsBoolean()) {
      tasks.after(() -> goOn(ctx), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      tasks.later(() -> goOn(ctx));
    }
  }

  private void goOn(ChannelHandlerContext ctx) {
    if (!failing && ctx.channel().isActive()) {
      ctx.read();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failed.note(String.valueOf(cause.getMessage()));
    if (!failing) {
      failing = true;
      tasks.after(
          () -> {
            failing = false;
            goOn(ctx);
          },
          RETRY_MILLIS,
          TimeUnit.MILLISECONDS);
    }
  }

  /// Ends a round of accepting when its time is over. Netty's own accepts only one at a time where reading is asked for
  /// each time.
  static final class Rounds implements RecvByteBufAllocator {

    private final LongSupplier nanoTime;

    /// Rounds by a clock.
    ///
    /// @param nanoTime never goes backwards, in nanoseconds
    Rounds(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
    }

    @Override
    @SuppressWarnings("deprecation") // what it overrides
    public Handle newHandle() {
      return new Round(nanoTime);
    }
  }

  private static final class Round implements RecvByteBufAllocator.ExtendedHandle {

    private final LongSupplier nanoTime;
    private long endNanos;
    private int accepted;
    private int attempted;
    private int last;

    Round(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
    }

    @Override
    public void reset(ChannelConfig config) {
      endNanos = nanoTime.getAsLong() + ROUND_NANOS;
      accepted = 0;
    }

    @Override
    public boolean continueReading() {
      return accepted < MAX_ACCEPTED && nanoTime.getAsLong() - endNanos < 0;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return continueReading();
    }

    @Override
    public void incMessagesRead(int connections) {
      accepted += connections;
    }

    /// There are no bytes to be read, nor a buffer for them.
    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return allocator.ioBuffer(guess());
    }

    @Override
    public int guess() {
      return 128;
    }

    @Override
    public void lastBytesRead(int bytes) {
      last = bytes;
    }

    @Override
    public int lastBytesRead() {
      return last;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
      return attempted;
    }

    @Override
    public void readComplete() {}
  }
}

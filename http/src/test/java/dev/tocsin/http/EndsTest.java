package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndsTest {

  /// A socket that takes nothing until it is told to.
  private static final class SlowSocket extends ChannelOutboundHandlerAdapter {

    private final Deque<ChannelPromise> written = new ArrayDeque<>();

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      written.add(promise);
    }

    void take() {
      written.remove().setSuccess();
    }
  }

  private final SlowSocket socket = new SlowSocket();
  private final EmbeddedChannel channel = channel(socket);

  private static EmbeddedChannel channel(SlowSocket socket) {
    EmbeddedChannel channel = new EmbeddedChannel(socket);
    channel.freezeTime();
    return channel;
  }

  private ChannelFuture lastWord() {
    return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
  }

  private void pass(long millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void endsAfterTheLastWord() {
    Ends.after(lastWord());
    assertThat(channel.isOpen()).isTrue();

    socket.take();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void lingersForTwoSecondsAtTheLongest() {
    Ends.linger(lastWord());
    socket.take();
    pass(1_999);
    assertThat(channel.isOpen()).isTrue();

    pass(1);
    assertThat(channel.isOpen()).isFalse();
  }

  /// A channel that is closed lets go of its own timers when it is embedded; so the timer is watched where it is made.
  @Test
  void leavesNoTimerBehind() {
    List<Future<?>> timers = new ArrayList<>();
    EmbeddedChannel watched =
        new EmbeddedChannel() {
          @Override
          public EventLoop eventLoop() {
            EventLoop loop = super.eventLoop();
            return (EventLoop)
                Proxy.newProxyInstance(
                    EventLoop.class.getClassLoader(),
                    new Class<?>[] {EventLoop.class},
                    (proxy, method, arguments) -> {
                      Object result = method.invoke(loop, arguments);
                      if (method.getName().equals("schedule")) {
                        timers.add((Future<?>) result);
                      }
                      return result;
                    });
          }
        };
    watched.freezeTime();
    List<Boolean> cancelled = new ArrayList<>();
    Ends.expect(watched);
    // Told before the embedded channel cancels what is left.
    watched
        .closeFuture()
        .addListener(closed -> timers.forEach(t -> cancelled.add(t.isCancelled())));
    watched.close();

    assertThat(cancelled).containsExactly(true);
  }
}

package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.http.BrowserRules;
import dev.tocsin.http.Connections;
import dev.tocsin.http.Doorkeeper;
import dev.tocsin.http.HttpContext;
import dev.tocsin.http.Routes;
import dev.tocsin.http.SocketMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FramedConnectionTest {

  /// A text frame with the payload `abcd` and a mask of zeros.
  private static final byte[] FRAME = {(byte) 0x81, (byte) 0x84, 0, 0, 0, 0, 'a', 'b', 'c', 'd'};

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private long nanos;

  private void open() {
    Routes nothing =
        new Routes(List.of(), Doorkeeper.NONE, List.of(), (word, words) -> Optional.empty());
    HttpContext context =
        new HttpContext(
            InstantSource.system(),
            () -> nanos,
            new BrowserRules(Set.of(), Set.of()),
            10,
            1,
            SocketMemory.ofProcess());
    Connections loop = new Connections(channel.eventLoop(), context, made -> () -> nothing);
    EchoConnection connection =
        new EchoConnection(
            loop,
            channel,
            new FrameLimits(1_000, 10),
            new Deflation(256),
            new WebSocketCounters(),
            null);
    channel.pipeline().addLast(connection);
    connection.open();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void receive(int from, int to) {
    channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(FRAME, from, to - from));
    channel.pipeline().fireChannelReadComplete();
  }

  /// Thousands may end their frames in one round, and each may be a large one.
  @Test
  void theEndOfAFrameWaitsForItsTurnToo() {
    open();
    receive(0, 8);
    nanos += TimeUnit.SECONDS.toNanos(1);
    receive(8, FRAME.length);
    assertThat(channel.<ByteBuf>readOutbound()).isNull();

    channel.runPendingTasks();
    channel.runScheduledPendingTasks();

    ByteBuf echo = channel.readOutbound();
    assertThat(echo.readableBytes()).isEqualTo(6);
    echo.release();
  }
}

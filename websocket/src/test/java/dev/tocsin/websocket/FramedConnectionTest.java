package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.http.BrowserRules;
import dev.tocsin.http.Connections;
import dev.tocsin.http.Doorkeeper;
import dev.tocsin.http.HttpContext;
import dev.tocsin.http.Routes;
import dev.tocsin.http.SocketMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramedConnectionTest {

  /// A text frame with the payload `abcd` and a mask of zeros.
  private static final byte[] FRAME = {(byte) 0x81, (byte) 0x84, 0, 0, 0, 0, 'a', 'b', 'c', 'd'};

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private long nanos;

  private EchoConnection open() {
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
    return connection;
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  /// Bytes come in the round that is under way: nothing else is done by the loop.
  private void receive(int from, int to) {
    channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(FRAME, from, to - from));
  }

  /// Thousands may end their frames in one round, and each may be a large one.
  @Test
  void theEndOfAFrameWaitsForItsTurnToo() {
    EchoConnection connection = open();
    receive(0, 8);
    nanos += TimeUnit.SECONDS.toNanos(1);
    receive(8, FRAME.length);
    assertThat(connection.waitingBytes()).isEqualTo(2);

    channel.pipeline().fireChannelReadComplete();
    channel.runPendingTasks();
    channel.runScheduledPendingTasks();

    ByteBuf echo = channel.readOutbound();
    assertThat(echo.readableBytes()).isEqualTo(6);
    echo.release();
  }

  static Stream<Consumer<ChannelPipeline>> ends() {
    return Stream.of(
        pipeline -> pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE),
        pipeline -> pipeline.fireExceptionCaught(new IOException("Connection reset by peer")));
  }

  /// Thousands may end in one round: a process that held them ends, for instance.
  @ParameterizedTest
  @MethodSource("ends")
  void whoEndsWaitsForHisTurnToo(Consumer<ChannelPipeline> end) {
    open();
    receive(0, FRAME.length);
    nanos += TimeUnit.SECONDS.toNanos(1);
    end.accept(channel.pipeline());
    assertThat(channel.isOpen()).isTrue();

    channel.runPendingTasks();
    channel.runScheduledPendingTasks();

    assertThat(channel.isOpen()).isFalse();
  }

  /// Netty's epoll tells of a socket that has gone in either way.
  @ParameterizedTest
  @MethodSource("failuresOfSockets")
  void aSocketThatHasGoneIsNoFault(Exception failure) {
    open();

    channel.pipeline().fireExceptionCaught(failure);
    channel.runPendingTasks();

    assertThat(channel.isOpen()).isFalse();
    assertThat(RecordedLogs.take()).isEmpty();
  }

  static Stream<Exception> failuresOfSockets() {
    IOException reset = new IOException("Connection reset by peer");
    return Stream.of(reset, new UncheckedIOException(reset));
  }
}

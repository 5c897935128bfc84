package dev.tocsin.bench;

import dev.tocsin.http.Transport;
import dev.tocsin.server.TocsinServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What the first hub of a JVM takes until it listens, as a test has it (`hub`), beside a server of Netty that does nothing
/// (`netty`). Each is measured in JVMs of its own, once in each.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(11)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
public class FirstHubBenchmark {

  private Runnable end = () -> {};

  /// A whole hub in memory.
  @Benchmark
  public String hub() {
    TocsinServer server =
        TocsinServer.builder().port(0).transport(Transport.NIO).loops(1).console(false).start();
    end = server::close;
    return server.url();
  }

  /// A port that nobody answers at.
  @Benchmark
  public Channel netty() {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    end = () -> group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    return new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .childHandler(new ChannelInboundHandlerAdapter())
        .bind("127.0.0.1", 0)
        .awaitUninterruptibly()
        .channel();
  }

  /// Ends what was started.
  @TearDown
  public void end() {
    end.run();
  }
}

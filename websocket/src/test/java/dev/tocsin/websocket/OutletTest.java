package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutletTest {

  private record Write(ByteBuf bytes, ChannelPromise promise) {}

  /// What the socket has not taken.
  private final Deque<Write> waiting = new ArrayDeque<>();

  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
              waiting.add(new Write((ByteBuf) message, promise));
            }
          });
  private final Outlet outlet = new Outlet(channel);

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }

  /// The socket takes what waits, and what then comes.
  private String taken() {
    StringBuilder taken = new StringBuilder();
    while (!waiting.isEmpty()) {
      Write next = waiting.remove();
      taken.append(next.bytes.toString(StandardCharsets.ISO_8859_1));
      next.bytes.release();
      if (!next.promise.isVoid()) {
        next.promise.setSuccess();
      }
    }
    return taken.toString();
  }

  private int waitingBytes() {
    return waiting.stream()
        .mapToInt(write -> Outlet.WRITE_BYTES + write.bytes.readableBytes())
        .sum();
  }

  @AfterEach
  void nothingLeaks() {
    outlet.letGo();
    waiting.forEach(write -> assertThat(write.bytes.refCnt()).isOne());
    taken();
    channel.finishAndReleaseAll();
  }

  @Test
  void smallFramesOfATurnLeaveInOneWriteInTheirOrder() {
    for (int i = 0; i < 10; i++) {
      outlet.add(text(i + ","));
    }
    outlet.flush();

    assertThat(waiting).hasSize(1);
    assertThat(taken()).isEqualTo("0,1,2,3,4,5,6,7,8,9,");
  }

  @Test
  void aLargeFrameAndWhatIsSentAtOnceKeepTheirPlaces() {
    String large = "x".repeat(5_000);
    outlet.add(text("a"));
    outlet.add(text(large));
    outlet.add(text("b"));
    outlet.send(text("c"));
    outlet.add(text("d"));
    outlet.flush();

    assertThat(taken()).isEqualTo("a" + large + "bcd");
  }

  @Test
  void tenPingsGetTenPongs() {
    for (int i = 0; i < 10; i++) {
      outlet.pong(new byte[] {(byte) ('0' + i)});
    }
    outlet.flush();

    assertThat(taken().replaceAll("[^0-9]", "")).isEqualTo("0123456789");
  }

  @Test
  void pongsThatAreNotTakenAreBoundedByWhatTheyCost() {
    for (int turn = 0; turn < 1_000; turn++) {
      for (int i = 0; i < 1_000; i++) {
        outlet.pong(new byte[0]);
      }
      outlet.flush();
    }

    assertThat(waitingBytes()).isLessThanOrEqualTo(Outlet.MAX_PONG_BYTES);
  }

  @Test
  void theNewestPingIsAnsweredWhenTheClientHasTakenWhatWaited() {
    for (int i = 0; i < 100_000; i++) {
      outlet.pong(ByteBufUtil.getBytes(text("<" + i + ">")));
      outlet.flush();
    }

    assertThat(taken()).endsWith("<99999>");
    outlet.pong(ByteBufUtil.getBytes(text("<again>")));
    outlet.flush();
    assertThat(taken()).endsWith("<again>");
  }
}

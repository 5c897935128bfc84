package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Batch;
import dev.tocsin.hub.Logs;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class LiveOutputTest {

  private static final long MAX_BYTES = 1 << 20;

  /// An allocator that counts, and has no memory when something says so.
  private static final class ScarceAllocator extends AbstractByteBufAllocator {

    private final IntPredicate hasNone;
    private int allocations;

    ScarceAllocator(IntPredicate hasNone) {
      super(true);
      this.hasNone = hasNone;
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      if (hasNone.test(++allocations)) {
        throw new OutOfMemoryError("Cannot reserve " + initialCapacity + " bytes");
      }
      return new UnpooledDirectByteBuf(this, initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      throw new AssertionError("sockets take what is outside the heap");
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  private static LiveOutput output(ByteBufAllocator allocator, long held) {
    LiveMemory memory = new LiveMemory(allocator, MAX_BYTES, 1, () -> held, () -> 0);
    memory.used(held);
    return new LiveOutput(memory);
  }

  private static EmbeddedServer plain() {
    return EmbeddedServer.webSocket("");
  }

  private static EmbeddedServer deflated() {
    return EmbeddedServer.webSocket("", "Sec-WebSocket-Extensions: permessage-deflate");
  }

  private static LiveConnection connection(EmbeddedServer server) {
    return server.channel.pipeline().get(WebSocketConnection.class);
  }

  /// The next event of a server, which knows nothing of it but that it is in its log.
  private static Batch next(EmbeddedServer server) {
    server.publish(TestServer.alert("a"));
    server.said();
    return new Batch(Logs.readAll(server.hub.log(), 0), 0);
  }

  @Test
  void encodesABatchOnceForAllWhoTakeTheSameForm() {
    try (EmbeddedServer server = plain()) {
      Batch batch = next(server);
      ScarceAllocator allocator = new ScarceAllocator(count -> false);
      LiveConnection member = connection(server);

      int taken = output(allocator, 0).send(batch, List.of(member, member, member));

      assertThat(taken).isEqualTo(3);
      assertThat(allocator.allocations).isEqualTo(1);
      assertThat(server.said().split("\"previous\":0}", -1)).hasSize(4);
    }
  }

  @Test
  void whoHasItCompressedReadsTheLogWhenThatHasNoMemoryAndTheOthersTakeIt() {
    try (EmbeddedServer server = plain();
        EmbeddedServer compressed = deflated()) {
      Batch batch = next(server);
      next(compressed);
      ScarceAllocator allocator = new ScarceAllocator(count -> count == 2);
      List<LiveConnection> members =
          List.of(connection(server), connection(compressed), connection(compressed));

      int taken = output(allocator, 0).send(batch, members);

      assertThat(taken).isEqualTo(1);
      assertThat(allocator.allocations).isEqualTo(2);
      assertThat(server.said()).contains("\"sequence\":1,\"previous\":0}");
      // From the log, in its own form.
      assertThat(compressed.said()).isNotEmpty();
      assertThat(compressed.isClosed()).isFalse();
      assertThat(RecordedLogs.take())
          .singleElement()
          .asString()
          .contains("no memory for live events", "Cannot reserve");
    }
  }

  @Test
  void everyoneReadsTheLogWhenTheMemoryOfAllBatchesIsUsedUp() {
    try (EmbeddedServer server = plain()) {
      Batch batch = next(server);
      ScarceAllocator allocator = new ScarceAllocator(count -> false);
      LiveOutput output = output(allocator, MAX_BYTES);

      int taken = output.send(batch, List.of(connection(server)));

      assertThat(taken).isZero();
      assertThat(allocator.allocations).isZero();
      assertThat(server.said()).contains("\"sequence\":1,\"previous\":0}");
      assertThat(RecordedLogs.take())
          .singleElement()
          .asString()
          .contains("no memory for live events");
    }
  }
}

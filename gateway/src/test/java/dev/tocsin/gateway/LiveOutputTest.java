package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Batch;
import dev.tocsin.hub.Logs;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveOutputTest {

  private static final long MAX_BYTES = 1 << 20;

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
      assertThat(allocator.allocations()).isEqualTo(1);
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
      assertThat(allocator.allocations()).isEqualTo(2);
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
      assertThat(allocator.allocations()).isZero();
      assertThat(server.said()).contains("\"sequence\":1,\"previous\":0}");
      assertThat(RecordedLogs.take())
          .singleElement()
          .asString()
          .contains("no memory for live events");
    }
  }
}

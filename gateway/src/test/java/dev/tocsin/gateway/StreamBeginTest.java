package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is left of a stream for which there was no memory.
class StreamBeginTest {

  private static final Access THREE_CONNECTIONS =
      new Access("", Rights.ALL, new Limits(3L, null, null), null);

  /// The first is for the head of the answer, the second for the greeting.
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void oneThatCouldNotBeginIsCountedOffOnce(int lastAllocation) {
    try (EmbeddedServer server = new EmbeddedServer()) {
      Quotas quotas = server.context.access().quotas();
      assertThat(quotas.connect(THREE_CONNECTIONS)).isTrue();
      assertThat(quotas.connect(THREE_CONNECTIONS)).isTrue();
      ScarceAllocator allocator = new ScarceAllocator(count -> count >= lastAllocation);
      server.channel.config().setAllocator(allocator);

      server.receive("GET /sse/events HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(allocator.allocations()).isEqualTo(lastAllocation);
      assertThat(server.isClosed()).isTrue();
      assertThat(quotas.connect(THREE_CONNECTIONS)).isTrue();
      assertThat(quotas.connect(THREE_CONNECTIONS)).isFalse();
      assertThat(RecordedLogs.take())
          .isNotEmpty()
          .allMatch(line -> line.contains("Cannot reserve"));
    }
  }

  @Test
  void aPageThatCannotBeEndedIsGivenBack() {
    Form.Streamed lines = new Form.Streamed(new StreamText.Lines(new EventJson.Envelope()), true);
    ByteBuf full = Unpooled.buffer(16, 16);
    lines.begin(full);
    full.writeZero(full.writableBytes());

    assertThatThrownBy(() -> lines.finish(full, place -> true, ByteBufAllocator.DEFAULT))
        .isInstanceOf(IndexOutOfBoundsException.class);

    assertThat(full.refCnt()).isZero();
  }
}

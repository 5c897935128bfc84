package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/// Comes last and looks for buffers that the tests before it lost.
@Order(Integer.MAX_VALUE)
class LeakTest {

  @Test
  @SuppressWarnings("SystemGC") // a leak is reported when its buffer has been collected
  void noTestLeakedABuffer() {
    assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
    List<String> logged = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      System.gc();
      // Each tracked allocation reports what was collected before it.
      for (int i = 0; i < 100; i++) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer();
        buffer.release();
      }
      logged.addAll(RecordedLogs.take());
    }

    assertThat(logged).isEmpty();
  }
}

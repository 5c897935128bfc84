package dev.tocsin.gateway;

import dev.tocsin.fixtures.Leaks;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/// Comes last and looks for buffers that the tests before it lost.
@Order(Integer.MAX_VALUE)
class LeakTest {

  @Test
  void noTestLeakedABuffer() {
    Leaks.assertNone();
  }
}

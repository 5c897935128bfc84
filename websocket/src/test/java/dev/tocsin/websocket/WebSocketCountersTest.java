package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class WebSocketCountersTest {

  private final WebSocketCounters counters = new WebSocketCounters();

  @Test
  void tellsHowConnectionsEnded() {
    for (int i = 0; i < 7; i++) {
      counters.noteOpened();
    }
    counters.noteClosed(CloseCodes.NORMAL, false);
    counters.noteClosed(CloseCodes.NORMAL, false);
    counters.noteClosed(CloseCodes.BROKEN, false);
    counters.noteClosed(4_503, true);
    counters.noteClosed(CloseCodes.NONE, false);

    WebSocketFigures figures = counters.figures();
    assertThat(figures.opened()).isEqualTo(7);
    assertThat(figures.open()).isEqualTo(2);
    assertThat(figures.closed())
        .containsExactlyInAnyOrderEntriesOf(Map.of(1_000, 2L, 1_006, 1L, 4_503, 1L));
    assertThat(figures.closedOtherwise()).isEqualTo(1);
  }

  @Test
  void codesThatClientsMakeUpTakeNoRoom() {
    for (int code = 3_000; code < 5_000; code++) {
      counters.noteOpened();
      counters.noteClosed(code, false);
    }

    assertThat(counters.figures().closed()).isEmpty();
    assertThat(counters.figures().closedOtherwise()).isEqualTo(2_000);
    assertThat(counters.figures().open()).isZero();
  }
}

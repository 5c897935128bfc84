package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopTest {

  private static final class Connection implements Loop.Tickable {

    private final List<String> calls;
    private final boolean broken;

    Connection(List<String> calls, boolean broken) {
      this.calls = calls;
      this.broken = broken;
    }

    @Override
    public void tick(long nowMillis) {
      calls.add("tick");
      breakIfBroken();
    }

    @Override
    public void goAway() {
      calls.add("goAway");
      breakIfBroken();
    }

    @Override
    public void cutOff() {
      calls.add("cutOff");
      breakIfBroken();
    }

    private void breakIfBroken() {
      if (broken) {
        throw new IllegalStateException("a bug in a connection");
      }
    }
  }

  @Test
  void looksAfterTheOthersWhenOneConnectionBreaks() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      List<String> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        server.loop().add(new Connection(calls, true));
        server.loop().add(new Connection(calls, false));
      }

      server.loop().tick();
      server.loop().goAway();
      server.loop().end();

      assertThat(calls).hasSize(18);
      assertThat(RecordedLogs.take()).hasSize(9).allMatch(line -> line.contains("a bug"));
    }
  }
}

package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LoopTest {

  private static final class Connection implements Loop.Tickable {

    private final List<String> calls;
    private final @Nullable Throwable fault;

    Connection(List<String> calls, @Nullable Throwable fault) {
      this.calls = calls;
      this.fault = fault;
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
      switch (fault) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
      }
    }
  }

  static Stream<Throwable> faults() {
    return Stream.of(
        new IllegalStateException("a bug"), new InternalError("a bug, or not enough memory"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void looksAfterTheOthersWhenOneConnectionBreaks(Throwable fault) {
    try (EmbeddedServer server = new EmbeddedServer()) {
      List<String> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        server.loop().add(new Connection(calls, fault));
        server.loop().add(new Connection(calls, null));
      }

      server.loop().tick();
      server.loop().goAway();
      server.loop().end();

      assertThat(calls).hasSize(18);
      assertThat(RecordedLogs.take()).hasSize(9).allMatch(line -> line.contains("a bug"));
    }
  }
}

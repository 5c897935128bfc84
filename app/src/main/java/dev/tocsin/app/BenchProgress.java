package dev.tocsin.app;

import dev.tocsin.load.LoadObserver;
import java.time.Duration;
import java.time.Instant;

/// One line on stderr that tells how a load goes, if a person is there to read it.
final class BenchProgress implements LoadObserver {

  private static final Duration BETWEEN = Duration.ofMillis(250);

  private final Surroundings surroundings;
  private Instant next = Instant.MIN;
  private int shown;

  BenchProgress(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public boolean pause(Duration time) {
    return surroundings.interruption().await(time);
  }

  @Override
  public void progress(String what) {
    if (!surroundings.errIsTerminal()) {
      return;
    }
    Instant now = surroundings.clock().instant();
    if (!now.isBefore(next)) {
      next = now.plus(BETWEEN);
      String line = TerminalText.harmless(what);
      surroundings.err().print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
      surroundings.err().flush();
      shown = line.length();
    }
  }

  /// Takes the line away again.
  void clear() {
    if (shown > 0) {
      surroundings.err().print("\r" + " ".repeat(shown) + "\r");
      surroundings.err().flush();
      shown = 0;
    }
  }
}

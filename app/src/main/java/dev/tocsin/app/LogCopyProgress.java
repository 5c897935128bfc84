package dev.tocsin.app;

import dev.tocsin.hub.LogCopy;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Tells on stderr how far a log is copied: on a terminal in one line that changes, elsewhere in a line now and then. Nothing
/// in the first second, because then nobody waits yet. Of one thread.
final class LogCopyProgress implements LogCopy.Watcher {

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration BETWEEN = Duration.ofMillis(100);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  private final Surroundings surroundings;
  private Instant next;
  private int shown;

  LogCopyProgress(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.next = surroundings.clock().instant().plus(FIRST);
  }

  @Override
  public void at(LogCopy.Phase phase, long first, long position, long newest) {
    Instant now = surroundings.clock().instant();
    if (now.isBefore(next)) {
      return;
    }
    String line = line(phase, first, position, newest);
    if (surroundings.errIsTerminal()) {
      next = now.plus(BETWEEN);
      surroundings.err().print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
      surroundings.err().flush();
      shown = line.length();
    } else {
      next = now.plus(BETWEEN_LINES);
      surroundings.say(line);
    }
  }

  private static String line(LogCopy.Phase phase, long first, long position, long newest) {
    String doing =
        switch (phase) {
          case COPYING -> "copying";
          case CHECKING -> "comparing";
        };
    long all = Math.max(1, newest - first + 1);
    return String.format(
        Locale.ROOT,
        "%s: %3d %%, sequence %,d of %,d",
        doing,
        100 * (position - first + 1) / all,
        position,
        newest);
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

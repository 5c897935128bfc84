package dev.tocsin.gateway;

import dev.tocsin.http.AddressCounts;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// How often bad credentials have come from where, within a minute. Safe for any thread.
final class FailedAttempts {

  /// So many are answered as what they are.
  static final int MAX_PER_MINUTE = 10;

  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

  /// How many addresses are remembered: those that failed last.
  private static final int MAX_ADDRESSES = 10_000;

  private final LongSupplier nanoTime;

  // guarded by this
  private final Map<ByteBuffer, Window> windows =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Window> eldest) {
          return size() > MAX_ADDRESSES;
        }
      };

  private static final class Window {
    private final long beginNanos;
    private int count;

    Window(long beginNanos) {
      this.beginNanos = beginNanos;
    }
  }

  /// @param nanoTime a clock that never goes backwards, in nanoseconds
  FailedAttempts(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Counts one more.
  ///
  /// @param from `null` for an address that is not known
  /// @return how long the next bad ones from there are turned away as too many, in milliseconds; 0 when this one is answered
  ///     as what it is
  synchronized long note(@Nullable InetAddress from) {
    long now = nanoTime.getAsLong();
    ByteBuffer key = AddressCounts.owner(from);
    Window window = windows.get(key);
    if (window == null || now - window.beginNanos >= WINDOW_NANOS) {
      window = new Window(now);
      windows.put(key, window);
    }
    if (++window.count <= MAX_PER_MINUTE) {
      return 0;
    }
    return TimeUnit.NANOSECONDS.toMillis(WINDOW_NANOS - (now - window.beginNanos)) + 1;
  }
}

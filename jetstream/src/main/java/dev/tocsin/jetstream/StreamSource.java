package dev.tocsin.jetstream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What brings the messages of the stream after a position, each once and in order, for as long as it can be trusted. Owned by
/// one thread.
///
/// Whatever looks as if something was missed makes it doubtful: then another one has to be made.
sealed interface StreamSource extends AutoCloseable permits StreamConsumer, PolledStream {

  /// A server that says nothing for so long is not believed to be there.
  long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

  /// After a pause of this process what is ready has to be read before silence is judged.
  long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// How long to wait for the next message: until an end or until the silence is too long, whichever is first.
  ///
  /// @param endNanos by [System#nanoTime]
  /// @param heardNanos when something was heard last
  static Duration wait(long endNanos, long heardNanos) {
    long now = System.nanoTime();
    long silent = Math.max(heardNanos + SILENCE_NANOS - now, GRACE_NANOS);
    return Duration.ofNanos(Math.max(1, Math.min(endNanos - now, silent)));
  }

  /// The next message of the stream; `null` when there is none within the time or the source has become doubtful.
  @Nullable StreamMessage next(Duration atMost) throws InterruptedException;

  /// The next message, if there is one already.
  @Nullable StreamMessage poll() throws InterruptedException;

  /// Makes it doubtful.
  void suspect(String reason);

  /// Why another one has to be made; `null` as long as this one is sound.
  @Nullable String doubt();

  /// When something was heard of it last, by [System#nanoTime].
  long heardNanos();

  /// Whether the server has said last that it has nothing more.
  boolean isIdle();

  @Override
  void close();
}

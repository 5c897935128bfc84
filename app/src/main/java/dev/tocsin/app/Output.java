package dev.tocsin.app;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Standard output or standard error, in UTF-8 whatever the locale says. It remembers why it could not be
/// written, which a [PrintStream] keeps to itself. Any thread may call anything.
final class Output extends PrintStream {

  private static final int BUFFER_BYTES = 1 << 14;

  private final Sink sink;
  private final AtomicBoolean isTold = new AtomicBoolean();

  private Output(Sink sink, boolean autoFlush) {
    super(new BufferedOutputStream(sink, BUFFER_BYTES), autoFlush, StandardCharsets.UTF_8);
    this.sink = sink;
  }

  /// Writes to `target`.
  ///
  /// @param isPipe whether somebody else reads it, who may stop reading
  static Output to(OutputStream target, boolean isPipe, boolean autoFlush) {
    return new Output(new Sink(target, isPipe), autoFlush);
  }

  /// Whether nothing more can be written, for whatever reason. Flushes.
  boolean isGone() {
    return checkError();
  }

  /// Flushes, and fails when something could not be written, once. That nobody reads on, as in
  /// `tocsin tail | head`, is no failure.
  void requireWritten() throws Failure {
    flush();
    IOException failure = sink.failure;
    if (failure != null && !sink.readerIsGone(failure) && isTold.compareAndSet(false, true)) {
      throw new Failure("cannot write to standard output: " + failure.getMessage(), failure);
    }
  }

  private static final class Sink extends OutputStream {

    private final OutputStream target;
    private final boolean isPipe;
    private volatile @Nullable IOException failure;

    Sink(OutputStream target, boolean isPipe) {
      this.target = target;
      this.isPipe = isPipe;
    }

    /// The kernel's words are in the user's language, so that they do not tell alone.
    boolean readerIsGone(IOException e) {
      return isPipe || "Broken pipe".equals(e.getMessage());
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        target.write(bytes, offset, length);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      target.flush();
    }
  }
}

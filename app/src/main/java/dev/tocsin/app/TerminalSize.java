package dev.tocsin.app;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Asks the kernel how large the terminal at standard output is, each time anew, because its window may be
/// pulled larger. Java has no way of its own to ask.
final class TerminalSize {

  private static final int STDOUT = 1;

  /// `ioctl`'s request TIOCGWINSZ, whose answer begins with two 16-bit numbers: rows and columns.
  private static final long LINUX_REQUEST = 0x5413;

  private static final long MAC_REQUEST = 0x40087468;
  private static final int ANSWER_BYTES = 8;

  private TerminalSize() {}

  /// Looked up when it is first needed, because that takes a while.
  private static final class Kernel {

    private static final String SYSTEM = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    private static final long REQUEST = SYSTEM.startsWith("mac") ? MAC_REQUEST : LINUX_REQUEST;
    private static final @Nullable MethodHandle IOCTL =
        SYSTEM.startsWith("mac") || SYSTEM.startsWith("linux") ? find() : null;
  }

  @SuppressWarnings("restricted") // the program is started with leave for native calls
  private static @Nullable MethodHandle find() {
    try {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find("ioctl")
          .map(address ->
              linker.downcallHandle(
                  address,
                  FunctionDescriptor.of(
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_INT,
                      ValueLayout.JAVA_LONG,
                      ValueLayout.ADDRESS),
                  Linker.Option.firstVariadicArg(2)))
          .orElse(null);
    } catch (RuntimeException e) {
      return null; // then it is not known
    }
  }

  /// The columns of the terminal, or none when it does not say.
  static OptionalInt columns() {
    return ask(1);
  }

  /// Its rows, or none.
  static OptionalInt rows() {
    return ask(0);
  }

  /// One number of the answer.
  private static OptionalInt ask(int index) {
    MethodHandle call = Kernel.IOCTL;
    if (call == null) {
      return OptionalInt.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(ANSWER_BYTES);
      int result = (int) call.invokeExact(STDOUT, Kernel.REQUEST, answer);
      int number = Short.toUnsignedInt(answer.getAtIndex(ValueLayout.JAVA_SHORT, index));
      return result == 0 && number > 0 ? OptionalInt.of(number) : OptionalInt.empty();
    } catch (Throwable e) { // what a method handle declares
      return OptionalInt.empty();
    }
  }
}

package dev.tocsin.app;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What Linux knows of its clock: whoever keeps it right, chrony, ntpd or systemd, tells the kernel (adjtimex(2)). Immutable.
///
/// @param isSynchronised whether something keeps it right
/// @param maxError how far it may be off, as that something says
record KernelClock(boolean isSynchronised, Duration maxError) {

  /// `struct timex` on 64 bits: what is read of it, and more than it takes. All zero, it changes nothing.
  private static final int TIMEX_BYTES = 256;

  private static final int MAX_ERROR_AT = 24;
  private static final int STATUS_AT = 40;
  private static final int UNSYNCHRONISED = 0x40;
  private static final int TIME_ERROR = 5;
  private static final int ADDRESS_BYTES = 8;

  /// Asks the kernel; `null` where that is not Linux on 64 bits, or it does not say.
  @SuppressWarnings(
      "restricted") // the program is started with native access; it needs no library of its own
  static @Nullable KernelClock ask() {
    boolean isLinux =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
    if (!isLinux || ValueLayout.ADDRESS.byteSize() != ADDRESS_BYTES) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      MemorySegment function = linker.defaultLookup().find("adjtimex").orElse(null);
      if (function == null) {
        return null;
      }
      MethodHandle adjtimex =
          linker.downcallHandle(
              function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
      MemorySegment timex = arena.allocate(TIMEX_BYTES, ADDRESS_BYTES);
      int state = (int) adjtimex.invokeExact(timex);
      return state < 0 ? null : of(state, timex);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      return null;
    }
  }

  private static KernelClock of(int state, MemorySegment timex) {
    int status = timex.get(ValueLayout.JAVA_INT, STATUS_AT);
    return new KernelClock(
        state != TIME_ERROR && (status & UNSYNCHRONISED) == 0,
        Duration.of(timex.get(ValueLayout.JAVA_LONG, MAX_ERROR_AT), ChronoUnit.MICROS));
  }
}

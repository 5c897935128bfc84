package dev.tocsin.gateway;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.util.List;

/// What the Java virtual machine has used of its process. Reading it walks through all open files, which takes
/// milliseconds when there are thousands: nothing for an event loop.
///
/// @param startSeconds when it began, in seconds since 1970
/// @param openFiles negative where the platform does not tell
/// @param maxFiles how many may be open; negative where the platform does not tell
/// @param collectors of garbage
record JvmFigures(
    double startSeconds,
    long openFiles,
    long maxFiles,
    MemoryUsage heap,
    MemoryUsage nonHeap,
    List<Collector> collectors,
    Threads threads,
    int loadedClasses) {

  /// What a collector of garbage has done.
  record Collector(String name, long count, double seconds) {}

  /// @param started since the machine began
  record Threads(int current, int daemon, int peak, long started) {}

  JvmFigures {
    collectors = List.copyOf(collectors);
  }

  /// Those of this process.
  static JvmFigures now() {
    UnixOperatingSystemMXBean unix =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
            ? system
            : null;
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return new JvmFigures(
        ManagementFactory.getRuntimeMXBean().getStartTime() / 1_000.0,
        unix == null ? -1 : unix.getOpenFileDescriptorCount(),
        unix == null ? -1 : unix.getMaxFileDescriptorCount(),
        memory.getHeapMemoryUsage(),
        memory.getNonHeapMemoryUsage(),
        ManagementFactory.getGarbageCollectorMXBeans().stream().map(JvmFigures::collector).toList(),
        new Threads(
            threads.getThreadCount(),
            threads.getDaemonThreadCount(),
            threads.getPeakThreadCount(),
            threads.getTotalStartedThreadCount()),
        ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
  }

  private static Collector collector(GarbageCollectorMXBean bean) {
    return new Collector(
        bean.getName(),
        Math.max(0, bean.getCollectionCount()),
        Math.max(0, bean.getCollectionTime()) / 1_000.0);
  }
}

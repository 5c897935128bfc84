package dev.tocsin.gateway;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// What the process has used of the machine. Reading it costs some tens of microseconds and no disk.
///
/// @param cpuSeconds since it began, all its threads; negative where the platform does not tell
/// @param residentBytes its resident memory; negative where the platform does not tell
record ProcessFigures(long pid, double cpuSeconds, long residentBytes) {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  /// Those of this process.
  static ProcessFigures now() {
    long cpuNanos =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getProcessCpuTime()
            : -1;
    return new ProcessFigures(
        ProcessHandle.current().pid(), cpuNanos < 0 ? -1 : cpuNanos / 1e9, resident());
  }

  private static long resident() {
    try {
      // The kernel makes it up as it is read.
      return Files.isReadable(STATUS)
          ? resident(Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1))
          : -1;
    } catch (IOException e) {
      return -1;
    }
  }

  /// Finds it among the lines of Linux's `/proc/PID/status`, where it stands in KiB.
  static long resident(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith(RESIDENT)) {
        String digits = line.replaceAll("\\D", "");
        return digits.isEmpty() ? -1 : Long.parseLong(digits) << 10;
      }
    }
    return -1;
  }

  /// Writes what is known.
  void writeTo(ObjectNode target) {
    target.put("pid", pid);
    if (cpuSeconds >= 0) {
      target.put("cpu_seconds", cpuSeconds);
    }
    if (residentBytes >= 0) {
      target.put("resident_bytes", residentBytes);
    }
  }
}

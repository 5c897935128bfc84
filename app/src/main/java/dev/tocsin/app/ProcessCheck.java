package dev.tocsin.app;

import com.sun.management.OperatingSystemMXBean;
import dev.tocsin.gateway.BuildVersion;
import dev.tocsin.http.HttpLimits;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/// What a process may have here: Java, files, memory. The limits are those of whoever runs `doctor`.
final class ProcessCheck {

  /// Fewer connections than this are soon too few: systemd's and most shells' first limit, of 1,024 files, allows for fewer.
  static final int FEW_CONNECTIONS = 1_024;

  /// What Java needs beside the heap, and beside what sockets hold.
  static final long BESIDE_HEAP_BYTES = 256L << 20;

  private ProcessCheck() {}

  static void look(Findings findings) {
    findings.good(
        "program",
        String.format(
            Locale.ROOT,
            "tocsin %s on Java %s, %s %s",
            BuildVersion.number(),
            Runtime.version(),
            System.getProperty("os.name", ""),
            System.getProperty("os.arch", "")));
    files(HttpLimits.maxConnections(), findings);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine) {
      memory(Runtime.getRuntime().maxMemory(), machine.getTotalMemorySize(), findings);
    }
  }

  static void files(int connections, Findings findings) {
    String text = String.format(Locale.ROOT, "enough for %,d connections", connections);
    if (connections < FEW_CONNECTIONS) {
      findings.mend(
          "files",
          text + ": each is an open file",
          "raise the limit: LimitNOFILE=65536 in the unit of systemd, ulimit -n 65536 in a shell");
    } else {
      findings.good("files", text);
    }
  }

  /// @param machineBytes what the machine or the container has
  static void memory(long heapBytes, long machineBytes, Findings findings) {
    String text =
        "the heap may grow to "
            + mebibytes(heapBytes)
            + ", of "
            + mebibytes(machineBytes)
            + " that there are";
    String remedy =
        "give the machine or the container more, or the heap less: TOCSIN_JAVA_OPTS=-Xmx256m";
    if (machineBytes < heapBytes + BESIDE_HEAP_BYTES) {
      findings.mend(
          "memory",
          text
              + "; Java needs "
              + mebibytes(BESIDE_HEAP_BYTES)
              + " beside it, or the kernel ends it",
          remedy);
    } else if (machineBytes < 2 * heapBytes + BESIDE_HEAP_BYTES) {
      findings.note(
          "memory",
          text + "; what many sockets have not taken yet may take up as much as the heap",
          remedy);
    } else {
      findings.good("memory", text);
    }
  }

  static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
  }
}

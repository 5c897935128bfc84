package dev.tocsin.app;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.gateway.GatewaySettings;
import dev.tocsin.hub.Durability;
import dev.tocsin.jetstream.JetStreamSettings;
import dev.tocsin.server.TocsinServer;
import dev.tocsin.sqlite.SqliteSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options that say which log a server has, and what it keeps.
final class LogOptions {

  private static final ByteSize MEMORY_SIZE =
      new ByteSize(Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 2));

  /// How large a log may grow that is not in memory.
  static final ByteSize DISK_SIZE = new ByteSize(2L << 30);

  /// How long events are kept.
  static final TimeSpan RETAIN = new TimeSpan(Duration.ofDays(7));

  /// How long keys are remembered.
  static final TimeSpan WINDOW = new TimeSpan(Duration.ofMinutes(10));

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the log is kept, and the keys unless --keys says otherwise (default: ./data). With"
              + " --jetstream only the keys, and a note that saves time at the next start.")
  private @Nullable Path data;

  @Option(
      names = "--memory",
      description = "Keep the log in memory instead: it is gone when the server stops.")
  private boolean memory;

  @Mixin private final JetStreamOptions jetStream = new JetStreamOptions();

  @Option(
      names = "--durability",
      paramLabel = "MODE",
      description =
          "What an acknowledged event survives: process (the death of the server) or power (the"
              + " loss of power as well, at the price of a disk flush for each group of events;"
              + " NATS has to be set up for it) (default: process).")
  private Durability durability = Durability.PROCESS;

  @Option(
      names = "--retain",
      paramLabel = "TIME",
      description = "How long events are kept, for instance 12h or 30d (default: 7d).")
  private TimeSpan retain = RETAIN;

  @Option(
      names = "--retain-bytes",
      paramLabel = "SIZE",
      description =
          "How large the log may grow, for instance 64m or 2g; beyond it the oldest events go"
              + " (default: 2g, with --memory 256m). With --jetstream without what NATS has beside"
              + " the events.")
  private @Nullable ByteSize retainBytes;

  @Option(
      names = "--idempotency-window",
      paramLabel = "TIME",
      description = "How long the keys of idempotent publishes are remembered (default: 10m).")
  private TimeSpan idempotencyWindow = WINDOW;

  /// Refuses options that contradict each other.
  void check() throws WrongUse {
    if (memory && jetStream.areGiven()) {
      throw new WrongUse(
          "--memory and --jetstream are two places for one log: leave out one of them");
    }
    jetStream.check(durability);
    if (memory && data != null) {
      throw new WrongUse("--memory keeps no log on disk: leave out --data " + data);
    }
  }

  /// Starts a server with the log that is asked for.
  TocsinServer start(EventCatalog catalog, GatewaySettings settings, Surroundings surroundings)
      throws Failure, WrongUse {
    if (jetStream.areGiven()) {
      return ServerStart.onJetStream(
          catalog, stream(), directory(), settings, surroundings.clock());
    }
    return memory
        ? inMemory(catalog, settings, surroundings)
        : ServerStart.onDisk(catalog, disk(), settings, surroundings.clock());
  }

  private TocsinServer inMemory(
      EventCatalog catalog, GatewaySettings settings, Surroundings surroundings) throws Failure {
    ByteSize size = retainBytes == null ? MEMORY_SIZE : retainBytes;
    if (size.bytes() > Runtime.getRuntime().maxMemory() / 2) {
      surroundings.say(
          "note: --retain-bytes is more than half of the memory that Java may use; if it runs out,"
              + " raise -Xmx in TOCSIN_JAVA_OPTS");
    }
    return ServerStart.inMemory(
        catalog,
        size,
        retain.duration(),
        idempotencyWindow.duration(),
        settings,
        surroundings.clock());
  }

  /// Where the log is on NATS; `null` when it is not.
  @Nullable JetStreamSettings shared() throws WrongUse {
    return jetStream.areGiven() ? stream() : null;
  }

  /// How the log is kept on the disk; `null` when it is not.
  @Nullable SqliteSettings onDisk() throws WrongUse {
    return memory || jetStream.areGiven() ? null : disk();
  }

  private JetStreamSettings stream() throws WrongUse {
    return jetStream.settings(
        durability,
        retain.duration(),
        retainBytes == null ? DISK_SIZE : retainBytes,
        idempotencyWindow.duration());
  }

  private SqliteSettings disk() throws WrongUse {
    try {
      return new SqliteSettings(
          directory(),
          durability,
          retain.duration(),
          (retainBytes == null ? DISK_SIZE : retainBytes).bytes(),
          idempotencyWindow.duration());
    } catch (IllegalArgumentException e) {
      throw new WrongUse(String.valueOf(e.getMessage()));
    }
  }

  /// The server's folder; `null` when it keeps nothing on disk.
  @Nullable Path folder() {
    return memory ? null : directory();
  }

  private Path directory() {
    return data == null ? Path.of("data") : data;
  }

  /// Where the log is and what it keeps, for a person.
  String description() {
    return memory
        ? "in memory (gone when the server stops)"
        : (jetStream.areGiven() ? jetStream.description() : "in " + directory())
            + (" (durability " + durability + ", kept for " + retain + ")");
  }
}

package dev.tocsin.app;

import dev.tocsin.hub.LogCopy;
import dev.tocsin.hub.LogCopyException;
import dev.tocsin.hub.LogSource;
import dev.tocsin.hub.LogTarget;
import dev.tocsin.jetstream.JetStreamLogSource;
import dev.tocsin.jetstream.JetStreamLogTarget;
import dev.tocsin.jetstream.JetStreamOpenException;
import dev.tocsin.jetstream.JetStreamSettings;
import dev.tocsin.sqlite.LogOpenException;
import dev.tocsin.sqlite.SqliteEventLog;
import dev.tocsin.sqlite.SqliteLogSource;
import dev.tocsin.sqlite.SqliteLogTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Copies a log: to a file, or from the disk into NATS JetStream and back.
@Command(
    name = "copy",
    description = {
      "Copies the log to FILE: a backup, or something to look into with sqlite3. A server may be"
          + " using the log: then it makes the copy, in DIR, and goes on meanwhile.",
      "",
      "With --from and --to, moves a log from the disk into NATS JetStream, or back: every event"
          + " keeps its sequence, and a new epoch begins. Stop all servers that use either of them."
          + " The target has to be empty. A copy that was ended early goes on with the same"
          + " command; it is compared with its source, and can be used, only when it is complete."
    },
    sortOptions = false)
final class LogCopyCommand implements Callable<Integer> {

  private static final List<String> LIMITS =
      List.of("--retain", "--retain-bytes", "--idempotency-window");

  private final Surroundings surroundings;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the log is that is copied to FILE (default: ./data).")
  private @Nullable Path data;

  @Parameters(paramLabel = "FILE", arity = "0..1", description = "The file to make.")
  private @Nullable Path file;

  @Option(
      names = "--from",
      paramLabel = "LOG",
      description =
          "The log to move: sqlite:DIR or jetstream:URL, with commas between several URLs.")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "LOG",
      description = "Where to move it: jetstream:URL or sqlite:DIR.")
  private @Nullable String to;

  @Mixin private final StreamOptions stream = new StreamOptions();

  @Option(
      names = "--retain",
      paramLabel = "TIME",
      description = "How long a new stream keeps events, from the copy on (default: 7d).")
  private @Nullable TimeSpan retain;

  @Option(
      names = "--retain-bytes",
      paramLabel = "SIZE",
      description = "How large a new stream may grow (default: 2g).")
  private @Nullable ByteSize retainBytes;

  @Option(
      names = "--idempotency-window",
      paramLabel = "TIME",
      description =
          "How long a new stream remembers the keys of idempotent publishes (default: 10m).")
  private @Nullable TimeSpan idempotencyWindow;

  LogCopyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse, InterruptedException {
    if (from == null && to == null) {
      toFile();
    } else {
      move();
    }
    return 0;
  }

  private void toFile() throws Failure, WrongUse, InterruptedException {
    if (file == null) {
      throw new WrongUse("FILE is missing: the file to make; or give --from and --to");
    }
    refuse(LIMITS, "is for a log that is moved: give --from and --to");
    refuse(stream.given(), "is for a log that is moved: give --from and --to");
    Path directory = data == null ? Path.of("data") : data;
    if (!Files.isDirectory(directory)) {
      throw new Failure("there is no log in " + directory);
    }
    try {
      SqliteEventLog.copy(directory, file);
      surroundings.out().println("copied to " + file);
    } catch (LogOpenException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  /// Refuses options that do nothing here. In the environment they may be for other commands.
  private void refuse(List<String> options, String reason) throws WrongUse {
    for (String option : options) {
      if (spec != null && spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new WrongUse(option + " " + reason);
      }
    }
  }

  private void move() throws Failure, WrongUse, InterruptedException {
    if (file != null) {
      throw new WrongUse("FILE is for a backup: leave it out with --from and --to");
    }
    refuse(List.of("--data"), "is for a backup: --from and --to say where the logs are");
    if (from == null || to == null) {
      throw new WrongUse("--from and --to go together: where the log is, and where it is to be");
    }
    LogPlace source = LogPlace.parse("--from", from);
    LogPlace target = LogPlace.parse("--to", to);
    switch (source) {
      case LogPlace.Disk disk when target instanceof LogPlace.Stream into ->
          copy(disk, into, settings(into));
      case LogPlace.Stream out when target instanceof LogPlace.Disk disk -> {
        refuse(LIMITS, "says how a new stream is kept: give it to 'serve' for a log on disk");
        copy(out, disk, settings(out));
      }
      case LogPlace.Disk disk ->
          throw new WrongUse(
              "a log is moved between sqlite: and jetstream:; to copy DIR, give FILE");
      case LogPlace.Stream out ->
          throw new WrongUse(
              "a log is moved between sqlite: and jetstream:; one of them is to be sqlite:");
    }
  }

  private JetStreamSettings settings(LogPlace.Stream place) throws WrongUse {
    return stream.settings(
        place.urls(),
        true,
        Objects.requireNonNullElse(retain, LogOptions.RETAIN).duration(),
        Objects.requireNonNullElse(retainBytes, LogOptions.DISK_SIZE),
        Objects.requireNonNullElse(idempotencyWindow, LogOptions.WINDOW).duration(),
        false,
        false);
  }

  private void copy(LogPlace.Disk from, LogPlace.Stream to, JetStreamSettings settings)
      throws Failure, InterruptedException {
    try (SqliteLogSource source = SqliteLogSource.open(from.directory());
        JetStreamLogTarget target = JetStreamLogTarget.open(settings, surroundings.clock())) {
      run(source, target, from, to);
    } catch (LogOpenException | JetStreamOpenException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  private void copy(LogPlace.Stream from, LogPlace.Disk to, JetStreamSettings settings)
      throws Failure, InterruptedException {
    try (JetStreamLogSource source = JetStreamLogSource.open(settings, surroundings.clock());
        SqliteLogTarget target = SqliteLogTarget.open(to.directory(), surroundings.clock())) {
      run(source, target, from, to);
    } catch (LogOpenException | JetStreamOpenException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  private void run(LogSource source, LogTarget target, LogPlace from, LogPlace to)
      throws Failure, InterruptedException {
    LogCopyProgress progress = new LogCopyProgress(surroundings);
    LogCopy.Result result;
    try {
      result = new LogCopy(source, target, progress).run();
    } catch (LogCopyException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    } finally {
      progress.clear();
    }
    surroundings.out().println(sentence(result, from, to));
    surroundings.say(
        "note: nothing may write to " + from + " any more; " + to + " takes its place");
  }

  private static String sentence(LogCopy.Result result, LogPlace from, LogPlace to) {
    return String.format(
        Locale.ROOT,
        "copied and compared %,d events (%s, %,d bytes, %,d without an event, %,d keys) from %s to"
            + " %s; epoch %s",
        result.events(),
        result.newest() == 0
            ? "no sequences"
            : "sequences " + result.first() + " to " + result.newest(),
        result.bytes(),
        result.holes(),
        result.keys(),
        from,
        to,
        result.epoch());
  }
}

package dev.tocsin.app;

import dev.tocsin.sqlite.LogOpenException;
import dev.tocsin.sqlite.SqliteEventLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Looks after a log.
@Command(
    name = "log",
    description = "Looks after a log: a new epoch, a copy, a move.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n")
final class LogCommand {

  /// Begins a new epoch.
  @Command(
      name = "new-epoch",
      description = {
        "Begins a new epoch: to be run after a backup was restored, while no server uses the log.",
        "",
        "Sequences after those of the backup are given a second time then; the new epoch tells"
            + " clients not to take them for what they know already."
      },
      sortOptions = false)
  static final class NewEpoch implements Callable<Integer> {

    private final Surroundings surroundings;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "Where the log is kept (default: ./data).")
    private Path data = Path.of("data");

    NewEpoch(Surroundings surroundings) {
      this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
      if (!Files.isDirectory(data)) {
        throw new Failure("there is no log in " + data);
      }
      try {
        surroundings.out().println("epoch " + SqliteEventLog.beginEpoch(data));
        return 0;
      } catch (LogOpenException e) {
        throw new Failure(String.valueOf(e.getMessage()), e);
      }
    }
  }
}

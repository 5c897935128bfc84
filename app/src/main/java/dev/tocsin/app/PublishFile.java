package dev.tocsin.app;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.Outbox;
import dev.tocsin.client.TocsinClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Publishes the lines of a file, of a pipe or of standard input over one connection, and tells what
/// became of them.
final class PublishFile {

  private static final Duration PATIENCE_WITH_FILES = Duration.ofSeconds(15);

  /// Longer than the run waits for anything.
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private final Surroundings surroundings;
  private final ServerUrl server;
  private final String source;
  private final boolean isFile;
  private final long fromLine;
  private final UnfinishedRun unfinished;
  private final @Nullable Duration patience;
  private final PublishReport report;

  /// Publishes from a source, see [PayloadSource].
  ///
  /// @param key what the lines' idempotency keys begin with; `null` for one that is found again
  /// @param retry how long a lost connection is tried for; `null` for what is usual
  PublishFile(
      Surroundings surroundings,
      ServerUrl server,
      String source,
      long fromLine,
      @Nullable String key,
      @Nullable TimeSpan retry) {
    this.surroundings = surroundings;
    this.server = server;
    this.source = source;
    this.isFile = !source.equals(PayloadSource.STDIN) && Files.isRegularFile(Path.of(source));
    this.fromLine = fromLine;
    this.unfinished =
        key != null
            ? UnfinishedRun.ofKey(key)
            : isFile
                ? UnfinishedRun.ofFile(Path.of(source), server.http().toString(), surroundings)
                : UnfinishedRun.ofStream();
    this.patience = retry != null ? retry.duration() : isFile ? PATIENCE_WITH_FILES : null;
    this.report = new PublishReport(surroundings);
  }

  /// Publishes, and returns the exit code.
  int call() throws Failure {
    try (InputStream in = PayloadSource.open(source, surroundings)) {
      long size = size();
      try (Progress progress = new Progress(in, size, surroundings)) {
        return publish(progress, isFile ? size : Long.MAX_VALUE);
      }
    } catch (IOException e) {
      throw new Failure("cannot read " + source + ": " + e.getMessage(), e);
    }
  }

  private long size() throws IOException {
    return isFile ? Files.size(Path.of(source)) : -1;
  }

  private int publish(Progress progress, long end) throws Failure {
    PublishConnection connection =
        new PublishConnection(
            patience,
            report,
            sentence -> {
              progress.clear();
              surroundings.say(sentence);
            });
    ClientOptions options =
        server
            .clientOptions()
            .withOutbox(new Outbox(PublishRun.MAX_LINES, 4L * PublishRun.MAX_BYTES, FOR_EVER));
    try (TocsinClient client = new TocsinClient(options, connection)) {
      Tail.connect(client, surroundings);
      client.unsubscribeAll();
      EventLines lines = new EventLines(progress, EventText.MAX_LINE_BYTES, end);
      PublishSender sender = new PublishSender(client, new HubApi(server, surroundings));
      PublishRun run = new PublishRun(lines, fromLine, unfinished.key(), sender, report);
      connection.serve(run);
      sayWhatIsTakenOver();
      surroundings.interruption().listen();
      surroundings.interruption().whenAsked(run::stop);
      run.start();
      PublishRun.Ending ending = run.await();
      progress.clear();
      report.summarise();
      return end(ending, run.settled());
    }
  }

  private void sayWhatIsTakenOver() {
    if (unfinished.isForgotten()) {
      surroundings.say(
          "warning: an earlier run of this file did not come to its end, more than "
              + UnfinishedRun.REMEMBERED.toMinutes()
              + " minutes ago: what it published may be published again");
    } else if (unfinished.isTakenOver()) {
      surroundings.say(
          "an earlier run of this file did not come to its end: what it published is not published"
              + " again");
    }
  }

  private int end(PublishRun.Ending ending, long settled) throws Failure {
    return switch (ending) {
      case PublishRun.Ending.Complete complete -> {
        unfinished.complete();
        yield report.hasRefusals() ? Main.FAILURE : 0;
      }
      // Nothing is left open: Ctrl-C is how a pipe is ended.
      case PublishRun.Ending.Stopped stopped when stopped.inFull() && !isFile ->
          report.hasRefusals() ? Main.FAILURE : 0;
      case PublishRun.Ending.Stopped stopped -> brokenOff("interrupted", settled);
      case PublishRun.Ending.Broken broken -> brokenOff("broken off: " + broken.reason(), settled);
      case PublishRun.Ending.Unreadable unreadable -> {
        brokenOff("broken off", settled);
        throw new Failure(
            "cannot read " + source + ": " + unreadable.failure().getMessage(),
            unreadable.failure());
      }
    };
  }

  private int brokenOff(String why, long settled) {
    surroundings.say(
        why
            + "; "
            + (settled < fromLine
                ? "no line is acknowledged"
                : "the last acknowledged line is " + settled)
            + "; go on with: "
            + command(settled + 1));
    return Main.FAILURE;
  }

  /// The command that goes on with a line.
  private String command(long line) {
    return surroundings.program()
        + " publish "
        + (source.equals(PayloadSource.STDIN) ? "-" : "--file " + ShellText.quoted(source))
        + " --from-line "
        + line
        + (unfinished.isNoted() ? "" : " --key " + ShellText.quoted(unfinished.key()))
        + (server.http().toString().equals(ServerUrl.DEFAULT)
            ? ""
            : " --url " + ShellText.quoted(server.http().toString()));
  }
}

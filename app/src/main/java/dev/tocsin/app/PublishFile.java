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
  private final ServerAccess server;
  private final String source;
  private final boolean isFile;
  private final long fromLine;
  private final @Nullable PublishKey key;
  private final @Nullable Duration patience;
  private final PublishReport report;

  /// Publishes from a source, see [PayloadSource].
  ///
  /// @param key what the lines' idempotency keys are made of; `null` for one that is found again
  /// @param retry how long a lost connection is tried for; `null` for what is usual
  PublishFile(
      Surroundings surroundings,
      ServerAccess server,
      String source,
      long fromLine,
      @Nullable PublishKey key,
      @Nullable TimeSpan retry) {
    this.surroundings = surroundings;
    this.server = server;
    this.source = source;
    this.isFile = !source.equals(PayloadSource.STDIN) && Files.isRegularFile(Path.of(source));
    this.fromLine = fromLine;
    this.key = key;
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
      UnfinishedRun unfinished = unfinished();
      PublishRun run = new PublishRun(lines, fromLine, unfinished.key(), sender, report);
      connection.serve(run);
      sayWhatWasBefore(unfinished);
      surroundings.interruption().listen();
      surroundings.interruption().whenAsked(run::stop);
      run.start();
      PublishRun.Ending ending = run.await();
      progress.clear();
      requireLines(ending, run, unfinished);
      report.summarise();
      return end(ending, run.settled(), unfinished);
    }
  }

  private UnfinishedRun unfinished() {
    if (key != null) {
      return UnfinishedRun.ofKey(key.ofLines());
    }
    return isFile
        ? UnfinishedRun.ofFile(Path.of(source), server.url(), surroundings)
        : UnfinishedRun.ofStream();
  }

  /// What whoever publishes a file for the second time should know beforehand.
  private void sayWhatWasBefore(UnfinishedRun unfinished) {
    String unfinishedRun = "an earlier run of this file did not come to its end";
    switch (unfinished.before()) {
      case UnfinishedRun.Before.None none -> {}
      case UnfinishedRun.Before.Unknown unknown ->
          surroundings.say(
              "note: how far this run comes cannot be noted ("
                  + unknown.why()
                  + "): if it breaks off, the same command would publish its lines twice. Go on"
                  + " with the --from-line that it names then, or with: "
                  + command(unfinished, fromLine));
      case UnfinishedRun.Before.Running running ->
          surroundings.say(
              running.age().compareTo(UnfinishedRun.REMEMBERED) > 0
                  ? "warning: process "
                      + running.pid()
                      + " began to publish this file more than "
                      + UnfinishedRun.REMEMBERED.toMinutes()
                      + " minutes ago, and has not ended: what it published may be published again"
                  : "note: process "
                      + running.pid()
                      + " is publishing this file at this moment: what it publishes is not"
                      + " published again");
      case UnfinishedRun.Before.Changed changed ->
          surroundings.say(
              "warning: "
                  + unfinishedRun
                  + ", and the file has changed since: what it published may be published again"
                  + " (--idempotency-key "
                  + changed.key()
                  + " goes on with it)");
      case UnfinishedRun.Before.BrokenOff(Duration age)
          when age.compareTo(UnfinishedRun.REMEMBERED) > 0 ->
          surroundings.say(
              "warning: "
                  + unfinishedRun
                  + ", more than "
                  + UnfinishedRun.REMEMBERED.toMinutes()
                  + " minutes ago: what it published may be published again");
      case UnfinishedRun.Before.BrokenOff brokenOff ->
          surroundings.say(unfinishedRun + ": what it published is not published again");
    }
  }

  /// A run that was to begin after the last line has not done what was meant. The very next line is where a
  /// run goes on that was broken off at the end.
  private void requireLines(PublishRun.Ending ending, PublishRun run, UnfinishedRun unfinished)
      throws Failure {
    if (ending instanceof PublishRun.Ending.Complete && fromLine > run.linesRead() + 1) {
      if (unfinished.before() instanceof UnfinishedRun.Before.None) {
        unfinished.complete();
      }
      throw new Failure(
          "--from-line "
              + fromLine
              + " is beyond the end: "
              + (source.equals(PayloadSource.STDIN) ? "standard input" : source)
              + " has "
              + run.linesRead()
              + (run.linesRead() == 1 ? " line" : " lines"));
    }
  }

  private int end(PublishRun.Ending ending, long settled, UnfinishedRun unfinished) throws Failure {
    return switch (ending) {
      case PublishRun.Ending.Complete complete -> {
        unfinished.complete();
        yield report.hasRefusals() ? Main.FAILURE : 0;
      }
      // Nothing is left open: Ctrl-C is how a pipe is ended.
      case PublishRun.Ending.Stopped stopped when stopped.inFull() && !isFile ->
          report.hasRefusals() ? Main.FAILURE : 0;
      case PublishRun.Ending.Stopped stopped -> brokenOff("interrupted", settled, unfinished);
      case PublishRun.Ending.Broken broken ->
          brokenOff("broken off: " + broken.reason(), settled, unfinished);
      case PublishRun.Ending.Unreadable unreadable -> {
        brokenOff("broken off", settled, unfinished);
        throw new Failure(
            "cannot read " + source + ": " + unreadable.failure().getMessage(),
            unreadable.failure());
      }
    };
  }

  private int brokenOff(String why, long settled, UnfinishedRun unfinished) {
    unfinished.breakOff(settled);
    surroundings.say(
        why
            + "; "
            + (settled < fromLine
                ? "no line is acknowledged"
                : "the last acknowledged line is " + settled)
            + "; go on with: "
            + command(unfinished, settled + 1));
    return Main.FAILURE;
  }

  /// The command that goes on.
  ///
  /// @param line with which
  private String command(UnfinishedRun unfinished, long line) {
    return surroundings.program()
        + " publish "
        + (source.equals(PayloadSource.STDIN) ? "-" : "--file " + ShellText.quoted(source))
        + " --from-line "
        + line
        + (unfinished.isNoted()
            ? ""
            : " --idempotency-key " + ShellText.quoted(key == null ? unfinished.key() : key.text()))
        + server.arguments();
  }
}

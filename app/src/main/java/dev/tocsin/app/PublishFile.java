package dev.tocsin.app;

import dev.tocsin.app.HubApi.Answer;
import dev.tocsin.client.ClientListener;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.Outbox;
import dev.tocsin.client.Position;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.Refusal;
import dev.tocsin.client.TocsinClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Publishes the lines of a file, of a pipe or of standard input over one connection, and tells what
/// became of them.
final class PublishFile {

  private static final Duration PATIENCE_WITH_FILES = Duration.ofSeconds(15);

  /// Longer than the run waits for anything.
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private static final long POST_AGAIN_MILLIS = 1_000;

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
    Listener listener = new Listener(progress);
    ClientOptions options =
        server
            .clientOptions()
            .withOutbox(new Outbox(PublishRun.MAX_LINES, 4L * PublishRun.MAX_BYTES, FOR_EVER));
    try (TocsinClient client = new TocsinClient(options, listener)) {
      Tail.connect(client, surroundings);
      client.unsubscribeAll();
      EventLines lines = new EventLines(progress, EventText.MAX_LINE_BYTES, end);
      PublishRun run =
          new PublishRun(lines, fromLine, unfinished.key(), new Connection(client), report);
      listener.run = run;
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
            "cannot read " + source + ": " + unreadable.fault().getMessage(), unreadable.fault());
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

  /// Sends by the client, and posts what is too large for it.
  private final class Connection implements PublishRun.Sender {

    private final TocsinClient client;
    private final HubApi api = new HubApi(server, surroundings);

    Connection(TocsinClient client) {
      this.client = client;
    }

    @Override
    public CompletableFuture<PublishOutcome> send(String event, String idempotencyKey) {
      return client.publishJson(event, idempotencyKey);
    }

    @Override
    public CompletableFuture<PublishOutcome> post(byte[] event, String idempotencyKey) {
      return api.publish(event, idempotencyKey)
          .thenCompose(answer ->
              isForNow(answer)
                  ? postAgain(event, idempotencyKey)
                  : CompletableFuture.completedFuture(outcome(answer)))
          .exceptionallyCompose(noAnswer -> postAgain(event, idempotencyKey));
    }

    /// Until the run gives up, which then ends the process.
    private CompletableFuture<PublishOutcome> postAgain(byte[] event, String idempotencyKey) {
      Executor later = CompletableFuture.delayedExecutor(POST_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      return CompletableFuture.supplyAsync(() -> post(event, idempotencyKey), later)
          .thenCompose(again -> again);
    }

    private static boolean isForNow(Answer answer) {
      return answer.status() >= 500 || answer.status() == 429 || answer.status() == 408;
    }

    private static PublishOutcome outcome(Answer answer) {
      if (answer.isSuccess()) {
        return new PublishOutcome.Published(answer.body().path("sequence").asLong(0));
      }
      return new PublishOutcome.Refused(
          new Refusal(
              answer.body().path("error").asString("HTTP " + answer.status()),
              answer.body().path("detail").asString("the server did not say why"),
              Faults.ofDetails(answer.body().path("details"))));
    }
  }

  /// Tells how the connection is, and ends the run when it is gone for too long.
  private final class Listener implements ClientListener {

    private final Progress progress;
    private final AtomicLong losses = new AtomicLong();
    private volatile @Nullable PublishRun run;
    private volatile boolean lost;
    private volatile long lostNanos;

    Listener(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void onConnected(Position position, @Nullable Position before) {
      if (before == null) {
        report.begin(position.sequence());
        return;
      }
      boolean forgotten =
          System.nanoTime() - lostNanos > UnfinishedRun.REMEMBERED.toNanos()
              && before.epoch().equals(position.epoch());
      lost = false;
      losses.incrementAndGet();
      say(
          forgotten
              ? "connected again; the lines that were unanswered may be in the log twice, because"
                  + " the server has forgotten their keys"
              : "connected again");
    }

    @Override
    public void onDisconnected(int code, String reason, @Nullable Duration retryIn) {
      PublishRun current = run;
      if (current == null || code == 1000) {
        return;
      }
      String why = reason.isEmpty() ? "code " + code : reason;
      if (retryIn == null) {
        current.giveUp(why);
      } else if (!lost) {
        lost = true;
        lostNanos = System.nanoTime();
        say(
            "no connection ("
                + why
                + "); the last acknowledged line is "
                + current.settled()
                + "; trying again");
        endUnlessBack(current, losses.get());
      }
    }

    private void endUnlessBack(PublishRun current, long loss) {
      Duration limit = patience;
      if (limit != null) {
        CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
            .execute(() -> {
              if (losses.get() == loss) {
                current.giveUp("no connection for " + new TimeSpan(limit));
              }
            });
      }
    }

    @Override
    public void onError(String code, String message) {
      say(code + ": " + message);
    }

    private void say(String message) {
      progress.clear();
      surroundings.say(message);
    }
  }
}

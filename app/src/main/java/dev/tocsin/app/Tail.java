package dev.tocsin.app;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.ConnectFailedException;
import dev.tocsin.client.SubscriptionOutcome;
import dev.tocsin.client.TocsinClient;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows events as they happen.
@Command(
    name = "tail",
    description = {
      "Shows events as they happen, until Ctrl-C.",
      "",
      "When the connection is lost it comes back by itself and goes on where it was."
    },
    sortOptions = false)
final class Tail implements Callable<Integer> {

  private final Surroundings surroundings;

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description =
          "Which event types to show, for instance 'alert.*' (* any run of characters, ? any one,"
              + " [abc] one of a set); all without one.")
  private List<String> patterns = List.of();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The server (default: ws://127.0.0.1:8080).")
  private String url = ServerUrl.DEFAULT;

  @Option(
      names = "--since",
      paramLabel = "N",
      description = "Begin behind this sequence: 0 for all that the log holds (default: now).")
  private @Nullable Long since;

  @Option(
      names = "--json",
      description = "One envelope a line on stdout, as it was delivered, and nothing else there.")
  private boolean json;

  Tail(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    TailPrinter printer = new TailPrinter(surroundings, json);
    try (TocsinClient client = new TocsinClient(options(), printer)) {
      connect(client);
      surroundings.interruption().listen();
      if (!patterns.isEmpty()) {
        // Once more, because only the answer to this message names patterns that match nothing.
        client.subscribe(patterns).thenAccept(this::warn);
      }
      surroundings.interruption().await();
    }
    return printer.exitCode();
  }

  private ClientOptions options() throws WrongUse {
    ClientOptions options = ServerUrl.parse(url).clientOptions().withPatterns(patterns);
    if (since == null) {
      return options;
    }
    if (since < 0) {
      throw new WrongUse("--since is not negative");
    }
    return options.withSince(since);
  }

  /// Opens the first connection, or fails with a sentence.
  static void connect(TocsinClient client) throws Failure {
    try {
      client.connect().get();
    } catch (ExecutionException e) {
      String hint =
          e.getCause() instanceof ConnectFailedException failed && failed.isRetryable()
              ? "; is a server running there? ('tocsin serve' starts one)"
              : "";
      throw new Failure(e.getCause() == null ? "?" : e.getCause().getMessage() + hint, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    }
  }

  private void warn(SubscriptionOutcome outcome) {
    if (outcome instanceof SubscriptionOutcome.Acknowledged acknowledged) {
      for (SubscriptionOutcome.Warning warning : acknowledged.warnings()) {
        String suggestion = warning.suggestion();
        surroundings.say(
            "note: the pattern "
                + warning.pattern()
                + " "
                + warning.message()
                + (suggestion == null ? "" : "; did you mean " + suggestion + "?"));
      }
    }
  }
}

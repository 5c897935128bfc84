package dev.tocsin.app;

import dev.tocsin.client.Beginning;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.ConnectFailedException;
import dev.tocsin.client.SubscriptionOutcome;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.Where;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      names = "--where",
      paramLabel = "JSON",
      description =
          "Only events whose fields are so, for instance '{\"camera_id\":[\"front\",\"yard\"],"
              + "\"confidence\":{\"min\":0.8}}'.")
  private @Nullable String whereText;

  @Mixin private final ServerOption serverOption = new ServerOption();

  @Option(
      names = "--since",
      paramLabel = "WHEN",
      description =
          "Begin after this sequence (0 for all that the log holds), so long ago (90s, 1h, 7d), or"
              + " at a time (2026-01-09T12:00) (default: now).")
  private @Nullable StartingPoint since;

  @Option(
      names = {"-n", "--last"},
      paramLabel = "N",
      description = "Begin with the newest N events of the log, 1000 at the most.")
  private @Nullable Integer last;

  @Option(
      names = "--latest",
      description =
          "Begin with the present state: of each event type, and of each camera, job or whatever"
              + " its events are about, the newest event.")
  private boolean latest;

  @Option(
      names = "--json",
      description = "One envelope a line on stdout, as it was delivered, and nothing else there.")
  private boolean json;

  /// The most events of the past with which a server begins.
  private static final int MAX_LAST = 1_000;

  /// How long a server may say nothing before the user is told what it may be waiting for.
  private static final long SILENT_SECONDS = 2;

  Tail(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    TailPrinter printer = new TailPrinter(surroundings, json);
    patterns.stream().filter(Tail::isSeveral).forEach(this::warnOfCommas);
    Where where = WhereOption.read(whereText);
    List<String> wanted = where != null && patterns.isEmpty() ? List.of("*") : patterns;
    try (TocsinClient client = new TocsinClient(options(wanted, where), printer)) {
      // Before the server knows of it: whoever sees it connected there may end it.
      surroundings.interruption().listen();
      connect(client, surroundings);
      if (!patterns.isEmpty()) {
        // Once more, because only the answer to this message names patterns that match nothing.
        (where == null ? client.subscribe(wanted) : client.subscribe(wanted, where))
            .thenAccept(this::warn);
      }
      surroundings.interruption().await();
    }
    return printer.exitCode();
  }

  private ClientOptions options(List<String> wanted, @Nullable Where where)
      throws Failure, WrongUse {
    ServerAccess server = serverOption.server(surroundings);
    ClientOptions options = server.clientOptions().withPatterns(wanted, where);
    Beginning beginning = beginning();
    if (beginning != null) {
      return options.withBeginning(beginning);
    }
    Long position =
        new TailStart(new HubApi(server, surroundings))
            .position(since, surroundings.clock().instant(), surroundings.zones().get());
    return position == null ? options : options.withSince(position);
  }

  /// The events of the past to begin with; `null` for none.
  private @Nullable Beginning beginning() throws WrongUse {
    if (last == null && !latest) {
      return null;
    }
    if (since != null) {
      throw new WrongUse("--since and " + (latest ? "--latest" : "--last") + " exclude each other");
    }
    if (last != null && latest) {
      throw new WrongUse("--last and --latest exclude each other");
    }
    if (last == null) {
      return Beginning.latest();
    }
    if (last < 0 || last > MAX_LAST) {
      throw new WrongUse("--last is a number from 0 to " + MAX_LAST + "; was " + last);
    }
    return last == 0 ? null : Beginning.last(last);
  }

  /// Whether a pattern has a comma outside of `[…]`, where it matches nothing.
  private static boolean isSeveral(String pattern) {
    return pattern.replaceAll("\\[[^]]*]", "").contains(",");
  }

  private void warnOfCommas(String pattern) {
    surroundings.say(
        "note: several patterns are separated by blanks: "
            + surroundings.program()
            + " tail "
            + Stream.of(pattern.split(","))
                .map(ShellText::quoted)
                .collect(Collectors.joining(" ")));
  }

  /// Opens the first connection, or fails with a sentence; ends early when the command is asked to end.
  static void connect(TocsinClient client, Surroundings surroundings) throws Failure {
    try {
      CompletableFuture<?> ended = new CompletableFuture<>();
      surroundings.interruption().whenAsked(() -> ended.complete(null));
      CompletableFuture<?> begun = CompletableFuture.anyOf(client.connect(), ended);
      try {
        begun.get(SILENT_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        surroundings.say(
            "nothing has come from the server yet; one that asks for a credential, and was given"
                + " none, waits for it: --key FILE, or TOCSIN_KEY");
        begun.get();
      }
    } catch (ExecutionException e) {
      String hint =
          e.getCause() instanceof ConnectFailedException failed
              ? ServerAccess.hint(failed, surroundings)
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

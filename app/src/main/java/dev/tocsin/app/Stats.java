package dev.tocsin.app;

import dev.tocsin.events.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// Shows what a server is doing.
@Command(
    name = "stats",
    description = {
      "Shows what a server is doing: its connections, events and log.",
      "",
      "On a terminal the figures are refreshed until Ctrl-C; elsewhere they are printed once."
    },
    sortOptions = false)
final class Stats implements Callable<Integer> {

  /// Moves to the upper left corner; clears what is left of a line; clears what is left of the screen.
  private static final String HOME = "\u001b[H";

  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String CLEAR_SCREEN = "\u001b[2J";

  private final Surroundings surroundings;

  @Mixin private final ServerOption serverOption = new ServerOption();

  @Option(
      names = "--every",
      paramLabel = "TIME",
      description = "How often a terminal is refreshed (default: 2s).")
  private TimeSpan every = new TimeSpan(Duration.ofSeconds(2));

  @Option(names = "--once", description = "Print the figures once, on a terminal too.")
  private boolean once;

  @Option(names = "--json", description = "One JSON object on stdout, as the server gives it.")
  private boolean json;

  Stats(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    HubApi api = new HubApi(serverOption.server(surroundings), surroundings);
    JsonNode figures = api.stats();
    if (json || once || !surroundings.outIsTerminal()) {
      (json ? List.of(surroundings.shown(Json.write(figures))) : lines(figures))
          .forEach(surroundings.out()::println);
      return 0;
    }
    surroundings.interruption().listen();
    surroundings.out().print(CLEAR_SCREEN);
    while (true) {
      show(lines(figures));
      if (surroundings.out().isGone() || surroundings.interruption().await(every.duration())) {
        surroundings.out().println();
        return 0;
      }
      try {
        figures = api.stats();
      } catch (Failure e) {
        // A server that is started again shows up again.
        show(List.of(TerminalText.harmless(String.valueOf(e.getMessage()))));
      }
    }
  }

  private List<String> lines(JsonNode figures) {
    return StatsPage.lines(figures).stream()
        .map(line -> TerminalText.fitted(line, surroundings.width()))
        .toList();
  }

  /// What does not fit the screen is left out, because it would push the first lines off it.
  private void show(List<String> lines) {
    int room = Math.max(2, surroundings.height() - 1); // the cursor stands below
    List<String> shown = lines;
    if (lines.size() > room) {
      int more = lines.size() - room + 1;
      shown = new ArrayList<>(lines.subList(0, room - 1));
      shown.add(
          TerminalText.fitted(
              "… and " + more + " more lines (--once shows all)", surroundings.width()));
    }
    StringBuilder screen = new StringBuilder(HOME);
    shown.forEach(line -> screen.append(line).append(CLEAR_LINE).append('\n'));
    surroundings.out().print(screen.append(CLEAR_BELOW));
    surroundings.out().flush();
  }
}

package dev.tocsin.simulation;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// `dev/simulate`: plays scenarios and prints what came of them.
public final class Simulate {

  private final PrintStream out;
  private final Map<String, Long> options = new TreeMap<>();
  private final Map<Coefficient, Long> given = new EnumMap<>(Coefficient.class);

  private Simulate(PrintStream out) {
    this.out = out;
    options.put("gateways", 100L);
    options.put("sockets", 100_000L);
    options.put("loops", 4L);
    options.put("sites", 200L);
    options.put("rate", 1_000L);
    options.put("bytes", 400L);
    options.put("seed", 1L);
  }

  /// Ends the process with 0, 1 when an invariant did not hold, or 2 when it is used wrongly.
  public static void main(String[] args) {
    System.exit(new Simulate(System.out).run(Arrays.asList(args)));
  }

  private int run(List<String> args) {
    if (args.contains("--help")) {
      out.printf(
          """
          dev/simulate [SCENARIO…] [--OPTION=NUMBER…]: many gateways on one log, with a clock of their own.
          scenarios: all, or some of %s
          options:   --gateways=100 --sockets=100000 (of each gateway) --loops=4 --sites=200
                     --rate=1000 (events a second) --bytes=400 --seed=1
                     and each of the coefficients, which --coefficients lists
          It ends with 1 when an invariant did not hold.
          """,
          names());
      return 0;
    }
    if (args.contains("--coefficients")) {
      listCoefficients();
      return 0;
    }
    try {
      List<String> wanted = args.stream().filter(arg -> !arg.startsWith("--")).toList();
      args.stream().filter(arg -> arg.startsWith("--")).forEach(this::option);
      return play(
          wanted.isEmpty()
              ? List.of(Scenario.values())
              : wanted.stream().map(Simulate::scenario).toList());
    } catch (IllegalArgumentException e) {
      out.println(e.getMessage());
      return 2;
    }
  }

  private static List<String> names() {
    return Arrays.stream(Scenario.values()).map(Simulate::name).toList();
  }

  private static String name(Scenario scenario) {
    return scenario.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Scenario scenario(String name) {
    return Arrays.stream(Scenario.values())
        .filter(scenario -> name(scenario).equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(name + " is no scenario; there are " + names()));
  }

  private void option(String arg) {
    String[] parts = arg.substring(2).split("=", 2);
    long value;
    try {
      value = Long.parseLong(parts[parts.length - 1].replace("_", ""));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(arg + " should be --NAME=NUMBER", e);
    }
    for (Coefficient coefficient : Coefficient.values()) {
      if (coefficient.option().equals(parts[0])) {
        given.put(coefficient, value);
        return;
      }
    }
    if (options.replace(parts[0], value) == null) {
      throw new IllegalArgumentException("there is no --" + parts[0] + "; see --help");
    }
  }

  private int number(String option) {
    return Math.toIntExact(options.getOrDefault(option, 0L));
  }

  private int play(List<Scenario> scenarios) {
    Scale scale =
        new Scale(
            number("gateways"),
            number("sockets"),
            number("loops"),
            number("sites"),
            number("rate"),
            number("bytes"),
            options.getOrDefault("seed", 1L));
    Coefficients coefficients = new Coefficients(given);
    List<Report> reports =
        scenarios.stream().map(scenario -> play(scenario, scale, coefficients)).toList();
    out.println();
    out.println(Report.head());
    reports.forEach(report -> out.println(report.row()));
    return reports.stream().allMatch(Report::isGood) ? 0 : 1;
  }

  private Report play(Scenario scenario, Scale scale, Coefficients coefficients) {
    long began = System.nanoTime();
    Report report = new Simulation(scale, coefficients).run(scenario);
    out.println(report.details());
    out.printf(
        Locale.ROOT,
        "  simulated in %.0f s, heap %,d MiB%n",
        (System.nanoTime() - began) / 1e9,
        (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
    return report;
  }

  private void listCoefficients() {
    out.println("| coefficient | default | what it is | source |");
    out.println("| --- | --- | --- | --- |");
    for (Coefficient coefficient : Coefficient.values()) {
      out.printf(
          Locale.ROOT,
          "| `%s` | %,d | %s | %s: %s |%n",
          coefficient.option(),
          coefficient.value(),
          coefficient.meaning(),
          coefficient.source().name().toLowerCase(Locale.ROOT),
          coefficient.where());
    }
  }
}

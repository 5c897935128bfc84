package dev.tocsin.app;

import dev.tocsin.load.LoadException;
import dev.tocsin.load.LoadObserver;
import dev.tocsin.load.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of everything that measures a server: whom it trusts, for how long it measures, whose process the server
/// is, and how it says what it has found.
final class MeasuringOptions {

  @Mixin private final CaOption ca = new CaOption();

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "How long it is measured (default: 10s).")
  private TimeSpan duration = new TimeSpan(Duration.ofSeconds(10));

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      description = "How long it runs before it is measured (default: 5s).")
  private TimeSpan warmUp = new TimeSpan(Duration.ofSeconds(5));

  @Option(
      names = "--pid",
      paramLabel = "PID",
      description =
          "The server's process, if it runs on this machine: what it uses is read from the system.")
  private @Nullable Long pid;

  @Option(names = "--json", description = "One JSON object on stdout, and nothing else there.")
  private boolean json;

  CaOption ca() {
    return ca;
  }

  Duration duration() {
    return duration.duration();
  }

  Duration warmUp() {
    return warmUp.duration();
  }

  boolean isPidGiven() {
    return pid != null;
  }

  /// The process that was named; `null` for none.
  @Nullable ServerProcess process() throws WrongUse {
    if (pid == null) {
      return null;
    }
    ServerProcess process = new ServerProcess.Local(pid);
    if (process.sample().isEmpty()) {
      throw new WrongUse("--pid " + pid + ": there is no such process on this machine");
    }
    return process;
  }

  /// What is measured.
  ///
  /// @param <R> the result
  interface Measurement<R> {
    R run(LoadObserver observer) throws LoadException;
  }

  /// Measures, and tells a terminal how it goes.
  <R> R run(Surroundings surroundings, Measurement<R> measurement) throws Failure {
    BenchProgress progress = new BenchProgress(surroundings);
    try {
      return measurement.run(progress);
    } catch (LoadException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    } finally {
      progress.clear();
    }
  }

  /// Says what has been found.
  void print(
      Surroundings surroundings,
      Supplier<String> object,
      Supplier<List<String>> lines,
      List<String> warnings,
      boolean interrupted) {
    if (json) {
      surroundings.out().println(object.get());
    } else {
      lines.get().forEach(surroundings.out()::println);
    }
    surroundings.out().flush();
    warnings.forEach(warning -> surroundings.say("warning: " + warning));
    if (interrupted) {
      surroundings.say("interrupted: these are the figures until then");
    }
  }
}

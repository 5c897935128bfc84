package dev.tocsin.app;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A server in a process of its own, for as long as a command needs one: the same Java with the same
/// options as this process, on a free port, its log in a folder that goes with it.
final class OwnServer implements AutoCloseable {

  private static final String LISTENING = "listening on ";
  private static final long STOP_SECONDS = 12;

  private final Process process;
  private final @Nullable Path data;
  private final String url;

  private OwnServer(Process process, @Nullable Path data, String url) {
    this.process = process;
    this.data = data;
    this.url = url;
  }

  /// Starts it and waits until it listens.
  ///
  /// @param memory whether it keeps no log on disk
  static OwnServer start(boolean memory) throws Failure {
    Path data = null;
    Process process = null;
    OwnServer server = null;
    try {
      data = memory ? null : Files.createTempDirectory("tocsin-bench");
      ProcessBuilder builder = new ProcessBuilder(command(data));
      // What TOCSIN_… says is meant for the command that started us.
      builder.environment().keySet().removeIf(name -> name.startsWith("TOCSIN_"));
      builder.redirectErrorStream(true);
      process = builder.start();
      server = new OwnServer(process, data, listening(process));
      return server;
    } catch (IOException e) {
      throw new Failure("a server of its own cannot be started: " + e.getMessage(), e);
    } finally {
      if (server == null) {
        end(process, data);
      }
    }
  }

  private static List<String> command(@Nullable Path data) {
    List<String> command = new ArrayList<>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(System.getProperty("java.home") + File.separator + "bin/java"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-agentlib") && !option.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("serve", "--host", "127.0.0.1", "--port", "0"));
    command.addAll(data == null ? List.of("--memory") : List.of("--data", data.toString()));
    return command;
  }

  /// Reads where it listens; what it says after that is of no interest.
  private static String listening(Process process) throws IOException, Failure {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(LISTENING)) {
        Thread.ofPlatform().daemon().name("tocsin-bench-output").start(() -> drain(out));
        return line.substring(LISTENING.length());
      }
      said.append('\n').append(line);
    }
    throw new Failure("a server of its own does not start:" + said);
  }

  private static void drain(BufferedReader out) {
    try {
      String line;
      do {
        line = out.readLine();
      } while (line != null);
    } catch (IOException e) {
      // it has ended
    }
  }

  /// Where it listens.
  String url() {
    return url;
  }

  long pid() {
    return process.pid();
  }

  /// Ends it and takes its log away.
  @Override
  public void close() {
    end(process, data);
  }

  private static void end(@Nullable Process process, @Nullable Path data) {
    if (process != null) {
      end(process);
    }
    if (data != null) {
      delete(data);
    }
  }

  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      // a folder for temporary files is left behind
    }
  }
}

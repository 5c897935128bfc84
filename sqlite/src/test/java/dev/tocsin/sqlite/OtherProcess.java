package dev.tocsin.sqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// A second JVM with the classes of this one.
final class OtherProcess {

  private OtherProcess() {}

  /// Starts a main class; its errors come where this process's go.
  static Process start(Class<?> main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /// What becomes of opening a log in another process: `opened`, or why not.
  static String open(Path directory) throws IOException, InterruptedException {
    Process process = start(OtherProcess.class, directory.toString());
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.strip();
  }

  public static void main(String[] arguments) {
    try (SqliteEventLog log =
        SqliteEventLog.open(SqliteSettings.of(Path.of(arguments[0])), InstantSource.system())) {
      System.out.println(log.state().fault().orElse("opened"));
    } catch (LogOpenException e) {
      System.out.println(e.getMessage());
    }
  }
}

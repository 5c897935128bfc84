package dev.tocsin.app;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What a command sees of the process around it, so that a test can be that process.
///
/// @param out for results; UTF-8 whatever the locale says
/// @param err for everything else
/// @param outIsTerminal whether a person, and not a pipe or a file, is at the end of `out`
/// @param interruption how a signal reaches a command that runs until one comes
/// @param zones tells the one in which times are shown to a person; to find out takes a while
record Surroundings(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Interruption interruption,
    InstantSource clock,
    Supplier<ZoneId> zones) {

  Surroundings {
    environment = Map.copyOf(environment);
  }

  /// Those of this process.
  static Surroundings ofProcess() {
    return new Surroundings(
        System.in,
        stream(FileDescriptor.out, false),
        stream(FileDescriptor.err, true),
        System.getenv(),
        isTerminal(1),
        isTerminal(2),
        new Interruption(),
        InstantSource.system(),
        ZoneId::systemDefault);
  }

  private static PrintStream stream(FileDescriptor descriptor, boolean autoFlush) {
    OutputStream buffered = new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 14);
    return new PrintStream(buffered, autoFlush, StandardCharsets.UTF_8);
  }

  /// Java only tells of standard input and output together; Linux tells of each.
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      if (Files.isSymbolicLink(link)) {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
      }
    } catch (IOException e) {
      // then as Java sees it
    }
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /// Whether colours are wanted on `out`: a terminal that has them, and nobody said no
  /// (<https://no-color.org>).
  boolean colours() {
    return outIsTerminal
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  PrintWriter outWriter() {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }

  PrintWriter errWriter() {
    return new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true);
  }

  /// Says something to the user on stderr, with nothing in it that does a terminal harm.
  void say(String message) {
    message.lines().forEach(line -> err.println(TerminalText.harmless(line)));
    err.flush();
  }
}

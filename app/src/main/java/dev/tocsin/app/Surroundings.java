package dev.tocsin.app;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a command sees of the process around it, so that a test can be that process.
///
/// @param program what the user types to run it, for instance `./tocsin`
/// @param out for results
/// @param err for everything else
/// @param outIsTerminal whether a person, and not a pipe or a file, is at the end of `out`
/// @param columns tells how wide the terminal is, where it is known
/// @param rows tells how high it is, where it is known
/// @param interruption how a signal reaches a command that runs until one comes
/// @param askSecret asks the person at the terminal, without showing what is typed; `null` where there is none
/// @param zones tells the one in which times are shown to a person; to find out takes a while
record Surroundings(
    String program,
    InputStream in,
    Output out,
    PrintStream err,
    Map<String, String> environment,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Supplier<OptionalInt> columns,
    Supplier<OptionalInt> rows,
    Interruption interruption,
    InstantSource clock,
    Function<String, @Nullable String> askSecret,
    Supplier<ZoneId> zones) {

  Surroundings {
    environment = Map.copyOf(environment);
  }

  /// Those of this process.
  static Surroundings ofProcess() {
    boolean outIsTerminal = isTerminal(1);
    return new Surroundings(
        System.getProperty("tocsin.program", "tocsin"),
        System.in,
        Output.to(new FileOutputStream(FileDescriptor.out), isPipe(1), false),
        Output.to(new FileOutputStream(FileDescriptor.err), isPipe(2), true),
        System.getenv(),
        outIsTerminal,
        isTerminal(2),
        outIsTerminal ? TerminalSize::columns : OptionalInt::empty,
        outIsTerminal ? TerminalSize::rows : OptionalInt::empty,
        new Interruption(),
        InstantSource.system(),
        Surroundings::askAtTerminal,
        ZoneId::systemDefault);
  }

  private static @Nullable String askAtTerminal(String prompt) {
    return Optional.ofNullable(System.console())
        .filter(Console::isTerminal)
        .map(console -> console.readPassword("%s", prompt))
        .map(String::new)
        .orElse(null);
  }

  private static boolean isPipe(int descriptor) {
    String target = target(descriptor);
    return target != null && (target.startsWith("pipe:") || target.startsWith("socket:"));
  }

  /// Java only tells of standard input and output together; Linux tells of each.
  private static boolean isTerminal(int descriptor) {
    String target = target(descriptor);
    if (target != null) {
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    }
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  /// What a descriptor is open on, or `null` where the system does not tell.
  private static @Nullable String target(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      return Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : null;
    } catch (IOException e) {
      return null;
    }
  }

  /// How many columns a line for a person may have; very many where none are told of.
  int width() {
    return size(columns.get(), "COLUMNS");
  }

  /// How many lines a screen for a person may have; very many where none are told of.
  int height() {
    return size(rows.get(), "LINES");
  }

  private int size(OptionalInt told, String variable) {
    if (told.isPresent()) {
      return told.getAsInt();
    }
    String value = environment.getOrDefault(variable, "");
    return outIsTerminal && value.matches("[1-9]\\d{0,3}")
        ? Integer.parseInt(value)
        : Integer.MAX_VALUE;
  }

  /// Whether colours are wanted on `out`: a terminal that has them, and nobody said no
  /// (<https://no-color.org>).
  boolean colours() {
    return outIsTerminal
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  /// What to do where no server answers.
  String serverHint() {
    return "; is a server running there? ('" + program + " serve' starts one)";
  }

  /// JSON as it is printed: where a person sees it, what a terminal would obey is escaped in its strings, which means the same.
  String shown(String json) {
    return outIsTerminal ? TerminalText.harmlessJson(json) : json;
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

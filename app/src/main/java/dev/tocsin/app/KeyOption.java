package dev.tocsin.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a command has its credential from: a file, the environment, or the person at the terminal. Never from the
/// command line, which the process list shows.
final class KeyOption {

  /// Asks the person at the terminal.
  private static final String PROMPT = "-";

  /// What somebody gives who takes `--key` for the key: one of Tocsin's, or a JWT.
  private static final Pattern KEY_ITSELF =
      Pattern.compile("tocsin_[a-z0-9]{1,32}_.*|eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\..*");

  /// What a credential is made of.
  private static final Pattern CREDENTIAL = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final int MAX_LENGTH = 16 * 1024;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description =
          "A file whose first line is the API key or token to show the server; - asks for it"
              + " (default: what TOCSIN_KEY holds, which is the key itself).")
  private @Nullable String file;

  /// Whether it stands on the command line.
  boolean isGiven() {
    return file != null;
  }

  /// What to say again on another command line.
  List<String> arguments() {
    return file == null ? List.of() : List.of("--key", file);
  }

  /// The credential; `null` where none is given.
  @Nullable String credential(Surroundings surroundings) throws Failure, WrongUse {
    if (file == null) {
      String value = surroundings.environment().getOrDefault(EnvironmentDefaults.KEY, "").strip();
      return value.isEmpty() ? null : checked(value, "TOCSIN_KEY holds");
    }
    if (KEY_ITSELF.matcher(file).matches()) {
      throw new WrongUse(
          "--key names a file, and this is a key itself: the process list shows it to everyone who"
              + " can see this machine's processes. If others can, it counts as leaked: revoke it."
              + " Put it into a file or into TOCSIN_KEY, or give --key - to be asked for it");
    }
    return file.equals(PROMPT) ? asked(surroundings) : read(file, surroundings);
  }

  private static String asked(Surroundings surroundings) throws Failure {
    String typed = surroundings.askSecret().apply("key: ");
    if (typed == null) {
      throw new Failure("--key - asks at a terminal, and there is none; name a file instead");
    }
    return checked(typed.strip(), "what was typed is");
  }

  private static String read(String name, Surroundings surroundings) throws Failure {
    Path path;
    try {
      path = Path.of(name);
    } catch (InvalidPathException e) {
      throw new Failure("--key: there is no such file", e);
    }
    String line;
    try (InputStream in = Files.newInputStream(path)) {
      String beginning = new String(in.readNBytes(MAX_LENGTH), StandardCharsets.UTF_8);
      line = beginning.lines().findFirst().orElse("");
    } catch (NoSuchFileException e) {
      throw new Failure("--key: there is no file " + name, e);
    } catch (IOException e) {
      throw new Failure("--key: cannot read " + name + ": " + reason(path, e), e);
    }
    warnIfOpen(path, surroundings);
    return checked(line.strip(), "the first line of " + name + " is");
  }

  private static String reason(Path path, Exception e) {
    return Files.isDirectory(path)
        ? "it is a folder"
        : Files.isReadable(path) ? String.valueOf(e.getMessage()) : "permission denied";
  }

  private static void warnIfOpen(Path path, Surroundings surroundings) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
      if (mode.contains(PosixFilePermission.GROUP_READ)
          || mode.contains(PosixFilePermission.OTHERS_READ)) {
        surroundings.say(
            "warning: others can read the key in "
                + path
                + "; 'chmod 600 "
                + ShellText.quoted(path.toString())
                + "' keeps it to yourself");
      }
    } catch (IOException | UnsupportedOperationException e) {
      // There are no such modes here.
    }
  }

  /// Never repeats what it looks at.
  private static String checked(String credential, String where) throws Failure {
    if (!CREDENTIAL.matcher(credential).matches()) {
      throw new Failure(
          where
              + " no key: "
              + (credential.isEmpty() ? "it is empty" : "a key is one word without blanks"));
    }
    return credential;
  }
}

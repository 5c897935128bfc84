package dev.tocsin.bridges;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a secret is: never in the file of bridges itself.
sealed interface SecretSource {

  /// The largest file of a secret, in bytes.
  int MAX_BYTES = 64 * 1024;

  /// What a secret is written as.
  String FORM = "{\"env\":\"NAME\"} or {\"file\":\"PATH\"}: a secret never stands in this file";

  /// A variable of the environment.
  record Env(String name) implements SecretSource {

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  }

  /// A file, whose last line break does not count.
  record InFile(Path path) implements SecretSource {}

  /// Reads where a secret is; `null` when that is not said rightly, which is told without repeating it.
  static @Nullable SecretSource read(Section section) {
    if (!section.isObject(FORM)) {
      return null;
    }
    section.allow("env", "file");
    boolean isEnv = section.at("env").isThere();
    if (isEnv == section.at("file").isThere()) {
      section.fault("must be " + FORM);
      return null;
    }
    if (isEnv) {
      String name = section.at("env").text("the name of a variable of the environment");
      if (name != null && !Env.NAME.matcher(name).matches()) {
        section.at("env").fault("is no name of a variable: letters, digits and _");
        return null;
      }
      return name == null ? null : new Env(name);
    }
    String path = section.at("file").text("the path of a file");
    try {
      return path == null ? null : new InFile(Path.of(path));
    } catch (InvalidPathException e) {
      section.at("file").fault("is no path of a file");
      return null;
    }
  }

  /// A secret, or why it is not to be had.
  ///
  /// @param secret `null` when it is not to be had
  /// @param fault `null` when it is
  record Found(@Nullable Secret secret, @Nullable String fault) {}

  /// Fetches the secret.
  default Found fetch(Map<String, String> environment) {
    return switch (this) {
      case Env(String name) -> {
        String value = environment.get(name);
        yield value == null || value.isEmpty()
            ? new Found(null, "the variable " + name + " is not set")
            : new Found(Secret.of(value), null);
      }
      case InFile(Path path) -> ofFile(path);
    };
  }

  private static Found ofFile(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        return new Found(null, path + " is larger than " + (MAX_BYTES >> 10) + " KiB");
      }
      String text = new String(bytes, StandardCharsets.UTF_8).replaceFirst("\r?\n\\z", "");
      return text.isEmpty()
          ? new Found(null, path + " is empty")
          : new Found(Secret.of(text), null);
    } catch (NoSuchFileException e) {
      return new Found(null, path + " does not exist");
    } catch (IOException e) {
      return new Found(null, path + " cannot be read: " + e.getMessage());
    }
  }
}

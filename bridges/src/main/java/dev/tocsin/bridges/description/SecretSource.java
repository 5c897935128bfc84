package dev.tocsin.bridges.description;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a secret is: never in the file of bridges itself.
public sealed interface SecretSource {

  /// The largest file of a secret, in bytes.
  int MAX_BYTES = 64 * 1024;

  /// How many secrets may hold at once.
  int MAX_SECRETS = 10;

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
    Path path = section.at("file").path("the path of a file");
    return path == null ? null : new InFile(path);
  }

  /// Reads `secret` or `secrets` of what is shared with somebody: one at least, several while one is replaced.
  static List<SecretSource> readAll(Section section) {
    Section one = section.at("secret");
    Section several = section.at("secrets");
    List<Section> all = List.of(one);
    if (several.isThere()) {
      if (one.isThere()) {
        section.fault("has secret and secrets; one of them is enough");
      }
      all = several.items("an array of secrets, one at least", MAX_SECRETS);
    }
    List<SecretSource> sources = new ArrayList<>();
    for (Section secret : all) {
      SecretSource source = read(secret);
      if (source != null) {
        sources.add(source);
      }
    }
    return sources;
  }

  /// Fetches the secret.
  ///
  /// @param what it is, with which the sentence begins that says why it is not to be had
  /// @param environment of the process
  /// @throws MissingSecretException when it is not to be had
  default Secret require(String what, Map<String, String> environment)
      throws MissingSecretException {
    return switch (this) {
      case Env(String name) -> {
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
          throw missing(
              what, "the variable " + name + (value == null ? " is not set" : " is empty"));
        }
        yield Secret.of(value);
      }
      case InFile(Path path) -> ofFile(what, path);
    };
  }

  private static Secret ofFile(String what, Path path) throws MissingSecretException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw missing(what, path + " is larger than " + (MAX_BYTES >> 10) + " KiB");
      }
      String text = new String(bytes, StandardCharsets.UTF_8).replaceFirst("\r?\n\\z", "");
      if (text.isEmpty()) {
        throw missing(what, path + " is empty");
      }
      return Secret.of(text);
    } catch (NoSuchFileException e) {
      throw missing(what, path + " does not exist");
    } catch (IOException e) {
      throw missing(what, path + " cannot be read: " + FileTrouble.of(e));
    }
  }

  private static MissingSecretException missing(String what, String fault) {
    return new MissingSecretException(what + " is not to be had: " + fault);
  }
}

package dev.tocsin.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Finds out whether Java could read the arguments and the environment. It decodes both by the locale's
/// charset, and puts a replacement character for each byte that it cannot.
final class LocaleCheck {

  private static final char REPLACEMENT = '\uFFFD';

  private LocaleCheck() {}

  /// Fails when a character of the command got lost on its way here.
  static void requireLegible(List<String> arguments, Map<String, String> environment)
      throws WrongUse {
    String charset = System.getProperty("sun.jnu.encoding", "UTF-8");
    if (arguments.stream().anyMatch(LocaleCheck::isDoubtful)
        && isCorrupted(charset, Path.of("/proc/self/cmdline"))) {
      throw unreadable("the arguments are", charset);
    }
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (variable.getKey().startsWith("TOCSIN_")
          && isDoubtful(variable.getValue())
          && isCorrupted(charset, Path.of("/proc/self/environ"))) {
        throw unreadable(variable.getKey() + " is", charset);
      }
    }
  }

  private static boolean isDoubtful(String text) {
    return text.indexOf(REPLACEMENT) >= 0;
  }

  /// Whether the replacement character stands for something else, and was not typed as such.
  ///
  /// @param original where the system keeps the bytes
  static boolean isCorrupted(String charset, Path original) {
    if (!Charset.forName(charset).equals(StandardCharsets.UTF_8)) {
      return true;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(original)));
      return false;
    } catch (CharacterCodingException e) {
      return true;
    } catch (IOException e) {
      return false; // a system that does not keep them
    }
  }

  private static WrongUse unreadable(String what, String charset) {
    return new WrongUse(
        charset.equals("UTF-8")
            ? what + " not valid UTF-8"
            : what
                + " not readable with the locale's charset, "
                + charset
                + ": set LC_ALL to a UTF-8 locale, for instance C.UTF-8 or en_US.UTF-8 ('locale -a'"
                + " lists those that are installed)");
  }
}

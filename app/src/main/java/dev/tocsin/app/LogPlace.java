package dev.tocsin.app;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/// Where a log is, as `log copy` is told: `sqlite:DIR` or `jetstream:URL`, with commas between several URLs.
sealed interface LogPlace {

  String SQLITE = "sqlite:";
  String JETSTREAM = "jetstream:";

  /// A directory.
  record Disk(Path directory) implements LogPlace {
    @Override
    public String toString() {
      return SQLITE + directory;
    }
  }

  /// Servers of NATS.
  ///
  /// @param urls may hold a password
  record Stream(List<String> urls) implements LogPlace {
    public Stream {
      urls = List.copyOf(urls);
    }

    @Override
    public String toString() {
      return JETSTREAM + JetStreamOptions.withoutSecrets(urls).replace(", ", ",");
    }
  }

  /// Reads what an option says.
  ///
  /// @param option its name, for a person
  static LogPlace parse(String option, String text) throws WrongUse {
    if (text.startsWith(SQLITE) && text.length() > SQLITE.length()) {
      try {
        return new Disk(Path.of(text.substring(SQLITE.length())));
      } catch (InvalidPathException e) {
        throw new WrongUse(option + ": there can be no directory of that name");
      }
    }
    if (text.startsWith(JETSTREAM) && text.length() > JETSTREAM.length()) {
      String urls = text.substring(JETSTREAM.length());
      return new Stream(
          List.copyOf(
              CommaList.parts(
                  option + " jetstream:",
                  List.of(urls),
                  "the address of a NATS server (nats://HOST:PORT)")));
    }
    throw new WrongUse(
        option
            + " is sqlite:DIR for a log on disk or jetstream:URL for one in NATS; was '"
            + JetStreamOptions.withoutSecrets(List.of(text))
            + "'");
  }
}

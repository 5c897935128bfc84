package dev.tocsin.app;

import dev.tocsin.http.Secrets;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// Writes log records to stderr: one line of `key=value` pairs each (logfmt). What was logged with keys has them
/// after the message. A value with a blank, a quote or an equals sign is in quotes; a message always is.
///
/// The whole program logs through SLF4J, whose backend here is the JDK's own logging ([JdkLogs]).
final class Logging {

  /// How much is logged, from nothing to everything.
  enum Level {
    OFF,
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE;

    /// The lowest level of the JDK's that is logged.
    java.util.logging.Level threshold() {
      return switch (this) {
        case OFF -> java.util.logging.Level.OFF;
        case ERROR -> java.util.logging.Level.SEVERE;
        case WARN -> java.util.logging.Level.WARNING;
        case INFO -> java.util.logging.Level.INFO;
        case DEBUG -> java.util.logging.Level.FINE;
        case TRACE -> java.util.logging.Level.FINEST;
      };
    }

    /// The level under which a record was made.
    static Level of(java.util.logging.Level record) {
      Level found = TRACE;
      for (Level level : values()) {
        if (level != OFF
            && record.intValue() >= level.threshold().intValue()
            && level.compareTo(found) < 0) {
          found = level;
        }
      }
      return found;
    }
  }

  /// Fills parameters in, as the JDK's own loggers leave them.
  private static final Formatter MESSAGES =
      new Formatter() {
        @Override
        public String format(LogRecord record) {
          return formatMessage(record);
        }
      };

  /// What everything of ours is named.
  private static final String OURS = "dev.tocsin";

  private final PrintStream err;

  /// The JDK forgets the levels of loggers that nobody holds.
  private final Logger ours = Logger.getLogger(OURS);

  Logging(PrintStream err) {
    this.err = err;
  }

  /// Takes the JDK's logging over, with this level. Below `trace`, libraries say no more than
  /// `info`.
  void configure(Level level) {
    LogManager manager = LogManager.getLogManager();
    if (manager instanceof LastingLogManager lasting) {
      lasting.letGo();
    }
    manager.reset();
    Logger root = Logger.getLogger("");
    root.setLevel((level == Level.DEBUG ? Level.INFO : level).threshold());
    ours.setLevel(level.threshold());
    root.addHandler(new KeyValueHandler(err, level.compareTo(Level.DEBUG) >= 0));
    if (manager instanceof LastingLogManager lasting) {
      lasting.keep();
    }
  }

  /// A record as a line, without any credential that it repeats. Stack traces are for those who asked for them.
  static String line(LogRecord record, boolean traces) {
    StringBuilder line = new StringBuilder(160);
    line.append("time=").append(record.getInstant().truncatedTo(ChronoUnit.MILLIS));
    line.append(" level=").append(Level.of(record.getLevel()).name().toLowerCase(Locale.ROOT));
    line.append(" logger=").append(record.getLoggerName());
    line.append(" msg=").append(quoted(message(record)));
    if (record.getParameters() != null) {
      for (Object parameter : record.getParameters()) {
        if (parameter instanceof KeyValuePair pair) {
          line.append(' ').append(pair.key).append('=').append(value(pair.value));
        }
      }
    }
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      line.append(" error=").append(quoted(thrown.toString()));
      if (traces) {
        line.append(" trace=").append(quoted(trace(thrown)));
      }
    }
    return Secrets.masked(line.toString());
  }

  /// What SLF4J logs is filled in already, and may hold braces of its own.
  private static String message(LogRecord record) {
    Object[] parameters = record.getParameters();
    boolean keyed =
        parameters != null && parameters.length > 0 && parameters[0] instanceof KeyValuePair;
    return keyed ? String.valueOf(record.getMessage()) : MESSAGES.format(record);
  }

  private static String value(@Nullable Object value) {
    String text = String.valueOf(value);
    boolean bare = !text.isEmpty() && text.chars().allMatch(Logging::isBare);
    return bare ? text : quoted(text);
  }

  /// Whether a character may stand in a value without quotes around it.
  private static boolean isBare(int c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  }

  private static String trace(Throwable thrown) {
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }

  private static String quoted(String text) {
    String escaped =
        text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t");
    return '"' + TerminalText.harmless(escaped) + '"';
  }

  private static final class KeyValueHandler extends Handler {

    private final PrintStream err;
    private final boolean traces;
    private final LibraryRecords libraries = new LibraryRecords();

    KeyValueHandler(PrintStream err, boolean traces) {
      this.err = err;
      this.traces = traces;
      setLevel(java.util.logging.Level.ALL);
    }

    @Override
    public void publish(LogRecord record) {
      boolean ours = record.getLoggerName() != null && record.getLoggerName().startsWith(OURS);
      if (ours || libraries.passes(record)) {
        err.println(line(record, traces));
      }
    }

    @Override
    public void flush() {
      err.flush();
    }

    @Override
    public void close() {
      flush();
    }
  }
}

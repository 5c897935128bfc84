package dev.tocsin.app;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.LoggingEventAware;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/// The backend of SLF4J: hands on to the JDK's logging what is logged. Keys and values stay beside the message, as the
/// parameters of the record, where SLF4J's own backend writes them into it. Markers and the diagnostic context are
/// nobody's here.
///
/// Public, with a public constructor, because SLF4J makes it by its name.
public final class JdkLogs implements SLF4JServiceProvider {

  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter context = new NOPMDCAdapter();
  private final ConcurrentMap<String, Logger> loggers = new ConcurrentHashMap<>();

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name -> loggers.computeIfAbsent(name, JdkLogger::new);
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return context;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {}

  private static final class JdkLogger extends LegacyAbstractLogger implements LoggingEventAware {

    private static final long serialVersionUID = 1;

    private final transient java.util.logging.Logger jdk;

    JdkLogger(String name) {
      this.name = name;
      this.jdk = java.util.logging.Logger.getLogger(name);
    }

    @Override
    public boolean isTraceEnabled() {
      return jdk.isLoggable(jdkLevel(Level.TRACE));
    }

    @Override
    public boolean isDebugEnabled() {
      return jdk.isLoggable(jdkLevel(Level.DEBUG));
    }

    @Override
    public boolean isInfoEnabled() {
      return jdk.isLoggable(jdkLevel(Level.INFO));
    }

    @Override
    public boolean isWarnEnabled() {
      return jdk.isLoggable(jdkLevel(Level.WARN));
    }

    @Override
    public boolean isErrorEnabled() {
      return jdk.isLoggable(jdkLevel(Level.ERROR));
    }

    @Override
    public void log(LoggingEvent event) {
      List<KeyValuePair> pairs = event.getKeyValuePairs();
      log(
          event.getLevel(),
          event.getMessage(),
          event.getArgumentArray(),
          event.getThrowable(),
          pairs == null ? new Object[0] : pairs.toArray());
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable cause) {
      log(level, message, arguments, cause, new Object[0]);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
      return null;
    }

    private void log(
        Level level,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable cause,
        Object[] pairs) {
      LogRecord record =
          new LogRecord(jdkLevel(level), MessageFormatter.basicArrayFormat(message, arguments));
      record.setLoggerName(name);
      record.setThrown(cause);
      record.setParameters(pairs);
      jdk.log(record);
    }

    private static java.util.logging.Level jdkLevel(Level level) {
      return switch (level) {
        case ERROR -> java.util.logging.Level.SEVERE;
        case WARN -> java.util.logging.Level.WARNING;
        case INFO -> java.util.logging.Level.INFO;
        case DEBUG -> java.util.logging.Level.FINE;
        case TRACE -> java.util.logging.Level.FINEST;
      };
    }
  }
}

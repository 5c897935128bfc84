package dev.tocsin.app;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/// What libraries log, in words of ours where we know better what it means, and each at most once in ten
/// seconds, with how often it was said meanwhile. Safe for any thread.
final class LibraryRecords {

  private static final long PAUSE_MILLIS = Duration.ofSeconds(10).toMillis();

  /// Different messages are remembered up to this number; then all are forgotten.
  private static final int MAX_REMEMBERED = 256;

  /// The beginnings of messages, and what is said instead.
  private static final Map<String, String> IN_OUR_WORDS =
      Map.of(
          "CompletionQueue overflow",
          "the kernel keeps completions of io_uring aside, since its ring is full; nothing is lost",
          "Unexpected exception from an event executor",
          "a thread that serves connections has ended");

  private final Map<String, Said> said = new HashMap<>();

  private static final class Said {

    private long atMillis = Long.MIN_VALUE / 2;
    private int unsaid;
  }

  /// Whether a record is to be written, which may have been put into other words.
  synchronized boolean passes(LogRecord record) {
    if (record.getLevel().intValue() < Level.INFO.intValue()) {
      return true;
    }
    String message = String.valueOf(record.getMessage());
    if (said.size() >= MAX_REMEMBERED) {
      said.clear();
    }
    Said before = said.computeIfAbsent(record.getLoggerName() + ' ' + message, first -> new Said());
    if (record.getMillis() - before.atMillis < PAUSE_MILLIS) {
      before.unsaid++;
      return false;
    }
    before.atMillis = record.getMillis();
    String words = message;
    for (Map.Entry<String, String> known : IN_OUR_WORDS.entrySet()) {
      words = message.startsWith(known.getKey()) ? known.getValue() : words;
    }
    if (before.unsaid > 0) {
      words += " (" + before.unsaid + " times more in the seconds before)";
      before.unsaid = 0;
    }
    record.setMessage(words);
    return true;
  }
}

package dev.tocsin.http;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// Every bound of HTTP, in one place. `docs/limits.md` says what happens when one is hit.
public final class HttpLimits {

  /// The largest body that is collected whole, in bytes.
  public static final int MAX_BODY_BYTES = 64 * 1024;

  /// Unread output from which on the server stops reading from the same connection, in bytes.
  public static final int UNREAD_OUTPUT_BYTES = 64 * 1024;

  /// How long the server keeps reading after its last word, so that the word arrives.
  public static final long LINGER_MILLIS = 2_000;

  /// The longest request line and the largest header of a request, in bytes. A line has room for the longest filter, 8 KiB, of
  /// which percent-encoding makes three times as much, and for patterns beside it.
  static final int MAX_REQUEST_LINE_BYTES = 32 * 1024;

  static final int MAX_HEADER_BYTES = 16 * 1024;

  /// Parameters that a query may have; what comes after them is passed over.
  static final int MAX_PARAMETERS = 1_024;

  /// Of how many parts of the heap one is for what has come of messages and requests that are not complete.
  static final int INPUT_PARTS = 8;

  /// What a header field takes as an object, in bytes, besides its characters; the shortest has three of those.
  static final int HEADER_FIELD_BYTES = 128;

  /// What a byte of an unfinished head may take at the most, as objects.
  static final int HEAD_FACTOR = 32;

  /// Who has left less unread is not ended for lack of memory.
  static final int MIN_RELIEF_BYTES = 4 * 1024;

  /// Messages that are decoded before the exchange under way has taken the first of them: what waits after
  /// them waits as bytes.
  static final int MAX_INBOX = 16;

  /// Until the first request's head is complete.
  static final long FIRST_HEAD_MILLIS = 10_000;

  /// Until the next request's head is complete on a connection that is kept alive: longer than the usual minute of a
  /// proxy, so that the proxy is the one who closes it, and never sends a request into a connection that is just ending.
  static final long NEXT_HEAD_MILLIS = 75_000;

  /// Between two pieces of a request's body, and for an answer to be taken.
  static final long BODY_MILLIS = 30_000;

  /// File descriptors that are kept back from connections.
  private static final long RESERVED_FILES = 64;

  /// What a client may send behind its request for an answer that has no end, in bytes: it is thrown away.
  public static final int MAX_BEHIND_STREAM_BYTES = 64 * 1024;

  private HttpLimits() {}

  /// How many connections this process can still hold: the files it may open, less those that are open and a
  /// reserve. 0 when there is no room for any.
  public static int maxConnections() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long files = unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount();
      return Math.clamp(files - RESERVED_FILES, 0, 10_000_000);
    }
    return 10_000;
  }
}

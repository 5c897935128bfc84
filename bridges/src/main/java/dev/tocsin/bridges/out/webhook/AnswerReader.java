package dev.tocsin.bridges.out.webhook;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads answers of HTTP/1.1 (RFC 9112) from one connection, one after the other. Everything that a server can make long is
/// bounded. One thread.
final class AnswerReader {

  /// The longest head, in bytes.
  static final int MAX_HEAD = 32 * 1024;

  /// The longest body that is read to its end; a longer one ends the connection.
  static final int MAX_BODY = 256 * 1024;

  /// How much of a body is kept.
  static final int MAX_KEPT = 4 * 1024;

  /// How many answers before the real one (`100`, `103`) are passed over.
  private static final int MAX_INTERIM = 10;

  private final InputStream in;
  private int headLeft;
  private boolean hasBegun;
  private boolean isReusable;

  AnswerReader(InputStream in) {
    this.in = in;
  }

  /// Whether anything of the last answer has come.
  boolean hasBegun() {
    return hasBegun;
  }

  /// Whether the connection can take another request after the last answer.
  boolean isReusable() {
    return isReusable;
  }

  /// Reads an answer. What is wrong with its body, the answer stands.
  HttpAnswer read() throws IOException {
    hasBegun = false;
    isReusable = false;
    for (int i = 0; i < MAX_INTERIM; i++) {
      headLeft = MAX_HEAD;
      String line = line();
      int status = status(line);
      Map<String, String> headers = headers();
      if (status >= 200) {
        String phrase = line.length() > 13 ? line.substring(13).strip() : "";
        return new HttpAnswer(
            status, phrase, headers, body(status, headers, line.startsWith("HTTP/1.1")));
      }
    }
    throw new IOException("the server answers with interim answers alone");
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("what it answers is not HTTP/1.1");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
    }
    return headers;
  }

  /// A line of the head without its end.
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); ; b = in.read()) {
      if (b < 0) {
        throw new EOFException("it has closed the connection without an answer");
      }
      hasBegun = true;
      if (--headLeft < 0) {
        throw new IOException("the head of its answer is longer than " + MAX_HEAD + " bytes");
      }
      if (b == '\n') {
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r'
            ? line.substring(0, length - 1)
            : line.toString();
      }
      line.append((char) b);
    }
  }

  private String body(int status, Map<String, String> headers, boolean isKeptOpen) {
    boolean mayStay =
        isKeptOpen
            && !headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT).contains("close");
    Body body = new Body();
    try {
      if (status == 204 || status == 304) {
        isReusable = mayStay;
      } else if (headers.containsKey("transfer-encoding")) {
        String coding = headers.getOrDefault("transfer-encoding", "");
        isReusable = coding.equalsIgnoreCase("chunked") && body.chunked() && mayStay;
      } else if (headers.containsKey("content-length")) {
        Long length = length(headers.get("content-length"));
        isReusable = length != null && body.take(length) && mayStay;
      } else {
        body.take(Long.MAX_VALUE);
      }
    } catch (IOException e) {
      // It has answered; how that ends does not matter, but that nothing else can be asked.
      isReusable = false;
    }
    return body.text();
  }

  private static @Nullable Long length(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,15}") ? Long.valueOf(text) : null;
  }

  /// A body that is read away, but for its beginning.
  private final class Body {

    private final byte[] kept = new byte[MAX_KEPT];
    private final byte[] chunk = new byte[8 * 1024];
    private int size;
    private long left = MAX_BODY;

    /// @return whether that many bytes have come, and are not too many
    boolean take(long length) throws IOException {
      long open = length;
      while (open > 0) {
        if (left <= 0) {
          return false;
        }
        int n = in.read(chunk, 0, (int) Math.min(Math.min(chunk.length, open), left));
        if (n < 0) {
          return false;
        }
        int room = Math.min(n, kept.length - size);
        System.arraycopy(chunk, 0, kept, size, room);
        size += room;
        open -= n;
        left -= n;
      }
      return true;
    }

    /// @return whether it has come to its end
    boolean chunked() throws IOException {
      headLeft = MAX_BODY;
      while (true) {
        String line = line();
        int end = line.indexOf(';');
        String digits = (end < 0 ? line : line.substring(0, end)).strip();
        if (!digits.matches("[0-9a-fA-F]{1,8}")) {
          return false;
        }
        long length = Long.parseLong(digits, 16);
        if (length == 0) {
          headers();
          return true;
        }
        if (!take(length) || !line().isEmpty()) {
          return false;
        }
      }
    }

    String text() {
      return new String(kept, 0, size, StandardCharsets.UTF_8);
    }
  }
}

package dev.tocsin.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The parameters of a query, each read as what it should be.
public final class QueryParameters {

  static final String BADLY_ENCODED =
      "The query is not percent-encoded correctly: it has to be ASCII, and its %XX UTF-8";

  private final Map<String, List<String>> parameters;

  private QueryParameters(Map<String, List<String>> parameters) {
    this.parameters = parameters;
  }

  /// A parameter is not what it should be; the message is a sentence for the client.
  public static final class InvalidQueryException extends Exception {

    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    /// @param message a sentence for the client
    public InvalidQueryException(String message) {
      this(Problem.invalidQuery(message));
    }

    /// @param problem what to answer
    public InvalidQueryException(Problem problem) {
      super(problem.message());
      this.problem = problem;
    }

    /// What to answer.
    public Problem problem() {
      return problem;
    }
  }

  /// Takes a query apart.
  public static QueryParameters of(QueryStringDecoder uri) throws InvalidQueryException {
    if (!isWellEncoded(uri.rawQuery())) {
      throw new InvalidQueryException(BADLY_ENCODED);
    }
    return new QueryParameters(uri.parameters());
  }

  /// Whether a query holds plain ASCII only, in which each `%` begins a byte, and the bytes together are UTF-8:
  /// whatever else there is would become a text that nobody has sent.
  static boolean isWellEncoded(String query) {
    byte[] bytes = new byte[query.length()];
    int length = 0;
    for (int i = 0; i < query.length(); i++) {
      char c = query.charAt(i);
      if (c <= ' ' || c > '~') {
        return false;
      } else if (c != '%') {
        bytes[length++] = (byte) c;
      } else if (i + 2 < query.length()
          && isHex(query.charAt(i + 1))
          && isHex(query.charAt(i + 2))) {
        bytes[length++] = (byte) Integer.parseInt(query, i + 1, i + 3, 16);
        i += 2;
      } else {
        return false;
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /// The words of a query, its names and values, for who looks for what must not be there: what of them is not encoded
  /// correctly stays as it was sent.
  ///
  /// @param names whether the names are wanted, or the values
  static List<String> words(String query, boolean names) {
    if (query.isEmpty()) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    for (String pair : query.split("&", -1)) {
      int end = pair.indexOf('=');
      if (names) {
        words.add(readable(end < 0 ? pair : pair.substring(0, end)));
      } else if (end >= 0) {
        words.add(readable(pair.substring(end + 1)));
      }
    }
    return words;
  }

  /// A part of a URL, decoded as far as it can be.
  static String readable(String encoded) {
    if (encoded.indexOf('%') < 0) {
      return encoded;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%'
          && i + 2 < encoded.length()
          && isHex(encoded.charAt(i + 1))
          && isHex(encoded.charAt(i + 2))) {
        bytes.write(Integer.parseInt(encoded, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(c < 0x80 ? c : '?');
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
  }

  /// The items of a list, separated by commas, of all parameters of a name; empty when there is none.
  public Optional<List<String>> list(String name) {
    List<String> lists = parameters.get(name);
    if (lists == null) {
      return Optional.empty();
    }
    List<String> items = new ArrayList<>();
    lists.forEach(list -> items.addAll(Arrays.asList(list.split(",", -1))));
    return Optional.of(items);
  }

  /// A text parameter.
  public Optional<String> text(String name) throws InvalidQueryException {
    List<String> values = parameters.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw new InvalidQueryException(name + ": there may be one");
    }
    return values.stream().findFirst();
  }

  /// Whether something is asked for that is `true` or `false`, and `false` when it is not there.
  public boolean isOn(String name) throws InvalidQueryException {
    return switch (text(name).orElse("false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new InvalidQueryException(name + " has to be true or false");
    };
  }

  /// A whole number from `least` on.
  public Optional<Long> number(String name, long least) throws InvalidQueryException {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String digits = text.get();
    try {
      boolean plain = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
      if (plain && Long.parseLong(digits) >= least) {
        return Optional.of(Long.parseLong(digits));
      }
    } catch (NumberFormatException e) {
      // Too large, which is told like everything else that is no such number.
    }
    throw new InvalidQueryException(name + " has to be a whole number from " + least + " on");
  }
}

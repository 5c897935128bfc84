package dev.tocsin.bridges.out.webhook;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a server has answered, as much of it as anybody looks at.
///
/// @param status of three digits
/// @param phrase behind it; may be empty
/// @param headers by their names in lower case, each value the last of its name
/// @param body the beginning of it
record HttpAnswer(int status, String phrase, Map<String, String> headers, String body) {

  HttpAnswer {
    headers = Map.copyOf(headers);
  }

  @Nullable String header(String name) {
    return headers.get(name);
  }

  /// The status as people read it.
  String line() {
    return phrase.isEmpty() ? Integer.toString(status) : status + " " + phrase;
  }
}

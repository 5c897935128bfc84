package dev.tocsin.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request that has found its route.
///
/// @param connection where it came from, and where it is answered
/// @param uri its path and query
/// @param parameters those of the path, by name
/// @param caller who asks
public record Request(
    HttpConnection connection,
    HttpRequest head,
    QueryStringDecoder uri,
    Map<String, String> parameters,
    Caller caller) {

  /// The second is no registered name, but usual.
  private static final Set<String> UTF_8 = Set.of("charset=utf-8", "charset=utf8");

  /// A parameter of the path.
  public String parameter(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the path has no parameter " + name);
    }
    return value;
  }

  /// The parameters of the query.
  public QueryParameters query() throws QueryParameters.InvalidQueryException {
    return QueryParameters.of(uri);
  }

  /// A header that may be there once, its bytes read as UTF-8, or where they are none as Latin-1, which HTTP once had;
  /// `null` when there is no such header.
  ///
  /// @throws InvalidHeaderException when there are several
  public @Nullable String text(String name) throws InvalidHeaderException {
    List<String> values = head.headers().getAll(name);
    if (values.size() > 1) {
      throw new InvalidHeaderException(name + " may be there once");
    }
    if (values.isEmpty()) {
      return null;
    }
    return HeaderText.of(values.getFirst());
  }

  /// A header is not what it should be; the message is a sentence for the client.
  public static final class InvalidHeaderException extends Exception {

    private static final long serialVersionUID = 1;

    InvalidHeaderException(String message) {
      super(message);
    }
  }

  /// Answers so, whatever the body.
  public Exchange answer(Response response) {
    return new FixedExchange(connection, response);
  }

  /// The media type of the body without parameters, in lower case; `null` when there is none, or more than one, or its
  /// text is not plain UTF-8.
  public @Nullable String mediaType() {
    List<String> headers = head.headers().getAll(HttpHeaderNames.CONTENT_TYPE);
    if (headers.size() != 1 || head.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
      return null;
    }
    String[] parts = headers.getFirst().toLowerCase(Locale.ROOT).split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      if (parameter.startsWith("charset=") && !UTF_8.contains(parameter)) {
        return null;
      }
    }
    return parts[0].strip();
  }
}

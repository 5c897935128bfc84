package dev.tocsin.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;

/// What caches may do with the answers of a route, and browsers make of them.
///
/// @param cacheControl the value of `Cache-Control`
/// @param security further headers of every answer that has a body, is a redirect, or says that nothing has changed
public record AnswerPolicy(String cacheControl, Map<String, String> security) {

  /// That of an API: kept nowhere, and nothing but what it says it is.
  public static final AnswerPolicy API =
      new AnswerPolicy("no-store", Map.of("X-Content-Type-Options", "nosniff"));

  public AnswerPolicy {
    security = Map.copyOf(security);
  }

  void writeTo(HttpHeaders headers) {
    headers.set(HttpHeaderNames.CACHE_CONTROL, cacheControl);
    security.forEach(headers::set);
  }
}

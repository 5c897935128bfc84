package dev.tocsin.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The headers that a page of another origin may send, besides those that every page may. Immutable.
///
/// A name that ends with `*` stands for all that begin so. They cannot be listed: a page is told those for which its browser
/// asks, which are as long as a request's headers may be.
final class PageHeaders {

  private static final String ANY = "*";

  private final List<String> names;
  private final List<String> beginnings;

  PageHeaders(List<String> names) {
    this.names = names.stream().filter(name -> !name.endsWith(ANY)).toList();
    this.beginnings =
        names.stream()
            .filter(name -> name.endsWith(ANY))
            .map(name -> name.substring(0, name.length() - ANY.length()).toLowerCase(Locale.ROOT))
            .toList();
  }

  /// The value of `Access-Control-Allow-Headers`.
  ///
  /// @param preflight the browser's question
  String allowed(HttpRequest preflight) {
    Set<String> allowed = new LinkedHashSet<>(names);
    for (String asked :
        preflight.headers().getAll(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS)) {
      for (String one : asked.split(",", -1)) {
        String name = one.strip().toLowerCase(Locale.ROOT);
        if (isName(name) && beginnings.stream().anyMatch(name::startsWith)) {
          allowed.add(name);
        }
      }
    }
    return String.join(", ", allowed);
  }

  /// Whether it is what the names of headers are made of.
  private static boolean isName(String name) {
    return name.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }
}

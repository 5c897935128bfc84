package dev.tocsin.events;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/// A `$ref` taken apart.
///
/// @param path the file as seen from the file with the reference, `""` for that file itself
/// @param fragment a JSON pointer, `""` for the whole document, or the name of an `$anchor`
record SchemaReference(String path, String fragment) {

  /// Takes a reference apart; `null` when it is none to a file of the folder: with a scheme, a
  /// host, a query or an absolute path.
  static @Nullable SchemaReference parse(String reference) {
    URI uri;
    try {
      uri = new URI(reference);
    } catch (URISyntaxException e) {
      return null;
    }
    String path = uri.getPath();
    boolean local =
        uri.getScheme() == null
            && uri.getRawAuthority() == null
            && uri.getRawQuery() == null
            && path != null
            && !path.startsWith("/");
    return local
        ? new SchemaReference(path, uri.getFragment() == null ? "" : uri.getFragment())
        : null;
  }

  /// A JSON pointer as a reference within its document.
  static String toFragment(String pointer) {
    try {
      return new URI(null, null, null, pointer).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no JSON pointer: " + pointer, e);
    }
  }
}

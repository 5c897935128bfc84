package dev.tocsin.http;

import org.jspecify.annotations.Nullable;

/// What a request is for.
///
/// @param authority the host that stands in an absolute target; `null` in the usual form
record Target(@Nullable String authority, String pathAndQuery) {

  /// Takes a target apart. A client may name the whole URL (RFC 9112, section 3.2.2).
  static Target of(String target) {
    int authority = target.indexOf("://") + 3;
    boolean absolute =
        target.regionMatches(true, 0, "http://", 0, authority)
            || target.regionMatches(true, 0, "https://", 0, authority);
    if (!absolute || authority < 3) {
      return new Target(null, target);
    }
    int path = authority;
    while (path < target.length() && "/?#".indexOf(target.charAt(path)) < 0) {
      path++;
    }
    String rest = target.substring(path);
    return new Target(target.substring(authority, path), rest.startsWith("/") ? rest : "/" + rest);
  }
}

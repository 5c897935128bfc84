package dev.tocsin.app;

import dev.tocsin.gateway.AccessSettings;
import dev.tocsin.http.TrustedProxies;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which proxies are believed, and what.
final class ProxyOptions {

  /// What RFC 9110, 5.6.2, allows.
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  @Option(
      names = "--trust-proxy",
      paramLabel = "CIDR",
      description =
          "The address of a reverse proxy, or a network such as 10.0.0.0/8, whose X-Forwarded-For,"
              + " -Proto and -Host are believed. Repeatable.")
  private List<String> trusted = List.of();

  @Option(
      names = "--proxy-user-header",
      paramLabel = "NAME",
      description = "The header in which a trusted proxy names who has logged in with it.")
  private @Nullable String userHeader;

  @Option(
      names = "--proxy-roles-header",
      paramLabel = "NAME",
      description = "The header in which it names that user's roles, with commas between.")
  private @Nullable String rolesHeader;

  /// Refuses what contradicts itself, or cannot be.
  void check() throws WrongUse {
    if (userHeader == null && rolesHeader != null) {
      throw new WrongUse("--proxy-roles-header means something with --proxy-user-header only");
    }
    if (userHeader != null && trusted.isEmpty()) {
      throw new WrongUse(
          "--proxy-user-header takes a proxy's word, and --trust-proxy has to say which proxy's:"
              + " anybody could send the header");
    }
    requireHeader("--proxy-user-header", userHeader);
    requireHeader("--proxy-roles-header", rolesHeader);
    trusted();
  }

  private static void requireHeader(String option, @Nullable String name) throws WrongUse {
    if (name != null && !HEADER_NAME.matcher(name).matches()) {
      throw new WrongUse(
          option + " is the name of a header: letters, digits and -; was \"" + name + "\"");
    }
  }

  /// Whether proxies say who somebody is.
  boolean nameUsers() {
    return userHeader != null;
  }

  /// Those that are believed.
  TrustedProxies trusted() throws WrongUse {
    try {
      return TrustedProxies.of(
          List.copyOf(
              CommaList.parts(
                  "--trust-proxy",
                  trusted,
                  "the address of a proxy, or a network such as 10.0.0.0/8")));
    } catch (IllegalArgumentException e) {
      throw new WrongUse("--trust-proxy: " + e.getMessage());
    }
  }

  /// Where they say who somebody is; `null` when they do not.
  AccessSettings.@Nullable ProxyHeaders headers() {
    return userHeader == null ? null : new AccessSettings.ProxyHeaders(userHeader, rolesHeader);
  }
}

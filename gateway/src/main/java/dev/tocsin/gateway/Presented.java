package dev.tocsin.gateway;

import dev.tocsin.http.Doorkeeper;
import dev.tocsin.http.HeaderText;
import dev.tocsin.http.Secrets;
import dev.tocsin.http.Sender;
import dev.tocsin.hub.Credential;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a request presents to say who makes it, not yet judged. No `toString` tells a secret.
sealed interface Presented {

  /// The parameter of a query that holds a ticket.
  String TICKET = "ticket";

  /// The names by which somebody may put a secret into a query.
  Set<String> SECRET_NAMES =
      Set.of(
          "token",
          "access_token",
          "id_token",
          "key",
          "api_key",
          "apikey",
          "api-key",
          "auth",
          "authorization",
          "bearer",
          "jwt",
          "password",
          "secret");

  /// Texts longer than this are no credential.
  int MAX_LENGTH = 8 * 1024;

  /// Nothing.
  record Nothing() implements Presented {}

  /// A credential.
  record Shown(Credential credential) implements Presented {}

  /// A ticket.
  record OneTime(String ticket) implements Presented {

    @Override
    public String toString() {
      return "OneTime[…]";
    }
  }

  /// Something that cannot be a credential.
  ///
  /// @param reason for the operator
  record Garbled(String reason) implements Presented {}

  /// Reads a request. What a trusted proxy vouches for counts first: it may hand on a header that was meant for itself; then a
  /// header, then a ticket, then the client's certificate.
  ///
  /// @param vouching where trusted proxies name whom they vouch for; `null` where they do not
  static Presented by(
      Doorkeeper.Knock knock, Sender sender, AccessSettings.@Nullable ProxyHeaders vouching) {
    HttpHeaders all = knock.head().headers();
    if (vouching != null && sender.proxied() && names(all, vouching)) {
      return vouched(all, vouching);
    }
    List<String> headers = all.getAll(HttpHeaderNames.AUTHORIZATION);
    if (headers.size() > 1) {
      return new Garbled("more than one header Authorization");
    }
    if (!headers.isEmpty()) {
      return Headers.read(headers.getFirst());
    }
    List<String> tickets = knock.uri().parameters().getOrDefault(TICKET, List.of());
    if (tickets.size() > 1) {
      return new Garbled("more than one ticket");
    }
    if (!tickets.isEmpty()) {
      return new OneTime(tickets.getFirst());
    }
    X509Certificate certificate = knock.connection().peerCertificate();
    return certificate == null ? new Nothing() : new Shown(new Credential.Certificate(certificate));
  }

  /// Whether a proxy names anybody: one that has nobody to name may send its header empty.
  private static boolean names(HttpHeaders all, AccessSettings.ProxyHeaders vouching) {
    return all.getAll(vouching.user()).stream().anyMatch(name -> !name.isBlank());
  }

  private static Presented vouched(HttpHeaders all, AccessSettings.ProxyHeaders vouching) {
    List<String> names = all.getAll(vouching.user());
    if (names.size() > 1) {
      return new Garbled("a proxy that vouches for several");
    }
    List<String> roles =
        vouching.roles() == null
            ? List.of()
            : all.getAll(vouching.roles()).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .filter(role -> !role.isEmpty())
                .toList();
    return new Shown(new Credential.Vouched(HeaderText.of(names.getFirst()).strip(), roles));
  }

  /// Whether a URL holds what must never stand in one: in its path, or in its query by a name or by a value.
  static boolean isLeaking(String path, Collection<String> names, Collection<String> values) {
    return names.stream().anyMatch(name -> SECRET_NAMES.contains(name.toLowerCase(Locale.ROOT)))
        || Stream.of(List.of(path), names, values)
            .flatMap(Collection::stream)
            .anyMatch(Secrets::areIn);
  }

  /// The header `Authorization` (RFC 6750 and RFC 7617).
  final class Headers {

    private static final Pattern BEARER = Pattern.compile("(?i)bearer +([A-Za-z0-9._~+/-]+=*) *");
    private static final Pattern BASIC = Pattern.compile("(?i)basic +([A-Za-z0-9+/]+=*) *");

    private Headers() {}

    static Presented read(String header) {
      if (header.length() > MAX_LENGTH * 2) {
        return new Garbled("a header Authorization that is too long");
      }
      var bearer = BEARER.matcher(header);
      if (bearer.matches()) {
        return token(bearer.group(1));
      }
      var basic = BASIC.matcher(header);
      return basic.matches()
          ? password(basic.group(1))
          : new Garbled("a header Authorization that is neither Bearer nor Basic");
    }

    /// The password; whatever the user's name is.
    private static Presented password(String base64) {
      String pair;
      try {
        pair = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        return new Garbled("a header Authorization with Basic that is not base64");
      }
      int colon = pair.indexOf(':');
      return colon < 0
          ? new Garbled("a header Authorization with Basic that has no password")
          : token(pair.substring(colon + 1));
    }

    private static Presented token(String text) {
      return text.isEmpty() || text.length() > MAX_LENGTH
          ? new Garbled("a token that is empty or longer than " + MAX_LENGTH + " characters")
          : new Shown(new Credential.Token(text));
    }
  }
}

package dev.tocsin.client;

import dev.tocsin.client.Problems.Problem;
import dev.tocsin.events.CloseCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocketHandshakeException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// A server could not be reached, or did not let the client in. The message is a sentence for a
/// person.
public final class ConnectFailedException extends IOException {

  private static final long serialVersionUID = 1L;

  private static final String GIVE_ANOTHER =
      "give the client a key or token that the server knows and that has not ended";

  private static final String ASK_FOR_RIGHTS = "whoever runs the server can allow it";

  /// The longest time that a server's word keeps a client away.
  private static final long MAX_RETRY_SECONDS = 3_600;

  /// What it is about, for a program.
  public enum Kind {
    /// Nothing answered there, or the connection ended.
    UNREACHABLE,
    /// The server's certificate is signed by an authority that is not trusted here.
    UNTRUSTED,
    /// TLS could not be begun for another reason.
    TLS,
    /// No credential, or none that is good (any more).
    UNAUTHENTICATED,
    /// The credential has expired or was revoked, and there is no other.
    CREDENTIAL_ENDED,
    /// The credential is good, and may not do this.
    FORBIDDEN,
    /// There are as many connections or requests as there may be; later there may be room.
    TOO_MANY,
    /// The server has said no for another reason.
    REFUSED
  }

  private final Kind kind;
  private final boolean retryable;
  private final @Nullable Duration retryAfter;

  private ConnectFailedException(
      String message,
      Kind kind,
      boolean retryable,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  /// Puts into words what [java.net.http.HttpClient] threw.
  ///
  /// @param uri the server
  public static ConnectFailedException of(URI uri, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause instanceof ConnectFailedException known) {
      return known;
    }
    if (cause instanceof WebSocketHandshakeException handshake) {
      return ofAnswer(uri, handshake);
    }
    TlsFailures.Found tls = TlsFailures.in(cause, isSecure(uri));
    return new ConnectFailedException(
        "cannot reach "
            + server(uri)
            + ": "
            + (tls == null ? describe(uri, cause) : tls.sentence()),
        tls == null ? Kind.UNREACHABLE : tls.kind(),
        true,
        null,
        cause);
  }

  /// The connection was opened and ended before the server let the client in.
  static ConnectFailedException ofEnd(URI uri, int code, String reason, boolean retryable) {
    Kind kind =
        switch (CloseCode.ofCode(code).orElse(CloseCode.NORMAL)) {
          case UNAUTHENTICATED -> Kind.UNAUTHENTICATED;
          case CREDENTIAL_ENDED -> Kind.CREDENTIAL_ENDED;
          case FORBIDDEN -> Kind.FORBIDDEN;
          case TOO_MANY_CONNECTIONS -> Kind.TOO_MANY;
          default -> code == Link.ABNORMAL_CLOSURE ? Kind.UNREACHABLE : Kind.REFUSED;
        };
    return new ConnectFailedException(
        server(uri) + " closed the connection: " + reason + " (" + code + ")" + advice(kind),
        kind,
        retryable,
        null,
        new IOException(reason));
  }

  private static String advice(Kind kind) {
    return switch (kind) {
      case UNAUTHENTICATED, CREDENTIAL_ENDED -> "; " + GIVE_ANOTHER;
      case FORBIDDEN -> "; " + ASK_FOR_RIGHTS;
      case UNREACHABLE, UNTRUSTED, TLS, TOO_MANY, REFUSED -> "";
    };
  }

  /// The server has ended the credential, and there is no other.
  static ConnectFailedException ofEndedCredential(URI uri) {
    return new ConnectFailedException(
        server(uri) + ": the credential has ended, and no other was supplied; " + GIVE_ANOTHER,
        Kind.CREDENTIAL_ENDED,
        false,
        null,
        null);
  }

  /// What is supplied cannot be a credential.
  static ConnectFailedException ofNoCredential(URI uri) {
    return new ConnectFailedException(
        "cannot connect to "
            + server(uri)
            + ": what is supplied is no credential, which is one word of letters, digits and"
            + " ._~+/-",
        Kind.UNAUTHENTICATED,
        false,
        null,
        null);
  }

  /// The application's supplier has failed. What it said is not repeated: it may have named the credential.
  static ConnectFailedException ofSupplier(URI uri, Exception thrown) {
    return new ConnectFailedException(
        "cannot connect to "
            + server(uri)
            + ": there is no credential at the moment ("
            + thrown.getClass().getSimpleName()
            + ")",
        Kind.UNAUTHENTICATED,
        true,
        null,
        thrown);
  }

  private static ConnectFailedException ofAnswer(URI uri, WebSocketHandshakeException handshake) {
    int status = handshake.getResponse().statusCode();
    Optional<Problem> problem = Problems.of(handshake.getResponse());
    Kind kind =
        switch (status) {
          case 401 -> Kind.UNAUTHENTICATED;
          case 403 -> Kind.FORBIDDEN;
          case 429 -> Kind.TOO_MANY;
          default -> Kind.REFUSED;
        };
    boolean retryable = problem.isEmpty() || status >= 500 || status == 429 || status == 408;
    return new ConnectFailedException(
        server(uri)
            + " refused the connection: "
            + problem.map(Problem::sentence).orElse("HTTP " + status)
            + advice(kind),
        kind,
        retryable,
        retryAfter(handshake.getResponse()),
        handshake);
  }

  /// What the header `Retry-After` says in seconds; a date there counts as nothing.
  private static @Nullable Duration retryAfter(HttpResponse<?> answer) {
    String said = answer.headers().firstValue("Retry-After").orElse("").strip();
    return said.matches("[0-9]{1,9}")
        ? Duration.ofSeconds(Math.min(MAX_RETRY_SECONDS, Long.parseLong(said)))
        : null;
  }

  private static boolean isSecure(URI uri) {
    return "wss".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
  }

  private static String describe(URI uri, Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
        return "the host name \"" + ServerAddress.of(uri).host() + "\" is unknown";
      }
      if (t instanceof HttpTimeoutException) {
        return "no answer in time";
      }
    }
    if (cause instanceof ConnectException) {
      return "connection refused";
    }
    return Breaks.describe(cause);
  }

  private static String server(URI uri) {
    return uri.getScheme() + "://" + uri.getRawAuthority();
  }

  /// What it is about.
  public Kind kind() {
    return kind;
  }

  /// After how long the server wants to be asked again; `null` when it did not say.
  @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /// Whether the same may succeed later without being changed. It may, unless a Tocsin server has
  /// itself said no: a proxy that answers 404 while the server behind it starts anew says nothing
  /// about the server.
  public boolean isRetryable() {
    return retryable;
  }
}

package dev.tocsin.client;

import dev.tocsin.client.Problems.Problem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocketHandshakeException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/// A server could not be reached, or did not let the client in. The message is a sentence for a
/// person.
public final class ConnectFailedException extends IOException {

  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  private ConnectFailedException(String message, boolean retryable, Throwable cause) {
    super(message, cause);
    this.retryable = retryable;
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
    return new ConnectFailedException(
        "cannot reach " + server(uri) + ": " + describe(uri, cause), true, cause);
  }

  /// The connection was opened and ended before the server let the client in.
  static ConnectFailedException ofEnd(URI uri, int code, String reason, boolean retryable) {
    return new ConnectFailedException(
        server(uri) + " closed the connection: " + reason + " (" + code + ")",
        retryable,
        new IOException(reason));
  }

  private static ConnectFailedException ofAnswer(URI uri, WebSocketHandshakeException handshake) {
    int status = handshake.getResponse().statusCode();
    Optional<Problem> problem = Problems.of(handshake.getResponse());
    return new ConnectFailedException(
        server(uri)
            + " refused the connection: "
            + problem.map(Problem::sentence).orElse("HTTP " + status),
        problem.isEmpty() || status >= 500 || status == 429 || status == 408,
        handshake);
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

  /// Whether the same may succeed later without being changed. It may, unless a Tocsin server has
  /// itself said no: a proxy that answers 404 while the server behind it starts anew says nothing
  /// about the server.
  public boolean isRetryable() {
    return retryable;
  }
}

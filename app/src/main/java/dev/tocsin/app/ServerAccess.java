package dev.tocsin.app;

import static java.util.stream.Collectors.joining;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.ConnectFailedException;
import dev.tocsin.load.Entrance;
import dev.tocsin.load.LoadException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A server, and how a command gets in: what it shows, and whom it trusts. It shows its credential to nobody else.
final class ServerAccess {

  private final ServerUrl url;
  private final @Nullable String credential;
  private final @Nullable SSLContext ssl;
  private final String arguments;

  /// @param credential `null` for none
  /// @param ssl `null` for what the system trusts
  /// @param arguments what the command line says of this, to be said again: no credential
  ServerAccess(
      ServerUrl url,
      @Nullable String credential,
      @Nullable SSLContext ssl,
      List<String> arguments) {
    this.url = url;
    this.credential = credential;
    this.ssl = ssl;
    this.arguments =
        arguments.stream().map(word -> " " + ShellText.quoted(word)).collect(joining());
  }

  /// A server that asks for nothing.
  static ServerAccess open(ServerUrl url) {
    return new ServerAccess(url, null, null, List.of());
  }

  /// Where it is.
  ServerUrl url() {
    return url;
  }

  /// What a command line needs to get in again, each word after a blank; empty for a server that is where all look for it.
  String arguments() {
    return (url.http().toString().equals(ServerUrl.DEFAULT)
            ? ""
            : " --url " + ShellText.quoted(url.http().toString()))
        + arguments;
  }

  /// A WebSocket client of this server.
  ClientOptions clientOptions() {
    ClientOptions options = url.clientOptions();
    if (credential != null) {
      options = options.withCredential(credential);
    }
    return ssl == null ? options : options.withSsl(ssl);
  }

  /// Has an HTTP client trust what is to be trusted.
  void trust(HttpClient.Builder http) {
    if (ssl != null) {
      http.sslContext(ssl);
    }
  }

  /// Shows the credential with a request.
  void sign(HttpRequest.Builder request) {
    String header = authorization();
    if (header != null) {
      request.header("Authorization", header);
    }
  }

  /// What stands in the header `Authorization`; `null` for nothing.
  @Nullable String authorization() {
    return credential == null ? null : "Bearer " + credential;
  }

  /// How the load driver gets in.
  ///
  /// @param authorities the file of certificates that it trusts; `null` for the system's
  Entrance entrance(@Nullable Path authorities) throws Failure {
    if (!url.address().secure()) {
      return Entrance.open(authorization());
    }
    try {
      return Entrance.encrypted(authorization(), authorities);
    } catch (LoadException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
  }

  /// What to do about a connection that was not made, as the end of a sentence.
  static String hint(ConnectFailedException failure, Surroundings surroundings) {
    return switch (failure.kind()) {
      case UNAUTHENTICATED, CREDENTIAL_ENDED -> keyHint();
      case UNTRUSTED, TLS, FORBIDDEN, TOO_MANY -> "";
      case UNREACHABLE, REFUSED -> failure.isRetryable() ? surroundings.serverHint() : "";
    };
  }

  /// What to do about an answer that was a no; empty when there is nothing to be said.
  static String hint(String code) {
    return code.equals("unauthenticated") ? keyHint() : "";
  }

  private static String keyHint() {
    return " (--key FILE names the file of a key, TOCSIN_KEY holds one)";
  }
}

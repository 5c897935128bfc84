package dev.tocsin.load;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// How the driver gets in: what it shows, and whom it trusts. It prints nothing of that.
public final class Entrance {

  /// Nothing is shown, and nothing encrypted.
  public static final Entrance OPEN = new Entrance(null, null);

  private final @Nullable String authorization;
  private final @Nullable SSLContext tls;

  /// @param authorization what stands in the header of that name; `null` for none
  /// @param tls what TLS trusts; `null` for no TLS
  public Entrance(@Nullable String authorization, @Nullable SSLContext tls) {
    this.authorization = authorization;
    this.tls = tls;
  }

  /// Whether connections are encrypted.
  boolean isSecure() {
    return tls != null;
  }

  /// The value of the header `Authorization`; `null` for none.
  @Nullable String authorization() {
    return authorization;
  }

  /// The header as a request has it, its line break included; empty for none.
  String header() {
    return authorization == null ? "" : "Authorization: " + authorization + "\r\n";
  }

  /// The client's end of TLS, for a connection of Netty's; host names are checked.
  SSLEngine engine(String host, int port) {
    SSLEngine engine = context().createSSLEngine(host, port);
    engine.setUseClientMode(true);
    engine.setSSLParameters(checkingNames(engine.getSSLParameters()));
    return engine;
  }

  /// The same around an open socket.
  Socket around(Socket socket, String host, int port) throws IOException {
    if (tls == null) {
      return socket;
    }
    SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(socket, host, port, true);
    secure.setSSLParameters(checkingNames(secure.getSSLParameters()));
    secure.startHandshake();
    return secure;
  }

  private static SSLParameters checkingNames(SSLParameters parameters) {
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    return parameters;
  }

  private SSLContext context() {
    if (tls == null) {
      throw new IllegalStateException("this entrance is not encrypted");
    }
    return tls;
  }
}

package dev.tocsin.bridges.out.webhook;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// A line to one HTTP server: requests are posted one after the other over a connection that is kept open while that is
/// possible.
///
/// It is not the JDK's client, because that looks the name up itself: an address could be checked and another one connected to.
/// Here the name is looked up for each connection, all its addresses are checked, and the connection is made to one of these.
/// No proxy is asked, whatever the process is told, and no redirect is followed.
///
/// For one thread at a time, which may block, but [#close]. A watchman closes the socket of a request that takes too long,
/// whatever it waits for.
final class HttpLine implements AutoCloseable {

  /// How long connecting to one address may take.
  private static final Duration CONNECT = Duration.ofSeconds(5);

  // immutable
  private final ReceiverAddress address;
  private final @Nullable SSLSocketFactory tls;
  private final ReceiverAddress.Resolver resolver;
  private final Watchman watchman;

  // owned by whoever posts
  private @Nullable Connection connection;

  /// An open connection.
  private record Connection(Socket socket, OutputStream out, AnswerReader answers) {}

  /// @param tls with the authorities that are trusted; `null` for a server that does not speak it
  /// @param timeout for a request with its answer
  HttpLine(
      ReceiverAddress address,
      @Nullable SSLSocketFactory tls,
      Duration timeout,
      ReceiverAddress.Resolver resolver) {
    this.address = address;
    this.tls = tls;
    this.resolver = resolver;
    this.watchman = new Watchman(timeout);
  }

  /// Posts a request.
  ///
  /// @param headers in the order in which they are sent
  /// @throws IOException when there was no answer; the message is for people
  HttpAnswer post(Map<String, String> headers, byte[] body) throws IOException {
    byte[] head = head(headers, body.length);
    watchman.begin();
    try {
      Connection kept = connection;
      if (kept != null) {
        try {
          return exchange(kept, head, body);
        } catch (IOException e) {
          drop();
          if (kept.answers().hasBegun() || watchman.hasEnded()) {
            throw e;
          }
          // The server had closed it meanwhile.
        }
      }
      Connection made = connect();
      connection = made;
      return exchange(made, head, body);
    } catch (IOException e) {
      drop();
      throw watchman.hasEnded() ? new SocketTimeoutException(watchman.sentence()) : e;
    } finally {
      watchman.end();
    }
  }

  private byte[] head(Map<String, String> headers, int length) {
    StringBuilder head = new StringBuilder(512);
    head.append("POST ").append(address.path()).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(address.hostHeader()).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    head.append("Content-Length: ").append(length).append("\r\n\r\n");
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private HttpAnswer exchange(Connection on, byte[] head, byte[] body) throws IOException {
    IOException broken = null;
    try {
      ByteArrayOutputStream request = new ByteArrayOutputStream(head.length + body.length);
      request.writeBytes(head);
      request.writeBytes(body);
      request.writeTo(on.out());
      on.out().flush();
    } catch (IOException e) {
      // It may have answered before it had read all, and have closed.
      broken = e;
    }
    try {
      HttpAnswer answer = on.answers().read();
      if (broken != null || !on.answers().isReusable()) {
        drop();
      }
      return answer;
    } catch (IOException e) {
      throw broken == null ? e : broken;
    }
  }

  private Connection connect() throws IOException {
    List<InetAddress> found = address.find(resolver);
    IOException last = null;
    for (InetAddress one : found) {
      if (watchman.hasEnded()) {
        break;
      }
      // No proxy: it would look the name up once more.
      Socket socket = new Socket(Proxy.NO_PROXY);
      try {
        watchman.watch(socket);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(one, address.port()), (int) CONNECT.toMillis());
        Socket spoken = tls == null ? socket : handshake(tls, socket);
        return new Connection(
            spoken,
            spoken.getOutputStream(),
            new AnswerReader(new BufferedInputStream(spoken.getInputStream())));
      } catch (IOException e) {
        socket.close();
        last = e;
      } catch (RuntimeException | Error e) {
        socket.close();
        throw e;
      }
    }
    throw last == null ? new IOException("no address is known for " + address.host()) : last;
  }

  /// Speaks TLS on a socket. The certificate has to be for the name, not for the address.
  private Socket handshake(SSLSocketFactory factory, Socket socket) throws IOException {
    // The dot at the end of a name says that it is whole; TLS has none there (RFC 6066, 3).
    String name = address.host().replaceFirst("\\.\\z", "");
    SSLSocket speaking = (SSLSocket) factory.createSocket(socket, name, address.port(), true);
    SSLParameters parameters = speaking.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (!address.isLiteral()) {
      parameters.setServerNames(List.of(new SNIHostName(name)));
    }
    speaking.setSSLParameters(parameters);
    try {
      speaking.startHandshake();
    } catch (SSLHandshakeException e) {
      throw new IOException(
          (isAboutCertificate(e) ? "its certificate is not accepted: " : "TLS fails with it: ")
              + reason(e),
          e);
    }
    return speaking;
  }

  private static boolean isAboutCertificate(SSLHandshakeException e) {
    return e.getCause() instanceof CertificateException;
  }

  private static String reason(SSLHandshakeException e) {
    Throwable deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return String.valueOf(deepest.getMessage());
  }

  private void drop() {
    Connection kept = connection;
    connection = null;
    if (kept != null) {
      try {
        kept.socket().close();
      } catch (IOException e) {
        // It is gone, however it went.
        return;
      }
    }
  }

  boolean isClosed() {
    return watchman.isClosed();
  }

  /// Ends the request at hand, and all that would follow. Any thread.
  @Override
  public void close() {
    watchman.close();
  }
}

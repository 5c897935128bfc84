package dev.tocsin.load;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// The driver's end of TLS. BoringSSL does the work of the connections that receive where it can be loaded, so that the
/// driver costs less than what it measures; else the JDK. Host names are checked. Any thread may call anything.
final class ClientTls {

  /// The names of certificates are held against the host, as browsers do.
  private static final String CHECK = "HTTPS";

  /// Sessions that are remembered.
  private static final int SESSIONS = 256;

  private final NotingTrust trust;
  private final SslContext channels;
  private final SSLContext sockets;

  private ClientTls(NotingTrust trust, SslContext channels, SSLContext sockets) {
    this.trust = trust;
    this.channels = channels;
    this.sockets = sockets;
  }

  /// @param authorities the certificates that are trusted, in PEM; `null` for the system's
  /// @throws LoadException with a sentence, when they cannot be used
  static ClientTls trusting(@Nullable Path authorities) throws LoadException {
    try {
      NotingTrust trust = new NotingTrust(trust(authorities));
      SslContext channels =
          SslContextBuilder.forClient()
              .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
              .trustManager(trust)
              .endpointIdentificationAlgorithm(CHECK)
              .sessionCacheSize(SESSIONS)
              .build();
      SSLContext sockets = SSLContext.getInstance("TLS");
      sockets.init(null, new TrustManager[] {trust}, null);
      return new ClientTls(trust, channels, sockets);
    } catch (IOException | GeneralSecurityException e) {
      throw new LoadException(
          "the certificates of "
              + (authorities == null ? "the system" : authorities)
              + " cannot be used: "
              + e.getMessage(),
          e);
    }
  }

  private static X509ExtendedTrustManager trust(@Nullable Path authorities)
      throws IOException, GeneralSecurityException {
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(authorities == null ? null : store(authorities));
    for (TrustManager manager : managers.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager trust) {
        return trust;
      }
    }
    throw new IllegalStateException("every Java can verify certificates");
  }

  private static KeyStore store(Path authorities) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int count = 0;
    try (InputStream in = Files.newInputStream(authorities)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + count++, one);
      }
    }
    return store;
  }

  SslHandler handler(ByteBufAllocator allocator, String host, int port) {
    SslHandler handler = channels.newHandler(allocator, host, port);
    handler.setHandshakeTimeoutMillis(0); // whoever waits for connections has a patience of his own
    return handler;
  }

  Socket around(Socket socket, String host, int port) throws IOException {
    SSLSocket secure =
        (SSLSocket) sockets.getSocketFactory().createSocket(socket, host, port, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(CHECK);
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  /// Whether a connection's handshake resumed a session: then nobody had to verify a certificate.
  boolean hasResumed(SslHandler handler) {
    return !trust.wasAskedFor(handler.engine());
  }
}

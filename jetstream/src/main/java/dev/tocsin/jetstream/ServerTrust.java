package dev.tocsin.jetstream;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Trusts a NATS server whose certificate comes from an authority that is trusted and was made for that server. The library
/// asks for the first alone: whoever has any certificate of that authority could pass for a server. Any thread.
final class ServerTrust extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager authorities;
  private final ServerAddresses servers;

  /// @param authorities looks whether the authority is trusted
  /// @param servers knows what the servers are called
  ServerTrust(X509ExtendedTrustManager authorities, ServerAddresses servers) {
    this.authorities = authorities;
    this.servers = servers;
  }

  private void requireName(X509Certificate certificate, @Nullable SSLSession session)
      throws CertificateException {
    String host = session == null ? null : session.getPeerHost();
    if (host == null) {
      throw new CertificateException("nobody knows which server shows this certificate");
    }
    CertificateNames made = CertificateNames.of(certificate);
    Set<String> names = servers.namesOf(host);
    if (names.stream().noneMatch(made::has)) {
      throw new CertificateException(
          "the server at "
              + String.join(", ", names)
              + " shows a certificate that was made for "
              + made);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    authorities.checkServerTrusted(chain, kind, socket);
    requireName(chain[0], socket instanceof SSLSocket tls ? tls.getHandshakeSession() : null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    authorities.checkServerTrusted(chain, kind, engine);
    requireName(chain[0], engine.getHandshakeSession());
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    requireName(chain[0], null);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    authorities.checkClientTrusted(chain, kind, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    authorities.checkClientTrusted(chain, kind, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    authorities.checkClientTrusted(chain, kind);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.getAcceptedIssuers();
  }
}

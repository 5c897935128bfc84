package dev.tocsin.client;

import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Why TLS could not be begun, in words: Java names it by its own parts, "PKIX path building failed" for instance.
final class TlsFailures {

  private static final String ADD_IT = "add --ca FILE (in Java: ClientOptions.withSsl)";

  private TlsFailures() {}

  /// What went wrong.
  ///
  /// @param kind what it is about
  /// @param sentence the end of a sentence that says it, and what to do
  record Found(ConnectFailedException.Kind kind, String sentence) {}

  /// What a failure has to do with TLS; `null` for nothing.
  ///
  /// @param secure whether the address was one for TLS
  static @Nullable Found in(Throwable thrown, boolean secure) {
    return secure ? inTls(thrown) : inPlain(thrown);
  }

  private static @Nullable Found inTls(Throwable thrown) {
    boolean isTls = false;
    String all = "";
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof CertificateExpiredException) {
        return certificate("its certificate has expired");
      }
      if (t instanceof CertificateNotYetValidException) {
        return certificate("its certificate is not valid yet; is the clock of this machine right?");
      }
      if (t instanceof InvalidAlgorithmParameterException) {
        return new Found(
            ConnectFailedException.Kind.UNTRUSTED,
            "this Java trusts no authority at all: its trust store is empty or missing (Debian's"
                + " package ca-certificates-java fills it); for an authority of yours, "
                + ADD_IT);
      }
      isTls |= t instanceof SSLException;
      all += String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT) + '\n';
    }
    if (!isTls) {
      return null;
    }
    if (all.contains("no subject alternative") || all.contains("no name matching")) {
      return certificate("its certificate is for another host name");
    }
    if (all.contains("certification path") || all.contains("path building failed")) {
      return new Found(
          ConnectFailedException.Kind.UNTRUSTED,
          "its certificate is signed by an authority that is not trusted here; if it is yours, "
              + ADD_IT);
    }
    if (all.contains("path validation failed") || all.contains("certificate")) {
      return certificate("its certificate is not accepted");
    }
    if (all.contains("unrecognized ssl message") || all.contains("unsupported record version")) {
      return new Found(
          ConnectFailedException.Kind.TLS,
          "it does not speak TLS on this port: the address begins with http:// or ws://");
    }
    return new Found(ConnectFailedException.Kind.TLS, "the TLS handshake failed" + alert(all));
  }

  private static Found certificate(String sentence) {
    return new Found(ConnectFailedException.Kind.TLS, sentence);
  }

  private static String alert(String all) {
    int at = all.indexOf("received fatal alert: ");
    return at < 0
        ? ""
        : ": the server says " + all.substring(at + 22).lines().findFirst().orElse("");
  }

  /// A server that wants TLS answers plain HTTP with an alert, which begins with the byte 21, or not at all.
  private static @Nullable Found inPlain(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      if (message.contains("status line") && message.contains("\u0015")) {
        return new Found(
            ConnectFailedException.Kind.TLS,
            "it speaks TLS on this port: the address begins with https:// or wss://");
      }
    }
    return null;
  }
}

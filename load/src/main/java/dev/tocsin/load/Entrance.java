package dev.tocsin.load;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How the driver gets in: what it shows, and whom it trusts. It prints nothing of that.
public final class Entrance {

  /// Nothing is shown, and nothing encrypted.
  public static final Entrance OPEN = open(null);

  private final @Nullable String authorization;
  private final @Nullable ClientTls tls;

  private Entrance(@Nullable String authorization, @Nullable ClientTls tls) {
    this.authorization = authorization;
    this.tls = tls;
  }

  /// Nothing is encrypted.
  ///
  /// @param authorization what stands in the header of that name; `null` for none
  public static Entrance open(@Nullable String authorization) {
    return new Entrance(authorization, null);
  }

  /// Everything is encrypted.
  ///
  /// @param authorization what stands in the header of that name; `null` for none
  /// @param authorities the certificates that are trusted, in PEM; `null` for the system's
  /// @throws LoadException with a sentence, when they cannot be used
  public static Entrance encrypted(@Nullable String authorization, @Nullable Path authorities)
      throws LoadException {
    return new Entrance(authorization, ClientTls.trusting(authorities));
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
  ///
  /// @param port only says which sessions may be resumed: those of the same host and port
  SslHandler handler(ByteBufAllocator allocator, String host, int port) {
    return tls().handler(allocator, host, port);
  }

  /// The same around an open socket.
  Socket around(Socket socket, String host, int port) throws IOException {
    return tls == null ? socket : tls.around(socket, host, port);
  }

  /// Whether a connection, whose handshake is over, has resumed a session of an earlier one.
  ///
  /// @param handler made by [#handler]
  boolean hasResumed(SslHandler handler) {
    return tls().hasResumed(handler);
  }

  private ClientTls tls() {
    if (tls == null) {
      throw new IllegalStateException("this entrance is not encrypted");
    }
    return tls;
  }
}

package dev.tocsin.http;

import io.netty.handler.ssl.SslProvider;

/// The same with the JDK's engine, over the JDK's sockets.
class JdkTlsTest extends TlsTest {

  @Override
  SslProvider provider() {
    return SslProvider.JDK;
  }

  @Override
  Transport transport() {
    return Transport.NIO;
  }
}

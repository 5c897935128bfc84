package dev.tocsin.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.uring.IoUring;

/// The same over io_uring, for who asks for it.
class IoUringTlsTest extends TlsTest {

  @Override
  Transport transport() {
    // First: it sets what Netty reads once, when IoUring is first asked.
    Transport ioUring = Transport.IO_URING;
    assumeTrue(IoUring.isAvailable(), "io_uring is not to be had here");
    return ioUring;
  }
}

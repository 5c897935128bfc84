package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;

/// A driver of handshakes and servers that do not want any. What it counts with one that does is tried by the command's
/// tests.
class HandshakeDriverTest {

  private static final LoadObserver PATIENT =
      new LoadObserver() {
        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public boolean pause(Duration time) {
          try {
            return never.await(time.toNanos(), TimeUnit.NANOSECONDS);
          } catch (InterruptedException e) {
            return true;
          }
        }

        @Override
        public void progress(String what) {}
      };

  private static ThrowableAssertAlternative<LoadException> assertThatItFails(
      int port, Duration duration) throws LoadException {
    HandshakePlan plan =
        new HandshakePlan(
            URI.create("https://127.0.0.1:" + port + "/"),
            1,
            false,
            Duration.ZERO,
            duration,
            Entrance.encrypted(null, null));
    return assertThatExceptionOfType(LoadException.class)
        .isThrownBy(() -> HandshakeDriver.run(plan, new ServerProcess.Unknown(), PATIENT));
  }

  private static ServerSocket server() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @Test
  void aServerThatNeverAnswersIsAFailureAndNoHandshakesASecond() throws Exception {
    try (ServerSocket silent = server()) {
      assertThatItFails(silent.getLocalPort(), Duration.ofMillis(200))
          .withMessageContaining("does not answer: no handshake for 0.");
    }
  }

  @Test
  void aServerThatEndsTheConnectionIsAFailureInWords() throws Exception {
    try (ServerSocket rude = server()) {
      Thread.ofVirtual()
          .start(() -> {
            try (Socket first = rude.accept()) {
              first.getInputStream().read();
              first.shutdownOutput();
              first.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
              // the driver has gone
            }
          });
      assertThatItFails(rude.getLocalPort(), Duration.ofSeconds(10))
          .withMessageContaining("failed: ")
          .withMessageNotContaining("null")
          .withMessageNotContaining("Exception");
    }
  }

  @Test
  void noServerIsAFailureInWords() throws Exception {
    int port;
    try (ServerSocket gone = server()) {
      port = gone.getLocalPort();
    }
    assertThatItFails(port, Duration.ofSeconds(10))
        .withMessageStartingWith("cannot connect to https://127.0.0.1:" + port);
  }
}

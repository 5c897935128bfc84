package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tocsin.fixtures.RecordedLogs;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUring;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopsTest {

  @BeforeEach
  void needsIoUring() {
    // First: it sets what Netty reads once, when IoUring is first asked.
    assertThat(Transport.IO_URING).isNotNull();
    assumeThat(IoUring.isAvailable()).isTrue();
  }

  private static IoHandlerFactory withoutRings(Transport transport) {
    return transport == Transport.IO_URING
        ? executor -> {
          throw new RuntimeException("Cannot allocate memory");
        }
        : transport.ioHandlerFactory(1);
  }

  @Test
  void takesAnotherTransportWhenThereIsNoRoomForARing() throws Exception {
    EventLoops loops = EventLoops.open(Transport.AUTO, 1, EventLoopsTest::withoutRings);
    loops.group().shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).sync();

    assertThat(loops.transport()).isEqualTo(Transport.withoutIoUring());
    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains("Cannot allocate memory", "io_uring cannot be used");
  }

  @Test
  void saysWhyTheOtherCannotBeUsedEither() {
    assertThatThrownBy(() ->
            EventLoops.open(
                Transport.AUTO,
                1,
                transport ->
                    executor -> {
                      throw new RuntimeException("Too many open files");
                    }))
        .isInstanceOf(StartFailedException.class)
        .hasMessage(
            "the transport %s does not work on this machine: Too many open files",
            Transport.withoutIoUring());
    assertThat(RecordedLogs.take()).hasSize(1);
  }

  @Test
  void saysWhyTheTransportThatIsAskedForCannotBeUsed() {
    assertThatThrownBy(() -> EventLoops.open(Transport.IO_URING, 1, EventLoopsTest::withoutRings))
        .isInstanceOf(StartFailedException.class)
        .hasMessage("the transport io_uring does not work on this machine: Cannot allocate memory");
  }

  /// What Netty says of an option when the kernel would not make the ring that it tried it with.
  @Test
  void saysWhyWhenAnOptionOfTheRingIsRefused() {
    assertThatThrownBy(() ->
            EventLoops.open(
                Transport.IO_URING,
                1,
                transport -> {
                  throw new UnsupportedOperationException("no such option");
                }))
        .isInstanceOf(StartFailedException.class)
        .hasMessage("the transport io_uring does not work on this machine: no such option");
  }
}

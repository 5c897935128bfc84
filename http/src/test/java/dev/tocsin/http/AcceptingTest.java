package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AcceptingTest {

  private final EmbeddedChannel socket = new EmbeddedChannel();
  private long nanos;
  private int reads;
  private boolean indebted;

  /// Counts how often the socket is asked for connections.
  private final class Reads extends ChannelOutboundHandlerAdapter {

    @Override
    public void read(ChannelHandlerContext ctx) {
      reads++;
    }
  }

  private void accept() {
    socket.freezeTime();
    socket.config().setAutoRead(false);
    socket
        .pipeline()
        .addLast(new Reads(), new Accepting(new LoopTasks(socket.eventLoop()), () -> indebted));
  }

  @AfterEach
  void close() {
    socket.close();
  }

  @SuppressWarnings("deprecation") // what it overrides
  private RecvByteBufAllocator.ExtendedHandle round() {
    RecvByteBufAllocator.Handle handle = new Accepting.Rounds(() -> nanos).newHandle();
    handle.reset(socket.config());
    return (RecvByteBufAllocator.ExtendedHandle) handle;
  }

  @Test
  void aRoundEndsWhenItsTimeIsOver() {
    RecvByteBufAllocator.ExtendedHandle round = round();
    round.incMessagesRead(1);
    assertThat(round.continueReading()).isTrue();

    nanos += Accepting.ROUND_NANOS;

    assertThat(round.continueReading()).isFalse();
    assertThat(round.continueReading(() -> true)).isFalse();
    round.reset(socket.config());
    assertThat(round.continueReading()).isTrue();
  }

  @Test
  void aRoundEndsAfterManyConnectionsWhateverTheTime() {
    RecvByteBufAllocator.ExtendedHandle round = round();
    for (int i = 0; i < 255; i++) {
      round.incMessagesRead(1);
    }
    assertThat(round.continueReading()).isTrue();

    round.incMessagesRead(1);

    assertThat(round.continueReading()).isFalse();
  }

  @Test
  void theNextRoundBeginsBehindWhatTheLoopHasToDo() {
    accept();
    assertThat(reads).isEqualTo(1);

    socket.pipeline().fireChannelReadComplete();
    assertThat(reads).isEqualTo(1);
    socket.runScheduledPendingTasks();

    assertThat(reads).isEqualTo(2);
  }

  @Test
  void whenSomebodyInDebtHasKnockedTheNextRoundIsLater() {
    accept();
    indebted = true;
    socket.pipeline().fireChannelReadComplete();
    socket.advanceTimeBy(Accepting.PAUSE_MILLIS - 1, TimeUnit.MILLISECONDS);
    socket.runScheduledPendingTasks();
    assertThat(reads).isEqualTo(1);

    socket.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    socket.runScheduledPendingTasks();

    assertThat(reads).isEqualTo(2);
  }

  @Test
  void whileAcceptingFailsItIsTriedOnceASecondAndToldOnce() {
    accept();
    for (int i = 0; i < 3; i++) {
      socket.pipeline().fireChannelReadComplete();
      socket.pipeline().fireExceptionCaught(new IOException("Too many open files"));
    }
    socket.runScheduledPendingTasks();
    assertThat(reads).isEqualTo(1);
    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains("Too many open files")
        .contains("connections cannot be accepted");

    socket.advanceTimeBy(1, TimeUnit.SECONDS);
    socket.runScheduledPendingTasks();

    assertThat(reads).isEqualTo(2);
  }

  @Test
  void oneQuestionIsAnsweredWithOneConnection() throws StartFailedException {
    assertThat(Transport.AUTO.resolved()).isNotNull();
    if (IoUring.isAvailable()) {
      assertThat(IoUring.isAcceptMultishotEnabled()).isFalse();
    }
  }
}

package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import io.nats.client.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who writes the record of the epoch, on a real server.
@Timeout(120)
class EpochVoucherTest extends OnOwnServer {

  private Connection nats;
  private EpochBucket bucket;

  /// A gateway, as far as it vouches.
  private final class Gateway {
    private final Delivery delivery = new Delivery("epoch", 0);
    private final ForeignParts foreign = new ForeignParts();
    private final EpochVoucher voucher = new EpochVoucher(bucket, delivery, foreign);

    void deliver(long sequence) {
      delivery.events(
          List.of(new LoggedEvent(sequence, SampleEvents.event("a.a"))),
          EventCodec.body(SampleEvents.event("a.a")));
    }

    boolean look() {
      return Logs.await(voucher.look(record()));
    }
  }

  @BeforeEach
  void start() throws Exception {
    nats = connect();
    bucket = new EpochBucket(TestSettings.of(servers, "log").build(), new JetStreamApi(nats));
    assertThat(Logs.await(bucket.create())).isInstanceOf(JetStreamApi.Answer.Done.class);
    assertThat(Logs.await(bucket.put(new EpochRecord("epoch", "created", 0, "", List.of(), 0))))
        .isInstanceOf(JetStreamApi.Answer.Done.class);
  }

  private EpochRecord record() {
    return ((EpochBucket.Content.Found) Logs.await(bucket.read())).epoch();
  }

  @Test
  void eachLookBringsTheRecordToTheNewestEvent() {
    Gateway gateway = new Gateway();

    for (long sequence = 1; sequence <= 3; sequence++) {
      gateway.deliver(sequence);

      assertThat(gateway.look()).isTrue();
      assertThat(record().sequence()).isEqualTo(sequence);
      assertThat(record().digest())
          .isEqualTo(new Witness(1, EventCodec.body(SampleEvents.event("a.a"))).digest());
      assertThat(record().epoch()).isEqualTo("epoch");
    }
  }

  @Test
  void nothingIsWrittenWithoutANewerEvent() {
    Gateway gateway = new Gateway();
    assertThat(gateway.look()).isFalse();
    gateway.deliver(1);
    assertThat(gateway.look()).isTrue();
    long revision = record().revision();

    assertThat(gateway.look()).isFalse();
    assertThat(record().revision()).isEqualTo(revision);
  }

  @Test
  void ofManyGatewaysOneWrites() {
    Gateway one = new Gateway();
    Gateway other = new Gateway();
    one.deliver(1);
    assertThat(one.look()).isTrue();
    assertThat(other.look()).isFalse();

    for (long sequence = 2; sequence <= 5; sequence++) {
      one.deliver(sequence);
      other.deliver(sequence);

      assertThat(one.look()).isTrue();
      assertThat(other.look()).isFalse();
    }
  }

  @Test
  void anotherWritesWhenTheOneHasEnded() {
    Gateway one = new Gateway();
    Gateway other = new Gateway();
    one.deliver(1);
    other.deliver(1);
    assertThat(one.look()).isTrue();
    assertThat(other.look()).isFalse();

    other.deliver(2);
    assertThat(other.look()).isTrue();
    assertThat(record().sequence()).isEqualTo(2);
    assertThat(other.look()).isFalse();
  }

  @Test
  void whoWasSlowerGivesWay() {
    Gateway one = new Gateway();
    Gateway other = new Gateway();
    one.deliver(2);
    other.deliver(3);
    EpochRecord seenByBoth = record();

    assertThat(Logs.await(one.voucher.look(seenByBoth))).isTrue();
    assertThat(Logs.await(other.voucher.look(seenByBoth))).isFalse();

    assertThat(record().sequence()).isEqualTo(2);
    assertThat(other.look()).isFalse();
    assertThat(other.look()).isTrue();
    assertThat(record().sequence()).isEqualTo(3);
  }
}

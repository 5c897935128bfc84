package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Rejection;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuotasTest {

  private final AtomicLong now = new AtomicLong();
  private final Quotas quotas = new Quotas(now::get);

  private static Access access(Long connections, Long publishes, Long bytes) {
    return new Access("a", Rights.ALL, new Limits(connections, publishes, bytes), null);
  }

  private void pass(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void letsThroughASecondsWorthAndThenSoManyASecond() {
    Access five = access(null, 5L, null);
    for (int i = 0; i < 5; i++) {
      assertThat(quotas.publish(five, 1_000_000)).isNull();
    }
    Rejection refused = Objects.requireNonNull(quotas.publish(five, 1));
    assertThat(refused.retryMillis()).isEqualTo(200);
    pass(199);
    assertThat(quotas.publish(five, 1)).isNotNull();
    pass(1);
    assertThat(quotas.publish(five, 1)).isNull();
    assertThat(quotas.publish(five, 1)).isNotNull();
    pass(3_600_000);
    for (int i = 0; i < 5; i++) {
      assertThat(quotas.publish(five, 1)).isNull();
    }
    assertThat(quotas.publish(five, 1)).as("a second's worth at the most").isNotNull();
  }

  @Test
  void whatIsLargerThanASecondsWorthIsMadeUpFor() {
    Access slow = access(null, null, 1_000L);
    assertThat(quotas.publish(slow, 5_000)).isNull();
    assertThat(quotas.waitMillis(slow)).isEqualTo(4_001);
    pass(4_001);
    assertThat(quotas.publish(slow, 1)).isNull();
  }

  @Test
  void whatOnePublishBecomesIsMadeUpFor() {
    Access two = access(null, 2L, null);
    assertThat(quotas.publish(two, 1)).isNull();
    quotas.countMore(two, 4);
    assertThat(Objects.requireNonNull(quotas.publish(two, 1)).retryMillis()).isEqualTo(2_000);
    pass(2_000);
    assertThat(quotas.publish(two, 1)).isNull();
    quotas.countMore(access(null, null, null), 4);
  }

  @Test
  void otherLimitsBeginAnew() {
    assertThat(quotas.publish(access(null, 1L, null), 1)).isNull();
    assertThat(quotas.publish(access(null, 1L, null), 1)).isNotNull();
    assertThat(quotas.publish(access(null, 2L, null), 1)).isNull();
  }

  @Test
  void howeverManyPublishEachPaysForFewOfTheOthers() {
    AtomicLong looks = new AtomicLong();
    Quotas many =
        new Quotas(() -> {
          looks.incrementAndGet();
          return 0;
        });
    int principals = Quotas.MAX_IDLE + 1_000;
    Limits five = new Limits(null, 5L, null);

    for (int i = 0; i < principals; i++) {
      assertThat(many.publish(new Access("p" + i, Rights.ALL, five, null), 1)).isNull();
    }

    assertThat(looks).hasValueLessThan(10L * principals);
  }

  @Test
  void bucketsThatAreFullAreForgotten() {
    Limits five = new Limits(null, 5L, null);
    for (int i = 0; i <= Quotas.MAX_IDLE; i++) {
      quotas.publish(new Access("p" + i, Rights.ALL, five, null), 1);
    }
    pass(1_000);

    quotas.publish(new Access("another", Rights.ALL, five, null), 1);

    assertThat(quotas.buckets()).isEqualTo(1);
  }

  @Test
  void countsConnections() {
    Access two = access(2L, null, null);
    assertThat(quotas.connect(two)).isTrue();
    assertThat(quotas.connect(two)).isTrue();
    assertThat(quotas.connect(two)).isFalse();
    quotas.disconnect("a");
    assertThat(quotas.connect(two)).isTrue();
    assertThat(quotas.connect(two)).isFalse();
    quotas.disconnect("a");
    quotas.disconnect("a");
    assertThat(quotas.connect(access(1L, null, null))).isTrue();
  }

  @Test
  void whoHasNoLimitsIsNeverRefused() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(quotas.publish(Access.ANYONE, 1 << 16)).isNull();
      assertThat(quotas.connect(Access.ANYONE)).isTrue();
    }
  }

  @Test
  void remembersAnAddressThatFailsForAMinute() {
    FailedAttempts attempts = new FailedAttempts(now::get);
    for (int i = 0; i < FailedAttempts.MAX_PER_MINUTE; i++) {
      assertThat(attempts.note(null)).isZero();
    }
    assertThat(attempts.note(null)).isBetween(59_000L, 60_001L);
    pass(60_000);
    assertThat(attempts.note(null)).isZero();
  }

  @Test
  void aTicketIsTooOldAfterHalfAMinute() {
    Tickets tickets = new Tickets(now::get);
    String young = tickets.issue(dev.tocsin.hub.Pass.ANYONE).orElseThrow();
    pass(29_999);
    String younger = tickets.issue(dev.tocsin.hub.Pass.ANYONE).orElseThrow();
    assertThat(tickets.redeem(young)).isPresent();
    assertThat(tickets.redeem(young)).isEmpty();
    pass(30_000);
    assertThat(tickets.redeem(younger)).isEmpty();
    assertThat(tickets.redeem("x")).isEmpty();
  }
}

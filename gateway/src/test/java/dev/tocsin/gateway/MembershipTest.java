package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Access;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.Rights;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MembershipTest {

  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  private final AtomicReference<@Nullable Access> worth = new AtomicReference<>();
  private final Pass pass = () -> Optional.ofNullable(worth.get());

  private static Access access(String name, Rights rights, @Nullable Instant expires) {
    return new Access(name, rights, Limits.NONE, expires);
  }

  private Membership member(Access access) {
    worth.set(access);
    return new Membership(pass, access, NOW);
  }

  private static Instant in(long seconds) {
    return NOW.plusSeconds(seconds);
  }

  @ParameterizedTest
  @CsvSource({"3600, 3540", "90, 30", "60, 0", "58, 29", "10, 5"})
  void theEndIsSaidAMinuteBeforeOrAtHalfOfAShorterLifeAndOnce(long end, long notice) {
    Membership member = member(access("a", Rights.ALL, in(end)));

    assertThat(member.takeNotice(in(notice - 1))).isEmpty();
    assertThat(member.takeNotice(in(notice))).contains(in(end));
    assertThat(member.takeNotice(in(notice))).isEmpty();
    assertThat(member.takeNotice(in(end))).isEmpty();
  }

  @Test
  void whatHasNoEndHasNothingToSay() {
    assertThat(member(access("a", Rights.ALL, null)).takeNotice(NOW.plus(Duration.ofDays(9_999))))
        .isEmpty();
  }

  @Test
  void anotherEndIsSaidAnew() {
    Membership member = member(access("a", Rights.ALL, in(10)));
    assertThat(member.takeNotice(in(5))).isPresent();

    member.renew(pass, access("a", Rights.ALL, in(25)), in(5));
    assertThat(member.takeNotice(in(14))).isEmpty();
    assertThat(member.takeNotice(in(15))).contains(in(25));
  }

  @Test
  void anEndThatHasMovedWithoutARenewalIsSaidAnewAndIsNoChangeOfRights() {
    Membership member = member(access("a", Rights.ALL, in(10)));
    assertThat(member.takeNotice(in(5))).isPresent();
    worth.set(access("a", Rights.ALL, in(25)));

    assertThat(member.look(in(5))).isEmpty();
    assertThat(member.access().expires()).isEqualTo(in(25));
    assertThat(member.takeNotice(in(15))).contains(in(25));
  }

  @Test
  void otherRightsAreAChangeOnce() {
    Membership member = member(access("a", Rights.ALL, null));
    assertThat(member.look(NOW)).isEmpty();
    Access less = access("a", Rights.NONE, null);
    worth.set(less);

    assertThat(member.look(NOW)).contains(new Membership.Change.Other(less));
    assertThat(member.access()).isEqualTo(less);
    assertThat(member.look(NOW)).isEmpty();
  }

  @Test
  void whatIsWorthNothingOrHasBecomeAnothersHasEnded() {
    Membership revoked = member(access("a", Rights.ALL, null));
    worth.set(null);
    assertThat(revoked.look(NOW)).contains(new Membership.Change.Ended());

    Membership given = member(access("a", Rights.ALL, null));
    worth.set(access("b", Rights.ALL, null));
    assertThat(given.look(NOW)).contains(new Membership.Change.Ended());
    assertThat(given.access().name()).isEqualTo("a");
  }
}

package dev.tocsin.gateway;

import dev.tocsin.hub.Access;
import dev.tocsin.hub.Pass;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// As whom a WebSocket or a stream was let in, and what that is worth as time goes on. Belongs to the event loop.
final class Membership {

  private Pass pass;
  private Access access;

  /// When to say that it ends soon; `null` when there is nothing more to say.
  private @Nullable Instant noticeAt;

  /// What has become of the rights of a client.
  sealed interface Change {

    /// They are other ones.
    record Other(Access access) implements Change {}

    /// They have expired, or were revoked.
    record Ended() implements Change {}
  }

  Membership(Pass pass, Access access, Instant now) {
    this.pass = pass;
    this.access = access;
    this.noticeAt = noticeAt(now);
  }

  /// What is granted, as of the last look.
  Access access() {
    return access;
  }

  /// The same principal has presented something newer.
  void renew(Pass newer, Access granted, Instant now) {
    pass = newer;
    access = granted;
    noticeAt = noticeAt(now);
  }

  /// Looks whether the rights are still what they were. Cheap.
  Optional<Change> look(Instant now) {
    Access found = pass.access().orElse(null);
    if (Objects.equals(found, access)) {
      return Optional.empty();
    }
    if (found == null || !found.name().equals(access.name())) {
      return Optional.of(new Change.Ended());
    }
    boolean isSame = found.rights().equals(access.rights());
    renew(pass, found, now);
    return isSame ? Optional.empty() : Optional.of(new Change.Other(found));
  }

  /// When it ends, if that has to be said now. It is said once.
  Optional<Instant> takeNotice(Instant now) {
    if (noticeAt == null || now.isBefore(noticeAt)) {
      return Optional.empty();
    }
    noticeAt = null;
    return Optional.ofNullable(access.expires());
  }

  private @Nullable Instant noticeAt(Instant now) {
    Instant end = access.expires();
    if (end == null) {
      return null;
    }
    Duration life = Duration.between(now, end);
    boolean isShort = life.compareTo(Limits.EXPIRY_NOTICE) < 0;
    return end.minus(isShort ? life.dividedBy(2) : Limits.EXPIRY_NOTICE);
  }
}

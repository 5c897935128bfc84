package dev.tocsin.access;

import dev.tocsin.hub.Access;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.Rights;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The pass of somebody whose rights may hang on roles: they are looked up again when the roles have changed.
final class RolePass implements Pass {

  // immutable
  private final String name;
  private final @Nullable Instant expires;
  private final @Nullable Instant end;
  private final Supplier<Roles> roles;
  private final Function<Roles, Rights> rights;
  private final BooleanSupplier isGood;
  private final InstantSource clock;

  // written by any thread: all of them would write the same
  private volatile Known known;

  /// What it is worth with certain roles.
  private record Known(Roles roles, Optional<Access> access) {}

  /// A pass.
  ///
  /// @param expires what it says of its end
  /// @param end from when on it is worth nothing, which leaves room for a clock that is wrong; `null` for never
  /// @param rights what is granted where these are the roles
  /// @param isGood whether what it is built on still counts, asked each time
  RolePass(
      String name,
      @Nullable Instant expires,
      @Nullable Instant end,
      Supplier<Roles> roles,
      Function<Roles, Rights> rights,
      BooleanSupplier isGood,
      InstantSource clock) {
    this.name = name;
    this.expires = expires;
    this.end = end;
    this.roles = roles;
    this.rights = rights;
    this.isGood = isGood;
    this.clock = clock;
    this.known = known(roles.get());
  }

  private Known known(Roles now) {
    return new Known(now, Optional.of(new Access(name, rights.apply(now), Limits.NONE, expires)));
  }

  // The roles of a file are the same object until it has changed.
  @SuppressWarnings("ReferenceEquality")
  @Override
  public Optional<Access> access() {
    boolean hasEnded = end != null && !clock.instant().isBefore(end);
    if (hasEnded || !isGood.getAsBoolean()) {
      return Optional.empty();
    }
    Known last = known;
    Roles now = roles.get();
    if (last.roles != now) {
      Known next = known(now);
      // Other roles that grant the same change nothing.
      last = next.access.equals(last.access) ? new Known(now, last.access) : next;
      known = last;
    }
    return last.access;
  }
}

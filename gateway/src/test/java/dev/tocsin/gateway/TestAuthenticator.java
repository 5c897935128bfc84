package dev.tocsin.gateway;

import dev.tocsin.events.Where;
import dev.tocsin.http.AddressRules;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator;
import dev.tocsin.hub.Credential;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.Rights;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Knows who somebody is by a token, and changes its mind when a test wants it to.
final class TestAuthenticator implements Authenticator {

  /// A token of somebody who may do anything.
  static final String ROOT = "root-token";

  private final Map<String, Access> known = new ConcurrentHashMap<>();

  /// Completes only when a test wants it to, where there is one.
  @Nullable CompletableFuture<Void> gate;

  TestAuthenticator() {
    let(ROOT, new Access("root", Rights.ALL, Limits.NONE, null));
  }

  /// The settings of a server that asks it.
  static AccessSettings settings(Authenticator authenticator) {
    return new AccessSettings(authenticator, false, AddressRules.NONE, null, Audit.NONE);
  }

  /// From now on a token is worth this.
  void let(String token, Access access) {
    known.put(token, access);
  }

  void let(String token, String name, Rights rights) {
    let(token, new Access(name, rights, Limits.NONE, null));
  }

  void let(String token, String name, Rights rights, Instant expires) {
    let(token, new Access(name, rights, Limits.NONE, expires));
  }

  /// From now on it is worth nothing.
  void revoke(String token) {
    known.remove(token);
  }

  /// May read so much, and publish and manage nothing.
  static Rights reader(Grants.Grant... grants) {
    return new Rights(new Grants(List.of(grants)), new Grants(List.of()), Set.of());
  }

  /// @param where `null` for everything; with single quotes
  static Grants.Grant grant(@Nullable String where, String... patterns) {
    return new Grants.Grant(
        Arrays.stream(patterns).map(EventPattern::of).toList(),
        where == null ? null : Where.of(where.replace('\'', '"')));
  }

  @Override
  public CompletionStage<Outcome> authenticate(Credential credential) {
    Outcome outcome = outcome(credential);
    return gate == null
        ? CompletableFuture.completedFuture(outcome)
        : gate.thenApply(opened -> outcome);
  }

  private Outcome outcome(Credential credential) {
    if (!(credential instanceof Credential.Token(String token)) || !known.containsKey(token)) {
      return new Outcome.Refused("it is unknown");
    }
    if (token.equals("unavailable")) {
      return new Outcome.Unavailable("the test wants it");
    }
    Pass pass = () -> Optional.ofNullable(known.get(token));
    return new Outcome.Accepted(pass);
  }
}

package dev.tocsin.access;

import dev.tocsin.hub.Authenticator.Outcome;
import dev.tocsin.hub.Rights;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Judges signed tokens (JWT, RFC 7519). Safe for any thread; the work is done by an executor, never by the caller.
///
/// The signature is looked at first, and the claims only when it is good. A token whose `kid` is unknown waits, without a
/// thread, until the issuer's keys were fetched again.
final class JwtVerifier {

  /// How many tokens may be under way: waiting for a thread, or for keys.
  static final int MAX_UNDER_WAY = 1_024;

  private static final Logger LOG = LoggerFactory.getLogger(JwtVerifier.class);

  private final JwtSettings settings;
  private final KeySource source;
  private final Supplier<Roles> roles;
  private final Executor executor;
  private final InstantSource clock;
  private final Semaphore room = new Semaphore(MAX_UNDER_WAY);

  JwtVerifier(
      JwtSettings settings,
      KeySource source,
      Supplier<Roles> roles,
      Executor executor,
      InstantSource clock) {
    this.settings = settings;
    this.source = source;
    this.roles = roles;
    this.executor = executor;
    this.clock = clock;
  }

  /// Judges a token.
  ///
  /// @return completes with [Outcome.Unavailable] when too many are under way, or there are no keys yet
  CompletionStage<Outcome> verify(String text) {
    if (!room.tryAcquire()) {
      return CompletableFuture.completedFuture(
          new Outcome.Unavailable("too many tokens are being verified"));
    }
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    outcome.whenComplete((done, failure) -> room.release());
    execute(
        outcome,
        () -> {
          try {
            verify(SignedToken.read(text), outcome, false);
          } catch (RefusedTokenException e) {
            outcome.complete(new Outcome.Refused(String.valueOf(e.getMessage())));
          }
        });
    return outcome;
  }

  private void execute(CompletableFuture<Outcome> outcome, Runnable task) {
    try {
      executor.execute(() -> {
        try {
          task.run();
        } catch (RuntimeException | Error e) {
          // A fault of ours. Without the exception's message, which might hold a part of the token.
          LOG.atError().addKeyValue("exception", e.getClass().getName()).log("a token failed");
          outcome.complete(new Outcome.Refused("the token cannot be verified"));
        }
      });
    } catch (RejectedExecutionException e) {
      outcome.complete(new Outcome.Unavailable("too many tokens are being verified"));
    }
  }

  private void verify(SignedToken token, CompletableFuture<Outcome> outcome, boolean hasWaited)
      throws RefusedTokenException {
    KeySet keys = source.keys();
    if (keys == null) {
      if (hasWaited) {
        outcome.complete(new Outcome.Unavailable("there are no keys for tokens yet"));
      } else {
        wait(token, outcome, source.first());
      }
      return;
    }
    VerificationKey key = keyOf(token, keys);
    if (key != null) {
      outcome.complete(new Outcome.Accepted(pass(token, key)));
      return;
    }
    String id = token.keyId();
    boolean isUnknown = id != null && !keys.knows(id);
    if (isUnknown && !hasWaited) {
      wait(token, outcome, source.again());
      return;
    }
    throw new RefusedTokenException(
        isUnknown
            ? "the token's kid is unknown"
            : "the token's signature is of no key that is made for its alg");
  }

  private void wait(
      SignedToken token, CompletableFuture<Outcome> outcome, CompletableFuture<Boolean> keys) {
    keys.whenComplete((changed, failure) ->
        execute(
            outcome,
            () -> {
              try {
                verify(token, outcome, true);
              } catch (RefusedTokenException e) {
                outcome.complete(new Outcome.Refused(String.valueOf(e.getMessage())));
              }
            }));
  }

  private @Nullable VerificationKey keyOf(SignedToken token, KeySet keys) {
    for (VerificationKey key : keys.candidates(token.keyId(), token.algorithm(), clock.instant())) {
      if (key.hasSigned(token.signed(), token.signature(), token.algorithm())) {
        return key;
      }
    }
    return null;
  }

  /// From when on a token is worth nothing. The leeway is for clocks that differ where it is shown; whoever was let in before
  /// its end knows when that comes.
  private Instant end(Claims claims) {
    Instant end = claims.expires();
    return clock.instant().isBefore(end) ? end : end.plus(Claims.LEEWAY);
  }

  private RolePass pass(SignedToken token, VerificationKey key) throws RefusedTokenException {
    Claims claims = Claims.read(token.claims(), settings, clock.instant());
    Rights own = claims.rights();
    return new RolePass(
        claims.name(),
        claims.expires(),
        end(claims),
        roles,
        now -> own == null ? now.of(claims.roles()) : own,
        () -> isKnown(key),
        clock);
  }

  private boolean isKnown(VerificationKey key) {
    KeySet keys = source.keys();
    Instant now = clock.instant();
    return keys != null && keys.contains(key) && key.isCurrent(now);
  }
}

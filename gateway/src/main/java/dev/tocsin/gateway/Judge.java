package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Connections;
import dev.tocsin.http.LoopTasks;
import dev.tocsin.http.Sender;
import dev.tocsin.http.SparseLog;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator;
import dev.tocsin.hub.Credential;
import dev.tocsin.hub.Pass;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Finds out on an event loop what a credential is worth, however it was presented, and counts and notes it.
///
/// Whatever is wrong with one, that is found after the same time, and the reason is for the operator alone. Belongs to the
/// event loop.
final class Judge {

  /// What somebody is told whose credential cannot be judged.
  static final String CANNOT_BE_JUDGED = "Credentials cannot be checked at the moment";

  /// How long it takes to refuse one: longer than any check.
  private static final long REFUSAL_MILLIS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Judge.class);

  private final AccessControl control;
  private final AuditTrail trail;
  private final Connections connections;
  private final LoopTasks tasks;
  private final SparseLog refused = new SparseLog(LOG, Level.INFO, "credential refused");

  /// What became of a credential.
  sealed interface Finding {

    /// It is good.
    ///
    /// @param access what it is worth now
    record Known(Pass pass, Access access) implements Finding {}

    /// It is not.
    ///
    /// @param retryMillis how long others from the same address are turned away as well; 0 when they are not
    record Bad(long retryMillis) implements Finding {

      /// What the client is told, on whatever way it has presented it.
      Rejection rejection() {
        return retryMillis == 0
            ? new Rejection(ErrorCode.UNAUTHENTICATED, Door.UNAUTHENTICATED)
            : Rejection.rateLimited(Door.TOO_MANY_BAD, retryMillis);
      }
    }

    /// It cannot be judged at the moment.
    record Unjudged() implements Finding {}
  }

  Judge(AccessControl control, AuditTrail trail, Connections connections) {
    this.control = control;
    this.trail = trail;
    this.connections = connections;
    this.tasks = connections.tasks();
  }

  /// Judges a credential.
  ///
  /// @param then told what became of it, on the event loop, once; at once where that is possible
  void judge(Credential credential, Sender sender, Consumer<Finding> then) {
    Authenticator authenticator = control.authenticator();
    if (authenticator == null) {
      then.accept(new Finding.Known(Pass.ANYONE, Access.ANYONE));
      return;
    }
    long begin = connections.nowMillis();
    CompletableFuture<Authenticator.Outcome> outcome =
        authenticator.authenticate(credential).toCompletableFuture();
    if (outcome.isDone() && !outcome.isCompletedExceptionally()) {
      judged(outcome.join(), sender, begin, then);
    } else {
      outcome.whenComplete((known, failure) ->
          tasks.execute(() -> {
            if (known == null) {
              control.authentications().noteUnavailable();
              LOG.atError().setCause(failure).log("a credential could not be judged");
              then.accept(new Finding.Unjudged());
            } else {
              judged(known, sender, begin, then);
            }
          }));
    }
  }

  private void judged(
      Authenticator.Outcome outcome, Sender sender, long begin, Consumer<Finding> then) {
    switch (outcome) {
      case Authenticator.Outcome.Accepted(Pass pass) ->
          pass.access()
              .ifPresentOrElse(
                  access -> let(pass, access, sender, null, then),
                  () -> refuse("it has just ended", sender, begin, then));
      case Authenticator.Outcome.Refused(String reason) -> refuse(reason, sender, begin, then);
      case Authenticator.Outcome.Unavailable(String reason) -> {
        control.authentications().noteUnavailable();
        refused.note("cannot be judged: " + reason);
        then.accept(new Finding.Unjudged());
      }
    }
  }

  /// Takes a ticket for the credential with which it was made.
  ///
  /// @param then as with a credential
  void redeem(String ticket, Sender sender, Consumer<Finding> then) {
    long begin = connections.nowMillis();
    Optional<Pass> pass = control.tickets().redeem(ticket);
    Optional<Access> access = pass.flatMap(Pass::access);
    if (access.isPresent()) {
      let(pass.get(), access.get(), sender, "a ticket", then);
    } else {
      refuse("a ticket that is unknown, used or too old", sender, begin, then);
    }
  }

  /// @param by what was presented, where that is worth telling
  private void let(
      Pass pass, Access access, Sender sender, @Nullable String by, Consumer<Finding> then) {
    control.authentications().noteAccepted();
    trail.note(Audit.What.CREDENTIAL_ACCEPTED, access.name(), sender, by);
    then.accept(new Finding.Known(pass, access));
  }

  /// Refuses what is no credential at all.
  ///
  /// @param reason for the operator alone
  /// @param then as with a credential
  void refuse(String reason, Sender sender, Consumer<Finding> then) {
    refuse(reason, sender, connections.nowMillis(), then);
  }

  private void refuse(String reason, Sender sender, long begin, Consumer<Finding> then) {
    control.authentications().noteRefused();
    long retryMillis = control.failures().note(sender.address());
    refused.note(sender.text() + ": " + reason);
    trail.note(Audit.What.CREDENTIAL_REFUSED, null, sender, reason);
    if (retryMillis > 0) {
      then.accept(new Finding.Bad(retryMillis));
      return;
    }
    long rest = begin + REFUSAL_MILLIS - connections.nowMillis();
    tasks.after(() -> then.accept(new Finding.Bad(0)), Math.max(0, rest), TimeUnit.MILLISECONDS);
  }
}

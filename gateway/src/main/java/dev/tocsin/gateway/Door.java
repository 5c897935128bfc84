package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Connections;
import dev.tocsin.http.Doorkeeper;
import dev.tocsin.http.LoopTasks;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import dev.tocsin.http.Right;
import dev.tocsin.http.Sender;
import dev.tocsin.http.SparseLog;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Authenticator;
import dev.tocsin.hub.Credential;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.PatternWarning;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Where everyone who comes to an event loop is asked who he is: with the head of a request, or in a message of a WebSocket.
///
/// Whatever is wrong with a credential, the answer is the same sentence after the same time; the reason is for the operator
/// alone. Belongs to the event loop.
final class Door implements Doorkeeper {

  /// Any good credential will do.
  static final Right ANY = new Right("a credential");

  /// To connect, and to say only then who one is.
  static final Right CONNECT = new Right("connect");

  /// To see how the hub fares.
  static final Right METRICS = new Right("metrics");

  /// What everybody is told whose credential is missing or not good.
  static final String UNAUTHENTICATED =
      "This takes a valid credential: an API key or a token, as 'Authorization: Bearer …'";

  /// What somebody is told who may do nothing here.
  static final String FORBIDDEN = "This credential does not allow it";

  /// What somebody is told who has as many connections as he may.
  static final String TOO_MANY_CONNECTIONS =
      "This credential has as many connections open as it may";

  /// How long the answer to a bad credential takes: longer than any check of one.
  private static final long REFUSAL_MILLIS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  private final AccessControl control;
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
    record Bad(long retryMillis) implements Finding {}

    /// It cannot be judged at the moment.
    record Unjudged() implements Finding {}
  }

  Door(AccessControl control, Connections connections) {
    this.control = control;
    this.connections = connections;
    this.tasks = connections.tasks();
  }

  /// Whether anyone may do anything.
  boolean isOpen() {
    return control.authenticator() == null;
  }

  @Override
  public Set<String> parameters() {
    return Set.of(Presented.TICKET);
  }

  @Override
  public @Nullable Problem fault(Collection<String> names, Collection<String> values) {
    return Presented.isLeaking(names, values)
        ? Problem.invalidQuery(
            "A key or token must not stand in a URL, which is written down in many places: what was"
                + " sent counts as leaked, so revoke it. Send it as 'Authorization: Bearer …', or"
                + " get a ticket with POST /api/v1/tickets")
        : null;
  }

  @Override
  public CompletionStage<Verdict> admit(Knock knock) {
    Sender sender = knock.connection().sender(knock.head());
    if (isOpen() || knock.right().equals(Right.NONE)) {
      return admitted(new Visitor(Pass.ANYONE, sender));
    }
    Presented presented = Presented.by(knock, sender, control.settings().proxyHeaders());
    if (knock.right().equals(CONNECT) && presented instanceof Presented.Nothing) {
      return admitted(new Visitor(null, sender));
    }
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    Consumer<Finding> judged = finding -> verdict.complete(verdict(finding, knock.right(), sender));
    switch (presented) {
      case Presented.Nothing nothing -> verdict.complete(new Verdict.Denied(unauthenticated()));
      case Presented.Garbled garbled -> refuse(garbled.reason(), sender, judged);
      case Presented.OneTime ticket ->
          redeem(
              ticket.ticket(),
              sender,
              finding -> {
                // A page that came with a bad one reads the reason in a close frame, and cannot in
                // an answer to its upgrade.
                if (finding instanceof Finding.Bad && knock.right().equals(CONNECT)) {
                  verdict.complete(new Verdict.Admitted(new Visitor(Optional::empty, sender)));
                } else {
                  judged.accept(finding);
                }
              });
      case Presented.Shown shown -> judge(shown.credential(), sender, judged);
    }
    return verdict;
  }

  private static CompletionStage<Verdict> admitted(Visitor visitor) {
    return CompletableFuture.completedFuture(new Verdict.Admitted(visitor));
  }

  private Verdict verdict(Finding finding, Right right, Sender sender) {
    return switch (finding) {
      case Finding.Known known ->
          allows(known.access(), right)
              ? new Verdict.Admitted(new Visitor(known.pass(), sender))
              : new Verdict.Denied(Response.problem(Problem.forbidden(FORBIDDEN)));
      case Finding.Bad bad ->
          new Verdict.Denied(
              bad.retryMillis() == 0 ? unauthenticated() : tooMany(bad.retryMillis()));
      case Finding.Unjudged unjudged ->
          new Verdict.Denied(
              Response.problem(Problem.unavailable("Credentials cannot be checked at the moment")));
    };
  }

  /// The answer to a credential that is missing, not good or not good any more.
  static Response unauthenticated() {
    return Response.problem(Problem.unauthenticated(UNAUTHENTICATED))
        .with("WWW-Authenticate", "Bearer");
  }

  private static Response tooMany(long retryMillis) {
    return Response.problem(
            Problem.rateLimited("Too many bad credentials have come from this address"))
        .with("Retry-After", String.valueOf((retryMillis + 999) / 1_000));
  }

  private static boolean allows(Access access, Right right) {
    if (right.equals(METRICS)) {
      return access.rights().manage().contains(METRICS.name());
    }
    return !right.equals(CONNECT) || mayConnect(access);
  }

  /// Whether there is anything that somebody could do with a WebSocket.
  static boolean mayConnect(Access access) {
    return isSomething(access.rights().subscribe()) || isSomething(access.rights().publish());
  }

  private static boolean isSomething(@Nullable Grants grants) {
    return grants == null || !grants.grants().isEmpty();
  }

  /// What the principals have used up.
  Quotas quotas() {
    return control.quotas();
  }

  /// The answer to somebody who has as many connections as he may.
  static Response tooManyConnections() {
    return Response.problem(Problem.rateLimited(TOO_MANY_CONNECTIONS)).with("Retry-After", "1");
  }

  /// Notes what is to be known later.
  void note(Audit.What what, @Nullable String name, Sender sender, @Nullable String reason) {
    control.settings().audit().note(new Audit.Entry(what, name, sender.text(), reason, List.of()));
  }

  /// Notes that an event was refused, if it was for want of a right.
  void noteRefused(Access access, Sender sender, Rejection rejection) {
    if (rejection.code() == ErrorCode.FORBIDDEN) {
      note(Audit.What.PUBLISH_DENIED, access.name(), sender, rejection.message());
    }
  }

  /// Notes of which patterns nothing may be read, if there are any.
  void noteDenied(Access access, Sender sender, List<PatternWarning> warnings) {
    List<String> denied =
        warnings.stream()
            .filter(warning -> warning.code() == PatternWarning.Code.DENIED)
            .map(PatternWarning::pattern)
            .toList();
    if (!denied.isEmpty()) {
      control
          .settings()
          .audit()
          .note(
              new Audit.Entry(
                  Audit.What.SUBSCRIPTION_DENIED, access.name(), sender.text(), null, denied));
    }
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

  private void redeem(String ticket, Sender sender, Consumer<Finding> then) {
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
    note(Audit.What.CREDENTIAL_ACCEPTED, access.name(), sender, by);
    then.accept(new Finding.Known(pass, access));
  }

  private void refuse(String reason, Sender sender, Consumer<Finding> then) {
    refuse(reason, sender, connections.nowMillis(), then);
  }

  private void refuse(String reason, Sender sender, long begin, Consumer<Finding> then) {
    control.authentications().noteRefused();
    long retryMillis = control.failures().note(sender.address());
    refused.note(sender.text() + ": " + reason);
    note(Audit.What.CREDENTIAL_REFUSED, null, sender, reason);
    if (retryMillis > 0) {
      then.accept(new Finding.Bad(retryMillis));
      return;
    }
    long rest = begin + REFUSAL_MILLIS - connections.nowMillis();
    tasks.after(() -> then.accept(new Finding.Bad(0)), Math.max(0, rest), TimeUnit.MILLISECONDS);
  }
}

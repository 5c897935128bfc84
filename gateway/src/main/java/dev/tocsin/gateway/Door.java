package dev.tocsin.gateway;

import dev.tocsin.http.Doorkeeper;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import dev.tocsin.http.Right;
import dev.tocsin.http.Sender;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Pass;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where everyone who comes to an event loop with a request is asked who he is, and whether he may do what he wants. Belongs to
/// the event loop.
final class Door implements Doorkeeper {

  /// Any good credential will do.
  static final Right ANY = new Right("a credential");

  /// To connect, and to say only then who one is.
  static final Right CONNECT = new Right("connect");

  /// To be sent events.
  static final Right READ = new Right("read");

  /// To see how the hub fares.
  static final Right METRICS = new Right("metrics");

  /// To see who is connected, and to end a connection.
  static final Right CONSOLE = new Right("console");

  /// The rights that a grant has to name (`manage`).
  private static final Set<Right> MANAGED = Set.of(METRICS, CONSOLE);

  /// What everybody is told whose credential is missing or not good.
  static final String UNAUTHENTICATED =
      "This takes a valid credential: an API key or a token, as 'Authorization: Bearer …'";

  /// What everybody is told whose credential is not good, where too many from the same address were not.
  static final String TOO_MANY_BAD = "Too many bad credentials have come from this address";

  /// What somebody is told who may do nothing here.
  static final String FORBIDDEN = "This credential does not allow it";

  /// What somebody is told who has as many connections as he may.
  static final String TOO_MANY_CONNECTIONS =
      "This credential has as many connections open as it may";

  private final AccessControl control;
  private final Judge judge;
  private final AuditTrail trail;

  Door(AccessControl control, Judge judge, AuditTrail trail) {
    this.control = control;
    this.judge = judge;
    this.trail = trail;
  }

  @Override
  public Set<String> parameters() {
    return Set.of(Presented.TICKET);
  }

  @Override
  public @Nullable Problem fault(String path, Collection<String> names, Collection<String> values) {
    return Presented.isLeaking(path, names, values)
        ? Problem.invalidQuery(
            "A key or token must not stand in a URL, which is written down in many places: what was"
                + " sent counts as leaked, so revoke it. Send it as 'Authorization: Bearer …', or"
                + " get a ticket with POST /api/v1/tickets")
        : null;
  }

  @Override
  public CompletionStage<Verdict> admit(Knock knock) {
    Sender sender = knock.connection().sender(knock.head());
    if (control.authenticator() == null || knock.right().isEverybodys()) {
      return admitted(new Visitor(Pass.ANYONE, sender));
    }
    Presented presented = Presented.by(knock, sender, control.settings().proxyHeaders());
    if (knock.right().equals(CONNECT) && presented instanceof Presented.Nothing) {
      return admitted(new Visitor(null, sender));
    }
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    Consumer<Judge.Finding> judged = finding -> verdict.complete(verdict(finding, knock, sender));
    switch (presented) {
      case Presented.Nothing nothing -> verdict.complete(new Verdict.Denied(unauthenticated()));
      case Presented.Garbled garbled -> judge.refuse(garbled.reason(), sender, judged);
      case Presented.OneTime ticket ->
          judge.redeem(
              ticket.ticket(),
              sender,
              finding -> {
                // A page that came with a bad one reads the reason in a close frame, and cannot in
                // an answer to its upgrade. Where there were too many, it is not worth a socket.
                if (finding instanceof Judge.Finding.Bad(long retryMillis)
                    && retryMillis == 0
                    && knock.right().equals(CONNECT)) {
                  verdict.complete(new Verdict.Admitted(new Visitor(Optional::empty, sender)));
                } else {
                  judged.accept(finding);
                }
              });
      case Presented.Shown shown -> judge.judge(shown.credential(), sender, judged);
    }
    return verdict;
  }

  private static CompletionStage<Verdict> admitted(Visitor visitor) {
    return CompletableFuture.completedFuture(new Verdict.Admitted(visitor));
  }

  private Verdict verdict(Judge.Finding finding, Knock knock, Sender sender) {
    return switch (finding) {
      case Judge.Finding.Known known ->
          allows(known.access(), knock)
              ? new Verdict.Admitted(new Visitor(known.pass(), sender))
              : denied(known.access(), knock, sender);
      case Judge.Finding.Bad bad -> new Verdict.Denied(Problems.response(bad.rejection()));
      case Judge.Finding.Unjudged unjudged ->
          new Verdict.Denied(Response.problem(Problem.unavailable(Judge.CANNOT_BE_JUDGED)));
    };
  }

  private Verdict denied(Access access, Knock knock, Sender sender) {
    if (knock.right().equals(CONSOLE)) {
      trail.note(
          Audit.What.MANAGE_DENIED,
          access.name(),
          sender,
          knock.head().method() + " " + knock.uri().path());
    }
    return new Verdict.Denied(forbidden(knock));
  }

  /// The answer to somebody who may not do what he wants. A browser that comes back to its stream is told in a way that it
  /// understands: 204 ends that for good.
  private static Response forbidden(Knock knock) {
    return knock.right().equals(READ) && StreamQuery.comesBack(knock.head())
        ? Response.empty(HttpResponseStatus.NO_CONTENT)
        : Response.problem(Problem.forbidden(FORBIDDEN));
  }

  /// The answer to a credential that is missing, not good or not good any more.
  static Response unauthenticated() {
    return Response.problem(Problem.unauthenticated(UNAUTHENTICATED))
        .with("WWW-Authenticate", "Bearer");
  }

  private static boolean allows(Access access, Knock knock) {
    Right right = knock.right();
    if (MANAGED.contains(right)) {
      return access.rights().manage().contains(right.name());
    }
    if (right.equals(READ)) {
      return mayFollow(access, PatternQuery.wantsNothing(knock.uri()));
    }
    return !right.equals(CONNECT) || mayConnect(access);
  }

  /// Whether there is anything that somebody may be sent.
  private static boolean mayRead(Access access) {
    return isSomething(access.rights().subscribe());
  }

  /// Whether somebody may have a stream.
  ///
  /// @param nothing whether it is to carry no event: then it tells a producer where WebSockets are blocked that the server is
  ///     there
  static boolean mayFollow(Access access, boolean nothing) {
    return mayRead(access) || (nothing && mayConnect(access));
  }

  /// Whether there is anything that somebody could do with a WebSocket.
  static boolean mayConnect(Access access) {
    return isSomething(access.rights().subscribe()) || isSomething(access.rights().publish());
  }

  private static boolean isSomething(@Nullable Grants grants) {
    return grants == null || !grants.grants().isEmpty();
  }

  /// The answer to somebody who has as many connections as he may.
  static Response tooManyConnections() {
    return Response.problem(Problem.rateLimited(TOO_MANY_CONNECTIONS)).with("Retry-After", "1");
  }
}

package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Where;
import dev.tocsin.http.Secrets;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Credential;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.PatternWarning;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import dev.tocsin.hub.Shard;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the messages of a client do. Belongs to the event loop.
final class Actions {

  private static final Logger LOG = LoggerFactory.getLogger(Actions.class);

  private static final Rejection LEAKED =
      new Rejection(
          ErrorCode.INVALID_PATTERN,
          "A key or token is no pattern; what was sent counts as leaked, so revoke it");

  private static final Rejection NOT_KNOWN_YET =
      new Rejection(
          ErrorCode.UNAVAILABLE,
          "The events to begin with cannot be looked for at the moment; nothing has changed");

  private final GatewayContext context;
  private final Shard<LiveConnection> shard;
  private final Publishes publishes;
  private final Loop loop;
  private final WebSocketConnection connection;

  Actions(GatewayContext context, Loop loop, WebSocketConnection connection) {
    this.context = context;
    this.shard = loop.shard();
    this.publishes = loop.publishes();
    this.loop = loop;
    this.connection = connection;
  }

  /// The action that a message asks for.
  ///
  /// @param receivedNanos when its first byte came, see [System#nanoTime]
  ActionQueue.Action of(ClientMessage message, long receivedNanos) {
    return switch (message) {
      case ClientMessage.Publish publish -> new Publish(publish, receivedNanos);
      case ClientMessage.Subscribe subscribe -> subscribing(subscribe);
      case ClientMessage.Unsubscribe unsubscribe -> immediate(() -> unsubscribe(unsubscribe));
      case ClientMessage.Resume resume -> resume(resume, () -> shard.catchUp(connection));
      case ClientMessage.Authenticate authenticate -> authenticate(authenticate);
      case ClientMessage.Ping ping ->
          immediate(() -> ServerMessages.pong(ping.id(), context.clock()));
      case ClientMessage.Pong pong -> immediate(() -> null);
      case ClientMessage.Malformed malformed ->
          immediate(() -> error(malformed.id(), malformed.rejection()));
    };
  }

  /// The action of a client who presents a newer credential.
  private ActionQueue.Action authenticate(ClientMessage.Authenticate message) {
    return new ActionQueue.Action() {
      @Override
      public void start(ActionQueue.Answer answer) {
        connection.spend();
        boolean[] starting = {true};
        loop.judge()
            .judge(
                new Credential.Token(message.token()),
                connection.sender(),
                finding ->
                    connection.together(() -> {
                      answer.give(answer(message, finding));
                      if (!starting[0]) {
                        connection.actionFinished();
                      }
                    }));
        starting[0] = false;
      }

      @Override
      public boolean isPublish() {
        return false;
      }
    };
  }

  private byte[] answer(ClientMessage.Authenticate message, Judge.Finding finding) {
    return switch (finding) {
      case Judge.Finding.Known(Pass pass, Access access) -> connection.renew(message, pass, access);
      case Judge.Finding.Bad bad -> error(message.id(), bad.rejection());
      case Judge.Finding.Unjudged unjudged ->
          error(message.id(), new Rejection(ErrorCode.UNAVAILABLE, Judge.CANNOT_BE_JUDGED));
    };
  }

  /// The action that goes back to a position, or waits for it.
  ///
  /// @param newest tells the position at the head when it begins
  ActionQueue.Action resume(ClientMessage.Resume message, LongSupplier newest) {
    return new ActionQueue.Action() {
      @Override
      public void start(ActionQueue.Answer answer) {
        connection.spend();
        LOG.atDebug()
            .addKeyValue("connection", connection.id())
            .addKeyValue("since", message.since())
            .log("resumes");
        boolean[] starting = {true};
        connection
            .cursor()
            .resume(
                message,
                newest.getAsLong(),
                (resumed, since, complete) -> {
                  answer.give(resumed);
                  if (!starting[0]) {
                    connection.actionFinished();
                  }
                });
        starting[0] = false;
      }

      @Override
      public boolean isPublish() {
        return false;
      }
    };
  }

  private ActionQueue.Action subscribing(ClientMessage.Subscribe message) {
    // What is stored is repeated, in answers and warnings, and matches nothing.
    if (message.patterns().stream().anyMatch(Secrets::areIn)) {
      return immediate(() -> error(message.id(), LEAKED));
    }
    return switch (EventPattern.compile(message.patterns())) {
      case EventPattern.Compilation.Refused refused ->
          immediate(() -> error(message.id(), refused.rejection()));
      case EventPattern.Compilation.Compiled compiled -> {
        List<EventPattern> patterns = compiled.patterns();
        ClientMessage.Initial initial = message.initial();
        yield initial == null
            ? immediate(() -> subscribe(message, patterns))
            : later(answer -> subscribe(message, patterns, initial, answer));
      }
    };
  }

  private byte[] subscribe(ClientMessage.Subscribe message, List<EventPattern> patterns) {
    Rejection fault = fault(message, patterns);
    return fault == null ? subscribed(message, patterns, null) : error(message.id(), fault);
  }

  /// Subscribes where the connection stands, once the events are known with which that begins.
  private void subscribe(
      ClientMessage.Subscribe message,
      List<EventPattern> patterns,
      ClientMessage.Initial initial,
      ActionQueue.Answer answer) {
    Rejection fault = fault(message, patterns);
    if (fault != null) {
      answer.give(error(message.id(), fault));
      return;
    }
    connection.begin(
        initial,
        new PatternQuery(patterns, message.where()),
        (at, found) -> {
          if (found == null) {
            connection.cursor().goOn();
            answer.give(error(message.id(), NOT_KNOWN_YET));
            connection.sendHeartbeat();
            return;
          }
          byte[] subscribed = subscribed(message, patterns, found);
          // Nothing of them is on its way before the answer.
          connection.giveInitial(found.sequences());
          answer.give(subscribed);
        });
  }

  /// Why a subscription is refused; `null` when it is not.
  private @Nullable Rejection fault(ClientMessage.Subscribe message, List<EventPattern> patterns) {
    Where where = message.where();
    Rejection fault = where == null ? null : context.hub().fault(patterns, where);
    if (fault != null) {
      return fault;
    }
    if (shard.patternCountWith(connection, patterns) > Limits.MAX_PATTERNS) {
      return new Rejection(
          ErrorCode.TOO_MANY_PATTERNS,
          "A connection may hold " + Limits.MAX_PATTERNS + " patterns at most");
    }
    if (shard.comparisonsWith(connection, patterns, where) > Limits.MAX_COMPARISONS) {
      return new Rejection(
          ErrorCode.INVALID_FILTER,
          "The filters of a connection may come to "
              + Limits.MAX_COMPARISONS
              + " comparisons at most: each value counts for each event type that it narrows");
    }
    return null;
  }

  private byte[] subscribed(
      ClientMessage.Subscribe message,
      List<EventPattern> patterns,
      InitialSearch.@Nullable Found initial) {
    Where where = message.where();
    shard.subscribe(connection, patterns, where);
    connection.notePatterns();
    tell("subscribed", patterns);
    List<PatternWarning> warnings =
        context.hub().warnings(patterns, where, connection.access().rights().subscribe());
    loop.trail().subscriptionDenied(connection.access(), connection.sender(), warnings);
    return ServerMessages.subscribed(
        message,
        patterns,
        warnings,
        message.explain() ? explanation() : null,
        initial,
        connection.cursor().tellPosition());
  }

  private ServerMessages.Explanation explanation() {
    return new ServerMessages.Explanation(shard.matched(connection), shard.denied(connection));
  }

  private byte[] unsubscribe(ClientMessage.Unsubscribe message) {
    if (message.patterns() == null) {
      List<EventPattern> removed = shard.silence(connection);
      connection.notePatterns();
      tell("unsubscribed", removed);
      return ServerMessages.unsubscribed(message.id(), removed, connection.cursor().tellPosition());
    }
    return switch (EventPattern.compile(message.patterns())) {
      case EventPattern.Compilation.Refused refused -> error(message.id(), refused.rejection());
      case EventPattern.Compilation.Compiled compiled -> {
        List<EventPattern> removed = shard.unsubscribe(connection, compiled.patterns());
        connection.notePatterns();
        tell("unsubscribed", removed);
        yield ServerMessages.unsubscribed(
            message.id(), removed, connection.cursor().tellPosition());
      }
    };
  }

  private void tell(String what, List<EventPattern> patterns) {
    LOG.atDebug()
        .addKeyValue("connection", connection.id())
        .addKeyValue("patterns", patterns)
        .log(what);
  }

  private byte[] error(@Nullable String id, Rejection rejection) {
    return ServerMessages.error(id, rejection, context.clock());
  }

  /// An action that may be answered later.
  ActionQueue.Action later(Consumer<ActionQueue.Answer> effect) {
    return new ActionQueue.Action() {
      @Override
      public void start(ActionQueue.Answer answer) {
        connection.spend();
        boolean[] starting = {true};
        effect.accept(message -> {
          answer.give(message);
          if (!starting[0]) {
            connection.actionFinished();
          }
        });
        starting[0] = false;
      }

      @Override
      public boolean isPublish() {
        return false;
      }
    };
  }

  private ActionQueue.Action immediate(Supplier<byte @Nullable []> effect) {
    return new ActionQueue.Action() {
      @Override
      public void start(ActionQueue.Answer answer) {
        connection.spend();
        answer.give(effect.get());
      }

      @Override
      public boolean isPublish() {
        return false;
      }
    };
  }

  private final class Publish implements ActionQueue.Action {

    private final ClientMessage.Publish message;
    private final long receivedNanos;

    Publish(ClientMessage.Publish message, long receivedNanos) {
      this.message = message;
      this.receivedNanos = receivedNanos;
    }

    @Override
    public void start(ActionQueue.Answer answer) {
      Access access = connection.access();
      Rejection tooFast = loop.quotas().publish(access, message.event().length());
      if (tooFast != null) {
        context.hub().countRefused(tooFast.code());
        connection.allowance().spend(Limits.refusedNanos(message.event().length()));
        answer.give(error(message.id(), tooFast));
        return;
      }
      publishes.add(
          connection,
          new PublishCommand(
              message.event(),
              message.idempotencyKey(),
              access.name(),
              loop.publishable(access),
              receivedNanos),
          result -> {
            answer.give(answer(result));
            connection.actionFinished();
          });
    }

    private byte[] answer(@Nullable PublishResult result) {
      return switch (result) {
        case PublishResult.Published published ->
            ServerMessages.published(message.id(), published.sequence());
        case PublishResult.Refused refused -> {
          connection.allowance().spend(Limits.refusedNanos(message.event().length()));
          loop.trail()
              .publishRefused(connection.access(), connection.sender(), refused.rejection());
          yield error(message.id(), refused.rejection());
        }
        case null ->
            error(
                message.id(),
                new Rejection(ErrorCode.INTERNAL_ERROR, "The server met a fault of its own"));
      };
    }

    @Override
    public boolean isPublish() {
      return true;
    }
  }
}

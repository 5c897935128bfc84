package dev.tocsin.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What a client and its server have to say to each other, whatever connections they say it over:
/// the client's position, its subscription, its events, and what is unanswered of them. Owned by the
/// session's loop.
final class Conversation {

  /// How many patterns go into one message, which the server takes up to 64 KiB of.
  private static final int PATTERNS_A_MESSAGE = 40;

  // immutable
  private final URI uri;
  private final @Nullable Long since;
  private final Notices notices;
  private final Answers answers;
  private final PublishQueue publishes;

  // owned by the loop
  private final PositionKeeper keeper = new PositionKeeper();
  private final Wishes wishes;
  private String epoch = "";

  /// The connection on which the server has said its first word; `null` when there is none.
  private @Nullable Link link;

  /// What the address of the connection told, or will tell.
  private @Nullable Query query;

  /// The position that the connection is to be taken back to; `null` once it was, or when there is
  /// none.
  private @Nullable Position resumingFrom;

  private ServerMessage.@Nullable Closing closing;
  private @Nullable Duration comeBackAfter;

  Conversation(ClientOptions options, Notices notices, Answers answers, PublishQueue publishes) {
    this.uri = options.uri();
    this.since = options.since();
    this.wishes = new Wishes(options.patterns());
    this.notices = notices;
    this.answers = answers;
    this.publishes = publishes;
  }

  // Connections come and go.

  /// Begins with a connection that is about to be opened, and says which address it has.
  URI begin() {
    resumingFrom = keeper.position().or(this::start).orElse(null);
    closing = null;
    comeBackAfter = null;
    Query next = wishes.query(uri, resumingFrom);
    query = next;
    return next.uri();
  }

  /// Where the first connection begins, when the application has said so.
  private Optional<Position> start() {
    return Optional.ofNullable(since).map(sequence -> new Position("", sequence));
  }

  /// The server has let the client in; its position lies at `position`.
  void established(Link opened, Position position) {
    link = opened;
    Query told = query == null ? wishes.query(uri, resumingFrom) : query;
    if (told.patterns() != null) {
      wishes.confirm();
    }
    tellWishes(opened, told);
    if (resumingFrom == null) {
      keeper.established(position);
      notices.connected(position, null);
    } else {
      epoch = position.epoch();
      if (!told.resumes()) {
        opened.send(Actions.resume(resumingFrom));
      }
    }
    publishes.connected(opened);
  }

  /// Tells what the query of the connection did not: patterns that do not fit into it, and what was
  /// subscribed to and unsubscribed from since. Patterns that go make room for those that come.
  private void tellWishes(Link opened, Query told) {
    List<String> unwanted = wishes.unwanted(told);
    if (!unwanted.isEmpty()) {
      unsubscribe(opened, unwanted, new Pending.Own(List.of()));
    } else if (told.patterns() == null && wishes.isNothing()) {
      unsubscribe(opened, null, new Pending.Own(List.of()));
    }
    for (List<String> untold : wishes.untold(told)) {
      for (int from = 0; from < untold.size(); from += PATTERNS_A_MESSAGE) {
        int to = Math.min(untold.size(), from + PATTERNS_A_MESSAGE);
        subscribeByItself(opened, untold.subList(from, to));
      }
    }
  }

  /// The connection is gone, or could not be opened.
  void disconnected(int code) {
    link = null;
    answers.drop();
    publishes.disconnected(code);
  }

  /// No other connection follows by itself.
  void abandon(String why) {
    publishes.abandon(why);
  }

  /// Why the server said that it closes the connection; empty when it did not.
  String closingReason() {
    return closing == null ? "" : closing.message();
  }

  /// When the server asked to be asked again; `null` when it did not.
  @Nullable Duration comeBackAfter() {
    return comeBackAfter;
  }

  // What the application wants.

  /// @param wait whether there is a connection or one is being sought
  void publish(
      String event,
      @Nullable String key,
      int bytes,
      boolean wait,
      CompletableFuture<PublishOutcome> outcome) {
    publishes.add(event, key, bytes, wait, outcome);
  }

  void subscribe(List<String> patterns, CompletableFuture<SubscriptionOutcome> outcome) {
    List<String> fresh = wishes.add(patterns);
    Set<String> silent = wishes.silent(patterns);
    if (link == null) {
      notices.complete(outcome, new SubscriptionOutcome.Remembered());
      return;
    }
    List<String> all = new ArrayList<>(patterns);
    all.addAll(silent);
    String id = answers.expect(new Pending.Subscribe(fresh, silent, outcome));
    link.send(Actions.subscribe(id, all));
  }

  /// @param patterns `null` for all
  void unsubscribe(
      @Nullable List<String> patterns, CompletableFuture<SubscriptionOutcome> outcome) {
    if (patterns == null) {
      wishes.clear();
    } else {
      wishes.remove(patterns);
    }
    if (link == null) {
      notices.complete(outcome, new SubscriptionOutcome.Remembered());
    } else {
      unsubscribe(link, patterns, new Pending.Unsubscribe(outcome));
    }
  }

  private void unsubscribe(Link open, @Nullable List<String> patterns, Pending pending) {
    open.send(Actions.unsubscribe(answers.expect(pending), patterns));
  }

  /// A handler wants these event types.
  void handle(List<String> types) {
    subscribeByItself(link, wishes.handle(types));
  }

  private void subscribeByItself(@Nullable Link open, List<String> patterns) {
    if (open != null && !patterns.isEmpty()) {
      open.send(Actions.subscribe(answers.expect(new Pending.Own(patterns)), patterns));
    }
  }

  // What the server says.

  /// @param json the text of the message
  void hear(Link source, ServerMessage message, String json) {
    switch (message) {
      case ServerMessage.Event event -> event(event, json);
      case ServerMessage.Unreadable unreadable -> unreadable(unreadable, json);
      case ServerMessage.Heartbeat heartbeat -> {
        if (heartbeat.sequence() != null) {
          told(heartbeat.sequence());
        }
        source.send(Actions.PONG);
      }
      case ServerMessage.Subscribed subscribed -> {
        told(subscribed.sequence());
        acknowledged(subscribed.id(), subscribed.patterns(), subscribed.warnings());
      }
      case ServerMessage.Unsubscribed unsubscribed -> {
        told(unsubscribed.sequence());
        acknowledged(unsubscribed.id(), unsubscribed.patterns(), List.of());
      }
      case ServerMessage.Resumed resumed -> resumed(resumed);
      case ServerMessage.Published published ->
          publishes.published(published.id(), published.sequence());
      case ServerMessage.Missed missed -> {
        keeper.missed(missed.gap());
        notices.gap(missed.gap());
      }
      case ServerMessage.Reconnect reconnect ->
          comeBackAfter = Duration.ofMillis(reconnect.afterMillis());
      case ServerMessage.Refused refused -> refused(refused);
      case ServerMessage.Closing reason -> closing = reason;
      case ServerMessage.Established again -> {} // never comes a second time
      case ServerMessage.Ignorable ignorable -> {}
    }
  }

  /// The server has gone back to where this client was, or as near as it can.
  private void resumed(ServerMessage.Resumed resumed) {
    Position from = resumingFrom;
    if (from == null) {
      return;
    }
    resumingFrom = null;
    Position before = keeper.position().orElse(null);
    Position begin = new Position(epoch, resumed.since());
    keeper.resumed(begin);
    notices.connected(begin, before);
    if (resumed.lost() && resumed.firstAvailable() > from.sequence() + 1) {
      notices.gap(new Gap(from.sequence() + 1, resumed.firstAvailable() - 1));
    }
    if (resumed.ahead()) {
      notices.error(
          ServerMessages.AHEAD,
          "The server never was at "
              + from.sequence()
              + ": it goes on with live events, after "
              + resumed.since());
    }
  }

  /// A position of the connection; while it is being taken back, it means nothing.
  private void told(long sequence) {
    if (resumingFrom == null) {
      keeper.told(sequence);
    }
  }

  private void event(ServerMessage.Event event, String json) {
    if (isExpected(event.sequence())) {
      keeper.delivered(event.sequence(), event.previous()).ifPresent(notices::gap);
      notices.event(event.event(), json);
    }
  }

  /// What cannot be read is handed on as such. Only then does it count as received: when its place is
  /// not known, the next event shows that something is missing.
  private void unreadable(ServerMessage.Unreadable message, String json) {
    ServerMessage.Place place = message.place();
    if (place == null) {
      notices.unreadable(null, json, message.fault());
    } else if (isExpected(place.sequence())) {
      keeper.delivered(place.sequence(), place.previous()).ifPresent(notices::gap);
      notices.unreadable(place.sequence(), json, message.fault());
    }
  }

  /// What comes before the connection is taken back will come again.
  private boolean isExpected(long sequence) {
    return resumingFrom == null && keeper.isNew(sequence);
  }

  private void acknowledged(
      @Nullable String id, List<String> patterns, List<SubscriptionOutcome.Warning> warnings) {
    switch (answers.take(id)) {
      case Pending.Subscribe subscribe -> {
        subscribeByItself(link, wishes.confirm());
        List<String> asked =
            patterns.stream().filter(pattern -> !subscribe.silent().contains(pattern)).toList();
        notices.complete(
            subscribe.outcome(), new SubscriptionOutcome.Acknowledged(asked, warnings));
      }
      case Pending.Unsubscribe unsubscribe ->
          notices.complete(
              unsubscribe.outcome(), new SubscriptionOutcome.Acknowledged(patterns, warnings));
      case Pending.Own own -> subscribeByItself(link, wishes.confirm());
      case null -> {}
    }
  }

  private void refused(ServerMessage.Refused refused) {
    Refusal refusal = refused.refusal();
    if (publishes.expects(refused.id())) {
      publishes.refused(refused.id(), refusal);
      return;
    }
    switch (answers.take(refused.id())) {
      case Pending.Subscribe subscribe -> {
        wishes.takeBack(subscribe.fresh());
        notices.complete(subscribe.outcome(), new SubscriptionOutcome.Refused(refusal));
      }
      case Pending.Unsubscribe unsubscribe ->
          notices.complete(unsubscribe.outcome(), new SubscriptionOutcome.Refused(refusal));
      case Pending.Own own -> {
        wishes.takeBackOwn(own.patterns());
        String what =
            own.patterns().isEmpty()
                ? ""
                : "Not subscribed to " + String.join(", ", own.patterns()) + ": ";
        notices.error(refusal.code(), what + refusal.message());
      }
      case null -> notices.error(refusal.code(), refusal.message());
    }
  }
}

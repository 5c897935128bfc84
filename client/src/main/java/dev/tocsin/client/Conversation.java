package dev.tocsin.client;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a client and its server have to say to each other, whatever connections they say it over:
/// the client's position, its subscription, its events, and what is unanswered of them. Owned by the
/// session's loop.
final class Conversation {

  // immutable
  private final URI uri;
  private final @Nullable Position since;
  private final Notices notices;
  private final Answers answers;
  private final PublishQueue publishes;
  private final Credentials credentials;
  private final Runnable begun;

  // owned by the loop
  private final PositionKeeper keeper = new PositionKeeper();
  private final Subscription subscription;
  private String epoch = "";

  /// The newest sequence when the connection began, as it was told.
  private long newest;

  /// With what the subscription of the application's options begins; `null` once it has begun.
  private @Nullable Beginning beginning;

  /// How many of its events are still to come; negative as long as nobody knows.
  private long initialLeft = -1;

  /// What the address of the connection told, or will tell.
  private @Nullable Query query;

  /// The position that the connection is to be taken back to; `null` once it was, or when there is
  /// none.
  private @Nullable Position resumingFrom;

  private ServerMessage.@Nullable Closing closing;
  private @Nullable Duration comeBackAfter;

  /// @param begun is run each time a connection has let the client in and stands where the client was
  Conversation(
      ClientOptions options,
      Notices notices,
      Answers answers,
      PublishQueue publishes,
      Credentials credentials,
      Runnable begun) {
    this.uri = options.uri();
    this.since = begin(options.since(), options.sinceEpoch());
    this.beginning = options.beginning();
    this.notices = notices;
    this.subscription = new Subscription(options.patterns(), options.where(), notices, answers);
    this.answers = answers;
    this.publishes = publishes;
    this.credentials = credentials;
    this.begun = begun;
  }

  // Connections come and go.

  /// Begins with a connection that is about to be opened, and says which address it has.
  URI begin() {
    // A beginning that broke off is begun again: nothing has come after it.
    resumingFrom = beginning != null ? null : keeper.position().or(this::start).orElse(null);
    initialLeft = -1;
    closing = null;
    comeBackAfter = null;
    Query next = subscription.query(uri, resumingFrom, beginning);
    query = next;
    return next.uri();
  }

  /// Where the first connection begins, when the application has said so.
  private Optional<Position> start() {
    return Optional.ofNullable(since);
  }

  private static @Nullable Position begin(@Nullable Long sequence, @Nullable String epoch) {
    return sequence == null ? null : new Position(epoch == null ? "" : epoch, sequence);
  }

  /// The server has let the client in; its position lies at `position`.
  ///
  /// @param initial how many events of the past follow
  void established(Link opened, Position position, long initial) {
    Query told = query == null ? subscription.query(uri, resumingFrom, beginning) : query;
    subscription.connected(opened, told, told.begins() ? null : beginning);
    if (told.begins()) {
      begins(initial);
    }
    if (resumingFrom == null) {
      begun.run();
      keeper.established(position);
      newest = position.sequence();
      notices.connected(position, null);
      notices.position(position, newest);
    } else {
      epoch = position.epoch();
      newest = position.sequence();
      if (!told.resumes()) {
        opened.send(Actions.resume(resumingFrom));
      }
    }
    publishes.connected(opened);
  }

  /// The connection is gone, or could not be opened.
  void disconnected(int code) {
    subscription.disconnected();
    publishes.disconnected(code);
  }

  /// Another credential is to take the place of the connection's own.
  void renew(Link open, String credential) {
    String id = answers.nextId();
    if (credentials.propose(credential, id)) {
      open.send(Actions.authenticate(id, credential));
    }
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

  Subscription subscription() {
    return subscription;
  }

  // What the server says.

  /// @param json the text of the message
  void hear(Link source, ServerMessage message, String json) {
    switch (message) {
      case ServerMessage.Event event -> {
        hasBegun();
        event(event, json);
      }
      case ServerMessage.InitialEvent initial -> {
        begins(initialLeft - 1);
        notices.initialEvent(initial.event(), json);
      }
      case ServerMessage.Unreadable unreadable -> unreadable(unreadable, json);
      case ServerMessage.Heartbeat heartbeat -> {
        if (heartbeat.sequence() != null) {
          told(heartbeat.sequence());
        }
        source.send(Actions.PONG);
      }
      case ServerMessage.Subscribed subscribed -> {
        told(subscribed.sequence());
        if (initialLeft < 0 && subscribed.initial() >= 0) {
          begins(subscribed.initial());
        }
        subscription.acknowledged(subscribed);
      }
      case ServerMessage.Unsubscribed unsubscribed -> {
        told(unsubscribed.sequence());
        subscription.acknowledged(unsubscribed);
      }
      case ServerMessage.Resumed resumed -> resumed(resumed);
      case ServerMessage.Published published ->
          publishes.published(published.id(), published.sequence());
      case ServerMessage.Missed missed -> {
        if (resumingFrom == null) { // else it comes again, as events do
          keeper.missed(missed.gap());
          notices.gap(missed.gap());
        }
      }
      case ServerMessage.Reconnect reconnect ->
          comeBackAfter = Duration.ofMillis(reconnect.afterMillis());
      case ServerMessage.Refused refused -> refused(refused);
      case ServerMessage.Authenticated renewed -> credentials.proposalAnswered(true);
      case ServerMessage.Expiring soon -> {} // the session's, which can ask for another credential
      case ServerMessage.Closing reason -> {
        closing = reason;
        if (reason.retryAfterMillis() != null) {
          comeBackAfter = Duration.ofMillis(reason.retryAfterMillis());
        }
      }
      case ServerMessage.Established again -> {} // never comes a second time
      case ServerMessage.Ignorable ignorable -> {}
    }
  }

  /// So many events of the past are still to come.
  private void begins(long left) {
    initialLeft = Math.max(0, left);
    if (initialLeft == 0) {
      hasBegun();
    }
  }

  /// Whatever comes now comes after the beginning.
  private void hasBegun() {
    beginning = null;
  }

  /// The server has gone back to where this client was, or as near as it can.
  private void resumed(ServerMessage.Resumed resumed) {
    Position from = resumingFrom;
    if (from == null) {
      return;
    }
    resumingFrom = null;
    begun.run();
    Position before = keeper.position().orElse(null);
    Position begin = new Position(epoch, resumed.since());
    keeper.resumed(begin);
    notices.connected(begin, before);
    notices.position(begin, Math.max(newest, begin.sequence()));
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
      newest = Math.max(newest, sequence);
      keeper.position().ifPresent(position -> notices.position(position, newest));
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

  private void refused(ServerMessage.Refused refused) {
    if (publishes.expects(refused.id())) {
      publishes.refused(refused.id(), refused.refusal());
    } else if (credentials.expects(refused.id())) {
      credentials.proposalAnswered(false);
      notices.error(
          refused.refusal().code(),
          "The credential was not renewed: " + refused.refusal().message());
    } else {
      subscription.refused(refused.id(), refused.refusal());
    }
  }
}

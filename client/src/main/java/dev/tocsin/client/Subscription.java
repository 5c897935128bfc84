package dev.tocsin.client;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What a client is subscribed to, over all its connections: it keeps the server in step with the
/// [Wishes]. Owned by the session's loop.
final class Subscription {

  /// How many patterns go into one message, which the server takes up to 64 KiB of.
  private static final int PATTERNS_A_MESSAGE = 40;

  // immutable
  private final Notices notices;
  private final Answers answers;

  // owned by the loop
  private final Wishes wishes;

  /// The connection on which the server has said its first word; `null` when there is none.
  private @Nullable Link link;

  /// @param patterns what to subscribe to from the first event on; none for everything
  Subscription(List<String> patterns, Notices notices, Answers answers) {
    this.wishes = new Wishes(patterns);
    this.notices = notices;
    this.answers = answers;
  }

  // Connections come and go.

  /// The address of the next connection, see [Wishes#query].
  Query query(URI base, @Nullable Position from) {
    return wishes.query(base, from);
  }

  /// The server takes actions on a new connection, which was told by its address what `told` says. It
  /// is told the rest: patterns that do not fit into an address, and what was subscribed to and
  /// unsubscribed from since. Patterns that go make room for those that come.
  void connected(Link opened, Query told) {
    link = opened;
    if (told.patterns() != null) {
      wishes.confirm();
    }
    List<String> unwanted = wishes.unwanted(told);
    if (!unwanted.isEmpty()) {
      sendUnsubscribe(opened, unwanted, new Pending.Own(List.of()));
    } else if (told.patterns() == null && wishes.isNothing()) {
      sendUnsubscribe(opened, null, new Pending.Own(List.of()));
    }
    for (List<String> untold : wishes.untold(told)) {
      for (int from = 0; from < untold.size(); from += PATTERNS_A_MESSAGE) {
        int to = Math.min(untold.size(), from + PATTERNS_A_MESSAGE);
        subscribeByItself(untold.subList(from, to));
      }
    }
  }

  /// The connection is gone; the next one is told what is wanted.
  void disconnected() {
    link = null;
    answers.drop();
  }

  // What the application wants.

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
      sendUnsubscribe(link, patterns, new Pending.Unsubscribe(outcome));
    }
  }

  private void sendUnsubscribe(Link open, @Nullable List<String> patterns, Pending pending) {
    open.send(Actions.unsubscribe(answers.expect(pending), patterns));
  }

  /// A handler wants these event types.
  void handle(List<String> types) {
    subscribeByItself(wishes.handle(types));
  }

  private void subscribeByItself(List<String> patterns) {
    if (link != null && !patterns.isEmpty()) {
      link.send(Actions.subscribe(answers.expect(new Pending.Own(patterns)), patterns));
    }
  }

  // What the server answers.

  void acknowledged(
      @Nullable String id, List<String> patterns, List<SubscriptionOutcome.Warning> warnings) {
    switch (answers.take(id)) {
      case Pending.Subscribe subscribe -> {
        subscribeByItself(wishes.confirm());
        List<String> asked =
            patterns.stream().filter(pattern -> !subscribe.silent().contains(pattern)).toList();
        notices.complete(
            subscribe.outcome(), new SubscriptionOutcome.Acknowledged(asked, warnings));
      }
      case Pending.Unsubscribe unsubscribe ->
          notices.complete(
              unsubscribe.outcome(), new SubscriptionOutcome.Acknowledged(patterns, warnings));
      case Pending.Own own -> subscribeByItself(wishes.confirm());
      case null -> {}
    }
  }

  void refused(@Nullable String id, Refusal refusal) {
    switch (answers.take(id)) {
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

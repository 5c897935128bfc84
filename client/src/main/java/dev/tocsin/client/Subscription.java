package dev.tocsin.client;

import dev.tocsin.events.Where;
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
  /// @param where what narrows them; `null` for nothing
  Subscription(List<String> patterns, @Nullable Where where, Notices notices, Answers answers) {
    this.wishes = new Wishes(patterns, where);
    this.notices = notices;
    this.answers = answers;
  }

  // Connections come and go.

  /// The address of the next connection, see [Wishes#query].
  Query query(URI base, @Nullable Position from, @Nullable Beginning beginning) {
    return wishes.query(base, from, beginning);
  }

  /// The server takes actions on a new connection, which was told by its address what `told` says. It
  /// is told the rest: patterns that do not fit into an address, and what was subscribed to and
  /// unsubscribed from since. Patterns that go make room for those that come.
  ///
  /// @param beginning what the rest begins with; `null` for the next event
  void connected(Link opened, Query told, @Nullable Beginning beginning) {
    link = opened;
    if (told.patterns() != null) {
      wishes.confirm();
    }
    List<String> unwanted = wishes.unwanted(told);
    if (!unwanted.isEmpty()) {
      sendUnsubscribe(opened, unwanted, new Pending.Own(List.of(), false));
    } else if (told.patterns() == null && wishes.isNothing()) {
      sendUnsubscribe(opened, null, new Pending.Own(List.of(), false));
    }
    for (List<String> untold : wishes.untold(told)) {
      for (int from = 0; from < untold.size(); from += PATTERNS_A_MESSAGE) {
        int to = Math.min(untold.size(), from + PATTERNS_A_MESSAGE);
        List<Wishes.Group> groups = wishes.groups(untold.subList(from, to));
        if (told.patterns() == null && groups.size() > 1) {
          widenThenNarrow(untold.subList(from, to), groups);
        } else {
          groups.forEach(group -> send(group, false, beginning));
        }
      }
    }
  }

  /// The connection is gone; the next one is told what is wanted.
  void disconnected() {
    link = null;
    answers.drop();
  }

  // What the application wants.

  /// @param where what narrows the patterns; `null` for nothing
  /// @param beginning what it begins with, where there is a connection; `null` for the next event
  void subscribe(
      List<String> patterns,
      @Nullable Where where,
      @Nullable Beginning beginning,
      CompletableFuture<SubscriptionOutcome> outcome) {
    Wishes.Change change = wishes.add(patterns, where);
    Set<String> silent = wishes.silent(patterns);
    if (link == null) {
      notices.complete(outcome, new SubscriptionOutcome.Remembered());
      return;
    }
    List<String> all = new ArrayList<>(patterns);
    all.addAll(silent);
    List<Wishes.Group> groups = wishes.groups(all);
    String id = answers.expect(new Pending.Subscribe(change, silent, outcome));
    Where narrowing = groups.size() == 1 ? groups.getFirst().where() : null;
    link.send(Actions.subscribe(id, all, narrowing, beginning));
    if (groups.size() > 1) {
      narrow(groups);
    }
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
  ///
  /// @param where what narrows them; `null` for nothing
  void handle(List<String> types, @Nullable Where where) {
    subscribeByItself(wishes.handle(types, where));
  }

  private void subscribeByItself(List<String> patterns) {
    wishes.groups(patterns).forEach(group -> send(group, false));
  }

  /// A connection leaves "everything" in one step. As one message has one filter, that step goes to all that the patterns
  /// match, so that nothing is missed; the next ones narrow it.
  private void widenThenNarrow(List<String> patterns, List<Wishes.Group> groups) {
    send(new Wishes.Group(patterns, null), false);
    narrow(groups);
  }

  private void narrow(List<Wishes.Group> groups) {
    groups.stream().filter(group -> group.where() != null).forEach(group -> send(group, true));
  }

  private void send(Wishes.Group group, boolean narrows) {
    send(group, narrows, null);
  }

  private void send(Wishes.Group group, boolean narrows, @Nullable Beginning beginning) {
    if (link != null) {
      String id = answers.expect(new Pending.Own(group.patterns(), narrows));
      link.send(Actions.subscribe(id, group.patterns(), group.where(), beginning));
    }
  }

  // What the server answers.

  void acknowledged(ServerMessage.Subscribed answer) {
    acknowledged(
        answer.id(),
        answer.patterns(),
        answer.warnings(),
        new SubscriptionOutcome.Initial(answer.initial(), answer.initialComplete()));
  }

  void acknowledged(ServerMessage.Unsubscribed answer) {
    acknowledged(answer.id(), answer.patterns(), List.of(), SubscriptionOutcome.Initial.NONE);
  }

  private void acknowledged(
      @Nullable String id,
      List<String> patterns,
      List<SubscriptionOutcome.Warning> warnings,
      SubscriptionOutcome.Initial initial) {
    switch (answers.take(id)) {
      case Pending.Subscribe subscribe -> {
        subscribeByItself(wishes.confirm());
        List<String> asked =
            patterns.stream().filter(pattern -> !subscribe.silent().contains(pattern)).toList();
        notices.complete(
            subscribe.outcome(), new SubscriptionOutcome.Acknowledged(asked, warnings, initial));
      }
      case Pending.Unsubscribe unsubscribe ->
          notices.complete(
              unsubscribe.outcome(),
              new SubscriptionOutcome.Acknowledged(patterns, warnings, initial));
      case Pending.Own own -> subscribeByItself(wishes.confirm());
      case null -> {}
    }
  }

  void refused(@Nullable String id, Refusal refusal) {
    switch (answers.take(id)) {
      case Pending.Subscribe subscribe -> {
        wishes.takeBack(subscribe.change());
        notices.complete(subscribe.outcome(), new SubscriptionOutcome.Refused(refusal));
      }
      case Pending.Unsubscribe unsubscribe ->
          notices.complete(unsubscribe.outcome(), new SubscriptionOutcome.Refused(refusal));
      case Pending.Own own when own.narrows() -> {
        wishes.widen(own.patterns());
        notices.error(
            refusal.code(),
            "All events of "
                + String.join(", ", own.patterns())
                + " are received, not narrowed: "
                + refusal.message());
      }
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

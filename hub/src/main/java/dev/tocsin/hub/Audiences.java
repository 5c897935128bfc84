package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The audiences of one index, found by what an event is.
///
/// An audience lives from its first member to its last. Finding those that want all of a type is one array access
/// (`RecipientsBenchmark`); those that want some of it are found by the event's values ([ConditionIndex]). Owned by the
/// index.
///
/// @param <C> what a connection is to the caller
/// @param <A> the caller's kind of audience
final class Audiences<C, A extends Audience<C>> {

  private final Factory<C, A> factory;
  private final Map<Interest, A> byInterest = new HashMap<>();
  private final List<List<A>> byType = new ArrayList<>();

  /// For each type that somebody wants in part.
  private final Map<Integer, ConditionIndex<A>> inPart = new HashMap<>();

  /// How many members there are in all.
  private int memberCount;

  /// How many of them want some of each type, but not all of it.
  private int[] membersOfPart = new int[0];

  /// Makes the audience of an interest when its first member comes.
  interface Factory<C, A extends Audience<C>> {
    A create(Interest interest, int tableSize);
  }

  Audiences(Factory<C, A> factory, int tableSize) {
    this.factory = factory;
    learn(tableSize);
  }

  /// Makes room for types that have become known.
  void learn(int tableSize) {
    while (byType.size() < tableSize) {
      byType.add(new ArrayList<>());
    }
    membersOfPart = Arrays.copyOf(membersOfPart, tableSize);
  }

  /// Those that want all of a type; a live list.
  List<A> ofWhole(int type) {
    return Collections.unmodifiableList(byType.get(type));
  }

  /// Those that want some of a type; `null` when there is none.
  @Nullable ConditionIndex<A> ofPart(int type) {
    return inPart.get(type);
  }

  /// How many members want some of a type, but not all of it.
  int membersOfPart(int type) {
    return membersOfPart[type];
  }

  /// How many members all have together.
  int memberCount() {
    return memberCount;
  }

  /// The one of an interest; `null` when nobody has it.
  @Nullable A of(Interest interest) {
    return byInterest.get(interest);
  }

  /// All there are; a live view.
  Iterable<A> all() {
    return Collections.unmodifiableCollection(byInterest.values());
  }

  int size() {
    return byInterest.size();
  }

  /// Puts somebody who is in none into the one of its interest.
  void enter(Subscriber<C> subscriber) {
    Interest interest = subscriber.interest();
    @Nullable A known = byInterest.get(interest);
    A audience = known == null ? create(interest) : known;
    // One object for all: some interests are large.
    subscriber.want(audience.interest());
    subscriber.join(audience);
    count(interest, 1);
  }

  /// Takes somebody out of its audience; nothing happens when it is in none.
  void exit(Subscriber<C> subscriber) {
    Audience<C> left = subscriber.leave();
    if (left != null) {
      count(left.interest(), -1);
      dropIfEmpty(left);
    }
  }

  /// Moves somebody who is in an audience to that of its present interest. The one it leaves goes only after that: what
  /// the two have in common stays.
  void move(Subscriber<C> subscriber) {
    Audience<C> left = Objects.requireNonNull(subscriber.leave());
    count(left.interest(), -1);
    enter(subscriber);
    dropIfEmpty(left);
  }

  private void count(Interest interest, int members) {
    memberCount += members;
    if (!interest.parts().isEmpty()) {
      interest.parts().keySet().forEach(type -> membersOfPart[type] += members);
    }
  }

  private A create(Interest interest) {
    A audience = factory.create(interest, byType.size());
    byInterest.put(interest, audience);
    interest
        .whole()
        .forEach(type -> {
          List<A> list = byType.get(type);
          audience.places[type] = list.size();
          list.add(audience);
        });
    interest
        .parts()
        .forEach((type, alternatives) ->
            inPart.computeIfAbsent(type, t -> new ConditionIndex<>()).add(audience, alternatives));
    return audience;
  }

  private void dropIfEmpty(Audience<C> audience) {
    if (!audience.members().isEmpty()) {
      return;
    }
    A dropped = Objects.requireNonNull(byInterest.remove(audience.interest()));
    audience
        .interest()
        .parts()
        .keySet()
        .forEach(type ->
            inPart.computeIfPresent(
                type,
                (t, index) -> {
                  index.remove(dropped);
                  return index.isEmpty() ? null : index;
                }));
    audience
        .interest()
        .whole()
        .forEach(type -> {
          List<A> list = byType.get(type);
          A last = list.removeLast();
          int place = audience.places[type];
          if (place < list.size()) {
            list.set(place, last);
            last.places[type] = place;
          }
        });
  }
}

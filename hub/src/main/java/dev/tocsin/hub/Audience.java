package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// All the connections of one index whose patterns come down to the same interest.
///
/// There are mostly few audiences however many connections there are, so work is done per audience. Owned
/// by the thread that owns the index.
class Audience<C> {

  /// What one takes in memory besides what it contains, in bytes.
  static final int OWN_BYTES = 400;

  private final Interest interest;
  private final List<Subscriber<C>> subscribers = new ArrayList<>();

  /// The connection of each of the subscribers, in the same order: a list of their own, so that it
  /// can be copied in one go.
  private final List<C> connections = new ArrayList<>();

  private final List<C> members = Collections.unmodifiableList(connections);

  /// The place of this audience in the list of each type that it wants whole; kept by the index.
  final int[] places;

  Audience(Interest interest, int tableSize) {
    this.interest = interest;
    this.places = new int[tableSize];
  }

  Interest interest() {
    return interest;
  }

  /// The same with what the shard knows of each, in the same order; a live view.
  List<Subscriber<C>> subscribers() {
    return Collections.unmodifiableList(subscribers);
  }

  /// The connections, in no order; a live view.
  List<C> members() {
    return members;
  }

  void add(Subscriber<C> subscriber) {
    subscriber.slot = subscribers.size();
    subscribers.add(subscriber);
    connections.add(subscriber.connection());
  }

  void remove(Subscriber<C> subscriber) {
    Subscriber<C> last = subscribers.removeLast();
    connections.removeLast();
    if (last != subscriber) {
      subscribers.set(subscriber.slot, last);
      connections.set(subscriber.slot, last.connection());
      last.slot = subscriber.slot;
    }
  }
}

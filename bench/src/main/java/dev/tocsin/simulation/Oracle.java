package dev.tocsin.simulation;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.LoggedEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Knows what is in the shared log and who wants it, and holds each delivery against it ([Invariant]). What it knows comes from
/// the stream and from the texts of the events; it asks no part of the hub.
final class Oracle implements SharedStream.Witness {

  /// How many violations of each kind are told in words.
  private static final int MAX_TOLD = 3;

  private final Sequences[] wanted;
  private String epoch = "epoch-1";
  private long newest;

  /// The number of the event under each sequence; -1 of what is lost.
  private int[] numbers = new int[1 << 12];

  /// The newest events themselves, by which a delivery is told quickly from a wrong one.
  private final @Nullable EncodedEvent[] recent = new @Nullable EncodedEvent[SharedStream.KEPT];

  /// From the first of each lost stretch to its last.
  private final TreeMap<Long, Long> lost = new TreeMap<>();

  /// Events that are in the log, and those that are there twice.
  private final BitSet known = new BitSet();

  private final BitSet twice = new BitSet();

  private final Map<Invariant, Integer> violations = new EnumMap<>(Invariant.class);
  private final List<String> told = new ArrayList<>();
  private long deliveries;
  private long digest;

  /// @param wishes how many there are
  Oracle(int wishes) {
    wanted = new Sequences[wishes];
    Arrays.setAll(wanted, wish -> new Sequences());
  }

  @Override
  public void stored(long sequence, EncodedEvent event) {
    int number = Events.numberOf(event);
    note(sequence, number);
    if (known.get(number)) {
      twice.set(number);
    }
    known.set(number);
    recent[place(sequence)] = event;
    wanted[Events.wishOf(event)].add(sequence);
  }

  private static int place(long sequence) {
    return (int) (sequence & (SharedStream.KEPT - 1));
  }

  private void note(long sequence, int number) {
    if (sequence >= numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * numbers.length);
    }
    numbers[(int) sequence] = number;
    newest = sequence;
  }

  @Override
  public void lost(long from, long to) {
    for (long sequence = from; sequence <= to; sequence++) {
      note(sequence, -1);
    }
    lost.put(from, to);
  }

  @Override
  public void wentBack(String newEpoch, long newNewest) {
    for (long sequence = newNewest + 1; sequence <= newest; sequence++) {
      int number = numbers[(int) sequence];
      if (number >= 0) {
        known.clear(number);
      }
    }
    for (Sequences some : wanted) {
      some.cut(newNewest);
    }
    lost.tailMap(newNewest + 1).clear();
    lost.replaceAll((from, to) -> Math.min(to, newNewest));
    epoch = newEpoch;
    newest = newNewest;
  }

  /// A gateway has told the producer of an event that it is in the log.
  void acknowledged(String inEpoch, long sequence, int number) {
    if (inEpoch.equals(epoch) && (sequence > newest || numbers[(int) sequence] != number)) {
      violated(Invariant.ACKNOWLEDGED, "event " + number + " is not at " + sequence);
    }
  }

  /// A member is told a position, at which it stands from now on.
  void toldPosition(Member member, long position) {
    member.position = position;
    member.next = wanted[member.wish.number()].upTo(position);
  }

  /// All the sockets of a member get an event.
  void delivered(Member member, LoggedEvent event, long previous, long now) {
    long sequence = event.sequence();
    deliveries += member.sockets;
    digest = 31 * (31 * (31 * digest + member.number) + sequence) + now;
    if (!member.epoch.equals(epoch)) {
      // It stands in an epoch that is over, and is about to be told.
      return;
    }
    Sequences mine = wanted[member.wish.number()];
    if (sequence <= member.position) {
      boolean isLast = sequence == mine.at(member.next - 1);
      violated(
          isLast ? Invariant.NONE_DOUBLE : Invariant.ORDER,
          member + " at " + member.position + " gets " + sequence);
      return;
    }
    if (sequence > newest || !isThere(sequence, event.event())) {
      violated(
          Invariant.ORDER,
          member + " gets event " + Events.numberOf(event.event()) + " as " + sequence);
    } else if (twice.get(numbers[(int) sequence])) {
      violated(Invariant.NONE_DOUBLE, member + " gets event " + numbers[(int) sequence] + " twice");
    }
    judgeSkipped(member, mine, sequence);
    long before = mine.at(member.next - 1);
    if (previous < before || previous > member.position) {
      violated(
          Invariant.PREVIOUS,
          member
              + " at "
              + member.position
              + " gets "
              + sequence
              + " with "
              + previous
              + " instead of "
              + before);
    }
    member.position = sequence;
    member.next++;
  }

  private boolean isThere(long sequence, EncodedEvent event) {
    return recent[place(sequence)] == event || numbers[(int) sequence] == Events.numberOf(event);
  }

  /// Nothing that the member wants may lie between where it stands and what it gets, and no loss.
  private void judgeSkipped(Member member, Sequences mine, long sequence) {
    int place = mine.upTo(sequence - 1);
    if (place > member.next) {
      violated(
          Invariant.NONE_MISSED,
          member
              + " at "
              + member.position
              + " gets "
              + sequence
              + " without "
              + mine.at(member.next));
      member.next = place;
    }
    if (place == mine.size() || mine.at(place) != sequence) {
      violated(Invariant.NONE_DOUBLE, member + " does not want " + sequence);
    }
    if (hasLost(member.position, sequence)) {
      violated(
          Invariant.NONE_MISSED,
          member + " at " + member.position + " gets " + sequence + " and hears of no loss");
    }
  }

  private boolean hasLost(long after, long upTo) {
    Map.Entry<Long, Long> last = lost.floorEntry(upTo);
    return last != null && last.getValue() > after;
  }

  /// All the sockets of a member are told of a loss.
  void gap(Member member, long from, long to) {
    digest = 31 * (31 * digest + from) + to;
    if (!member.epoch.equals(epoch)) {
      return;
    }
    if (from != member.position + 1) {
      // What it does not want lies between.
      judgeBetween(member, from);
    }
    for (long sequence = from; sequence <= to; sequence++) {
      if (sequence > newest || numbers[(int) sequence] >= 0) {
        violated(Invariant.NONE_MISSED, member + " is told that " + sequence + " is lost");
        break;
      }
    }
    member.position = to;
    member.next = wanted[member.wish.number()].upTo(to);
  }

  private void judgeBetween(Member member, long from) {
    if (wanted[member.wish.number()].upTo(from - 1) > member.next) {
      violated(
          Invariant.NONE_MISSED,
          member
              + " at "
              + member.position
              + " is told of a loss at "
              + from
              + ", without "
              + wanted[member.wish.number()].at(member.next));
    }
  }

  /// Two members of one wish are one from now on: they have to have had the same.
  void merged(Member one, Member other) {
    if (one.next != other.next && one.epoch.equals(epoch)) {
      violated(Invariant.NONE_MISSED, one + " and " + other + " have not had the same");
    }
  }

  /// Whether a member has had all there is.
  boolean hasAll(Member member) {
    return member.epoch.equals(epoch) && member.next == wanted[member.wish.number()].size();
  }

  void violated(Invariant invariant, String how) {
    if (violations.merge(invariant, 1, Integer::sum) <= MAX_TOLD) {
      told.add(invariant + ": " + how);
    }
  }

  /// How often each was violated; only those that were.
  Map<Invariant, Integer> violations() {
    return violations;
  }

  /// Some of the violations in words.
  List<String> told() {
    return told;
  }

  /// How many events sockets have got, each socket counted.
  long deliveries() {
    return deliveries;
  }

  /// A number that comes of all deliveries, when and in which order they were made.
  long digest() {
    return digest;
  }
}

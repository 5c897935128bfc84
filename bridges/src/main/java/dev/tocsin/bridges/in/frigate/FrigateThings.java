package dev.tocsin.bridges.in.frigate;

import dev.tocsin.bridges.bridge.Digest;
import dev.tocsin.events.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// How Frigate's things were when it last told of them: objects, reviews, and what was recognised. A message says how its thing
/// was before, but not always, and a thing may change back to what it was. A message that says when its thing was so, and comes
/// late or once more, is judged by itself. Of more than [#MAX_THINGS] the one told longest ago is forgotten, one that is over at
/// once, and all of them when the process ends: then what a message says by itself is what counts. One thread.
final class FrigateThings {

  /// How many things are remembered.
  static final int MAX_THINGS = 1_000;

  /// How many changes of each.
  private static final int MAX_CHANGES = 100;

  private static final int DIGEST_BYTES = 9;

  private final Map<String, Known> things = new LinkedHashMap<>();

  /// A change.
  ///
  /// @param fields what is another now; empty when it is none
  /// @param key what tells it from all others of its thing, for as long as the thing is known
  record Change(List<String> fields, String key) {}

  /// What is known of a thing.
  private static final class Known {

    /// How it was, as digests.
    private Map<String, String> values;

    /// How often it has become what a message says.
    private final Map<String, Integer> changes = new LinkedHashMap<>();

    /// The newest moment of which a message has spoken; `null` as long as none has.
    private @Nullable BigDecimal newest;

    Known(Map<String, String> values) {
      this.values = values;
    }

    /// Takes a message.
    ///
    /// @param content a digest of it
    /// @param follows whether the thing was as the message says, or the message does not say
    /// @return what tells it from others
    String take(Map<String, String> now, String content, boolean follows) {
      int before = changes.getOrDefault(content, 0);
      if (now.equals(values) || (before > 0 && !follows)) {
        // It has come once more, or says nothing new.
        return key(content, before - 1);
      }
      values = now;
      count(content, before + 1);
      return key(content, before);
    }

    /// Whether a message of a certain moment comes late, or has come before.
    boolean isPast(BigDecimal moment, String content) {
      return changes.containsKey(content) || (newest != null && moment.compareTo(newest) < 0);
    }

    /// Notes of which moment a message has spoken.
    void note(BigDecimal moment, String content) {
      newest = moment;
      if (!changes.containsKey(content)) {
        count(content, 1);
      }
    }

    /// Notes how often the thing has become what a message says.
    void count(String content, int times) {
      changes.put(content, times);
      if (changes.size() > MAX_CHANGES) {
        changes.remove(changes.keySet().iterator().next());
      }
    }

    private static String key(String content, int before) {
      return before <= 0 ? content : content + '/' + before;
    }
  }

  /// Notes a thing that is new, unless it is known.
  ///
  /// @param sort of the thing
  /// @param names what counts of it
  void begin(String sort, FrigateChange change, List<String> names, FrigateChange.Lookup value) {
    String thing = sort + '/' + change.id();
    if (!things.containsKey(thing)) {
      note(thing, new Known(values(change.now(), names, value)));
    }
  }

  /// Forgets a thing that is over.
  void end(String sort, FrigateChange change) {
    things.remove(sort + '/' + change.id());
  }

  /// Takes what Frigate tells of a thing that may have changed.
  ///
  /// @param sort of the thing
  /// @param names what counts of it
  Change take(String sort, FrigateChange change, List<String> names, FrigateChange.Lookup value) {
    String thing = sort + '/' + change.id();
    Map<String, String> before = values(change.before(), names, value);
    Map<String, String> now = values(change.now(), names, value);
    Known known = things.get(thing);
    List<String> fields = change.changes(names, value);
    String content = FrigateEvent.digest(change.message());
    BigDecimal moment = change.moment();
    if (known != null && moment != null && known.isPast(moment, content)) {
      return new Change(fields, content);
    }
    boolean isSilent = fields.isEmpty() || before.isEmpty();
    boolean follows = isSilent;
    if (known != null) {
      follows |= before.equals(known.values);
      if (isSilent) {
        fields = different(names, known.values, now);
      }
    }
    return new Change(fields, take(thing, known, now, content, follows, moment));
  }

  /// Takes something that is told as it is, without what was before.
  ///
  /// @param content a digest of it
  /// @return what tells it from all others of its thing
  String take(String thing, String content) {
    return take(thing, things.get(thing), Map.of("", content), content, true, null);
  }

  private String take(
      String thing,
      @Nullable Known known,
      Map<String, String> now,
      String content,
      boolean follows,
      @Nullable BigDecimal moment) {
    String key = content;
    Known told = known;
    if (told == null) {
      told = new Known(now);
      told.count(content, 1);
    } else {
      key = told.take(now, content, follows);
    }
    if (moment != null) {
      told.note(moment, content);
    }
    note(thing, told);
    return key;
  }

  private void note(String thing, Known known) {
    things.remove(thing);
    things.put(thing, known);
    if (things.size() > MAX_THINGS) {
      things.remove(things.keySet().iterator().next());
    }
  }

  private static List<String> different(
      List<String> names, Map<String, String> one, Map<String, String> other) {
    List<String> different = new ArrayList<>();
    for (String name : names) {
      if (!one.getOrDefault(name, "").equals(other.getOrDefault(name, ""))) {
        different.add(name);
      }
    }
    return different;
  }

  /// What there is of a thing, in short.
  private static Map<String, String> values(
      JsonNode thing, List<String> names, FrigateChange.Lookup value) {
    Map<String, String> values = new HashMap<>();
    for (String name : names) {
      JsonNode one = value.of(thing, name);
      if (!FrigateChange.isNothing(one)) {
        values.put(name, Digest.of(Json.write(one)).hex(DIGEST_BYTES));
      }
    }
    return values;
  }
}

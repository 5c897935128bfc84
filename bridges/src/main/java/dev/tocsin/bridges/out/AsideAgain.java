package dev.tocsin.bridges.out;

import java.util.ArrayList;
import java.util.List;

/// What was set aside, on its way to be sent again. One thread. What is on disk is brought up to date now and then, and at the
/// end.
final class AsideAgain {

  /// How many events may be sent before the list is written.
  private static final int MAX_UNSAVED = 100;

  private final SetAside aside;
  private final List<SetAside.Entry> entries;
  private final List<SetAside.Entry> refused = new ArrayList<>();
  private int next;
  private int done;
  private int saved;

  AsideAgain(SetAside aside) {
    this.aside = aside;
    this.entries = aside.all();
  }

  boolean hasNext() {
    return next < entries.size();
  }

  Shipment next() {
    SetAside.Entry entry = entries.get(next++);
    return new Shipment(entry.epoch(), List.of(entry.event()));
  }

  /// Notes that the event at hand is done with.
  void noteSent() {
    done = next;
    if (done - saved >= MAX_UNSAVED) {
      save();
    }
  }

  /// Keeps the event at hand, with what was said this time.
  ///
  /// @return empty: there was a place for it before
  String refuse(SetAside.Entry entry) {
    refused.add(entry);
    return "";
  }

  /// Writes what is left.
  void save() {
    if (done == saved) {
      return;
    }
    List<SetAside.Entry> left = new ArrayList<>(refused);
    left.addAll(entries.subList(done, entries.size()));
    if (aside.replace(left)) {
      saved = done;
    }
  }
}

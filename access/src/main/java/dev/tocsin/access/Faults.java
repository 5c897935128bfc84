package dev.tocsin.access;

import java.util.ArrayList;
import java.util.List;

/// What is wrong with something that was read, each fault a part of a sentence. However much it is, what is told of it is
/// no longer than a page: further faults are only counted. One thread.
final class Faults {

  /// How many are told.
  static final int MAX_TOLD = 20;

  /// How many characters they have together; the first is told at any length.
  static final int MAX_LENGTH = 1_500;

  private final List<String> told = new ArrayList<>();
  private int length;
  private int more;

  void add(String fault) {
    boolean isRoom = told.size() < MAX_TOLD && length + fault.length() <= MAX_LENGTH;
    if (told.isEmpty() || (isRoom && more == 0)) {
      told.add(fault);
      length += fault.length();
    } else {
      more++;
    }
  }

  boolean isEmpty() {
    return told.isEmpty();
  }

  /// Those that are told, and how many others there are.
  List<String> told() {
    List<String> all = new ArrayList<>(told);
    if (more > 0) {
      all.add("and " + more + " more");
    }
    return List.copyOf(all);
  }
}

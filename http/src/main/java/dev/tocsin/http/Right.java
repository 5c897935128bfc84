package dev.tocsin.http;

/// A right that a route asks for. What it means, and who has it, is the [Doorkeeper]'s matter.
///
/// Each is made once and equal to itself alone, whatever its name. As a record it would cost the start 13 ms: the JVM makes
/// the methods of records when one is first called.
public final class Right {

  /// What needs no right.
  public static final Right NONE = new Right("none");

  /// What needs no right either, but is for browsers: their rules hold for it, whoever asks.
  public static final Right PUBLIC = new Right("public");

  private final String name;

  /// @param name for a person
  public Right(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  /// Whether everybody has it.
  public boolean isEverybodys() {
    return equals(NONE) || equals(PUBLIC);
  }
}

package dev.tocsin.http;

/// A right that a route asks for. What it means, and who has it, is the [Doorkeeper]'s matter.
///
/// @param name for a person
public record Right(String name) {

  /// What needs no right.
  public static final Right NONE = new Right("none");

  /// What needs no right either, but is for browsers: their rules hold for it, whoever asks.
  public static final Right PUBLIC = new Right("public");

  /// Whether everybody has it.
  public boolean isEverybodys() {
    return equals(NONE) || equals(PUBLIC);
  }
}

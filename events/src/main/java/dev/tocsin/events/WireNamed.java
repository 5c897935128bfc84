package dev.tocsin.events;

/// An enum constant that tells how it is written in a payload.
///
/// The built-in enums have it, so that a program can compare with what stands in JSON. An enum of an
/// embedding application may give its constants other names than their own: in lower case, each once.
public interface WireNamed {

  /// The constant's name in Java.
  String name();

  /// The constant as it stands on the wire: its name in lower case.
  default String wireName() {
    return Ascii.lowerCase(name());
  }
}

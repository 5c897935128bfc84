package dev.tocsin.events;

/// What a field of a payload says, where it can be compared: a text, a number or a truth value. Equal
/// values are equal objects. Immutable.
public sealed interface FieldValue permits FieldValue.Text, FieldValue.Truth, JsonNumber {

  /// A text, and also a moment or one of an enum's names.
  record Text(String text) implements FieldValue {
    @Override
    public String shown() {
      return PayloadCheck.quoted(text);
    }
  }

  /// `true` or `false`.
  record Truth(boolean value) implements FieldValue {
    @Override
    public String shown() {
      return Boolean.toString(value);
    }
  }

  /// As it is shown to a person, shortened.
  String shown();
}

package dev.tocsin.bridges.description;

/// Something that is wrong in a file of bridges.
///
/// @param pointer where it is, as a JSON pointer (RFC 6901); empty for the file as a whole
/// @param line the line of that place, from 1; 0 where there is none
/// @param message a sentence for a person, without the place
public record BridgeFault(String pointer, int line, String message) {

  @Override
  public String toString() {
    String place = pointer.isEmpty() ? "" : pointer + ": ";
    return (line == 0 ? "" : "line " + line + ": ") + place + message;
  }
}

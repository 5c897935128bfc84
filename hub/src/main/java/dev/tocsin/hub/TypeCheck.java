package dev.tocsin.hub;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Asked about the type of an event that is judged, as soon as it is known to be one of the catalog: whether it may be
/// published, and afterwards which it was. Belongs to one publish after the other.
final class TypeCheck implements Function<String, @Nullable Rejection> {

  private @Nullable EventFilter granted;
  private String type = "";

  /// Begins with another event.
  ///
  /// @param allowed what may be published; `null` for everything
  void begin(@Nullable EventFilter allowed) {
    granted = allowed;
    type = "";
  }

  @Override
  public @Nullable Rejection apply(String found) {
    type = found;
    return granted == null || granted.passesSome(found) ? null : notGranted(found);
  }

  /// The type of the event; empty when it has none of the catalog, or was refused before that was known.
  String type() {
    return type;
  }

  static Rejection notGranted(String what) {
    return new Rejection(ErrorCode.FORBIDDEN, "This credential does not allow to publish " + what);
  }
}

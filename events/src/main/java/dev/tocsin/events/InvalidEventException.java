package dev.tocsin.events;

import java.util.List;

/// An event could not be made, because it could not be published: its type is unknown, or its payload does
/// not fit the type's schema.
public final class InvalidEventException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /// How many faults stand in the message.
  private static final int MAX_SHOWN = 8;

  private final transient Rejection rejection;

  InvalidEventException(Rejection rejection) {
    super(message(rejection));
    this.rejection = rejection;
  }

  /// What a publish of the event would have been refused with.
  public Rejection rejection() {
    return rejection;
  }

  /// Every fault of the payload at once; none when it is something else.
  public List<PayloadError> errors() {
    return rejection.errors();
  }

  private static String message(Rejection rejection) {
    StringBuilder message = new StringBuilder(rejection.message());
    List<PayloadError> errors = rejection.errors();
    for (int i = 1; i < errors.size() && i < MAX_SHOWN; i++) {
      message
          .append("; ")
          .append(PayloadCheck.shortened(errors.get(i).path()))
          .append(' ')
          .append(errors.get(i).message());
    }
    return message.toString();
  }
}

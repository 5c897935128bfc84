package dev.tocsin.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The refusal of an event or a message: a value, not an exception, because it is expected.
///
/// @param code the stable code
/// @param message a sentence for a person
/// @param errors every fault of the payload when the code is [ErrorCode#INVALID_PAYLOAD], at most
///     [#MAX_ERRORS] of them; empty otherwise
/// @param uncertain whether the event may be in the log all the same
/// @param field the field that a `where` is refused for; `null` otherwise
/// @param suggestion what may have been meant instead; `null` when nothing is near
/// @param retryMillis after how long the same may succeed; `null` where that is not known
public record Rejection(
    ErrorCode code,
    String message,
    List<PayloadError> errors,
    boolean uncertain,
    @Nullable String field,
    @Nullable String suggestion,
    @Nullable Long retryMillis)
    implements EncodingResult, Json.Reading {

  /// How many faults of one payload are told; further ones are not looked for, and the message says
  /// "at least".
  public static final int MAX_ERRORS = 1_000;

  public Rejection {
    errors = List.copyOf(errors);
  }

  /// A refusal without payload faults.
  public Rejection(ErrorCode code, String message) {
    this(code, message, List.of());
  }

  /// A refusal of what the event says.
  public Rejection(ErrorCode code, String message, List<PayloadError> errors) {
    this(code, message, errors, false, null, null, null);
  }

  /// Why, and what may have been meant instead: for a person who is not told the [#suggestion] otherwise.
  public String sentence() {
    return suggestion == null ? message : message + "; did you mean \"" + suggestion + "\"?";
  }

  /// What a producer is told when nobody knows whether its event was published.
  public static Rejection uncertain(String message) {
    return new Rejection(ErrorCode.UNAVAILABLE, message, List.of(), true, null, null, null);
  }

  /// The refusal of a `where` for one of its fields.
  static Rejection ofFilter(String field, String message, @Nullable String suggestion) {
    return new Rejection(
        ErrorCode.INVALID_FILTER,
        "where: " + PayloadCheck.quoted(field) + ": " + message,
        List.of(),
        false,
        field,
        suggestion,
        null);
  }

  /// The refusal of what comes too fast.
  public static Rejection rateLimited(String message, long retryMillis) {
    return new Rejection(
        ErrorCode.RATE_LIMITED, message, List.of(), false, null, null, retryMillis);
  }
}

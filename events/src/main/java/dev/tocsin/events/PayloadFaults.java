package dev.tocsin.events;

import java.util.List;

/// The refusals of payloads, worded once.
final class PayloadFaults {

  private PayloadFaults() {}

  static Rejection missing() {
    return rejection("required", "The payload is missing");
  }

  static Rejection notAnObject() {
    return rejection("type", "The payload must be a JSON object");
  }

  private static Rejection rejection(String code, String message) {
    return new Rejection(
        ErrorCode.INVALID_PAYLOAD, message, List.of(new PayloadError("", code, message)));
  }

  /// The refusal of the payload of a type.
  ///
  /// @param errors the faults, at least one
  /// @param perhapsMore whether the search ended at the bound of what is told
  static Rejection rejection(String type, List<PayloadError> errors, boolean perhapsMore) {
    PayloadError first = errors.getFirst();
    String place = first.path().isEmpty() ? "" : PayloadCheck.shortened(first.path()) + " ";
    int others = errors.size() - 1;
    String more =
        perhapsMore
            ? " (and at least " + others + " more)"
            : others == 0 ? "" : " (and " + others + " more)";
    return new Rejection(
        ErrorCode.INVALID_PAYLOAD,
        "Payload of " + type + ": " + place + first.message() + more,
        errors);
  }
}

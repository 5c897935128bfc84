package dev.tocsin.client;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.PayloadError;
import java.util.List;
import java.util.Optional;

/// The server's no to an action, or the client's own where it knows what the server would say.
///
/// @param code the stable code, for instance `invalid_payload`; a newer server may have others than
///     [ErrorCode] names
/// @param message a sentence for a person
/// @param errors every fault of the payload when that is what was refused; empty otherwise
public record Refusal(String code, String message, List<PayloadError> errors) {

  public Refusal {
    errors = List.copyOf(errors);
  }

  /// The code, where this version knows it.
  public Optional<ErrorCode> knownCode() {
    return ErrorCode.ofWireName(code);
  }

  /// Whether the same may be taken later without being changed. A code that this version does not
  /// know is taken for final.
  public boolean isRetryable() {
    return knownCode().map(ErrorCode::isRetryable).orElse(false);
  }
}

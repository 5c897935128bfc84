package dev.tocsin.hub;

import java.util.concurrent.CompletionStage;

/// Finds out who somebody is: the port behind which all ways to authenticate lie. Safe for any thread.
public interface Authenticator {

  /// What was found out.
  sealed interface Outcome {

    /// The credential is good.
    record Accepted(Pass pass) implements Outcome {}

    /// It is not.
    ///
    /// @param reason a sentence for the operator, without anything secret; the client is never told it
    record Refused(String reason) implements Outcome {}

    /// It cannot be judged at the moment.
    ///
    /// @param reason a sentence for the operator
    record Unavailable(String reason) implements Outcome {}
  }

  /// Judges a credential. It may be called on an event loop, so it never blocks: what takes longer than a digest, or waits for
  /// anything, completes on another thread.
  CompletionStage<Outcome> authenticate(Credential credential);
}

package dev.tocsin.websocket;

/// Where a [FramedConnection] stands. Immutable; the methods are the transitions.
///
/// ```
/// OPEN ──end wanted by either side, or a fault──> CLOSING ──> closed
///   └──the peer wants to end, and is owed answers──> ENDING ──answered, or a fault──^
/// ```
sealed interface FramePhase {

  /// Messages come and go.
  sealed interface Speaking extends FramePhase {

    /// The peer wants no more than the answers that it is owed.
    ///
    /// @param lastWord ends the connection after them
    default Ending end(Runnable lastWord) {
      return new Ending(lastWord);
    }

    /// The last word is said now.
    default Closing close(int code) {
      return new Closing(code);
    }
  }

  /// Nobody has asked for the end.
  enum Open implements Speaking {
    TO_BOTH_SIDES
  }

  /// The peer has asked for the end, and is still owed answers.
  record Ending(Runnable lastWord) implements Speaking {}

  /// Nothing is sent and nothing is understood any more.
  ///
  /// @param code why; [CloseCodes#NONE] where a close frame has told none, [CloseCodes#BROKEN] where there was no
  ///     close frame
  record Closing(int code) implements FramePhase {}
}

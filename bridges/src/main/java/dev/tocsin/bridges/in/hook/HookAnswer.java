package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.Publisher;
import dev.tocsin.events.Rejection;

/// What became of a request to a hook.
public sealed interface HookAnswer {

  /// It was taken, and need not be sent again.
  ///
  /// @param published how many events it has become
  /// @param ignored how many it was not meant to become, or had become before
  /// @param refused how many it should have become
  record Taken(int published, int ignored, int refused) implements HookAnswer {}

  /// Nothing became of it; the code says whether it may be sent again.
  record Refused(Rejection rejection) implements HookAnswer {}

  /// It is not from whom it should be.
  ///
  /// @param reason for the operator alone
  record Unauthentic(String reason) implements HookAnswer {}

  /// There is no room for it at the moment.
  record Busy() implements HookAnswer {}

  /// The answer to a message of which something has become.
  static HookAnswer of(Publisher.Result result) {
    return switch (result) {
      case Publisher.Result.Taken(int published, int ignored, int refused) ->
          new Taken(published, ignored, refused);
      case Publisher.Result.Refused(Rejection rejection) -> new Refused(rejection);
    };
  }
}

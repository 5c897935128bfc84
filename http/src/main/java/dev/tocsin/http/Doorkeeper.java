package dev.tocsin.http;

import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Finds out who asks, and whether they may, before a route is taken.
public interface Doorkeeper {

  /// What was found out.
  sealed interface Verdict {

    /// The request goes on.
    record Admitted(Caller caller) implements Verdict {}

    /// The request is answered so.
    record Denied(Response response) implements Verdict {}
  }

  /// Lets anyone do anything.
  Doorkeeper NONE =
      new Doorkeeper() {
        private final CompletionStage<Verdict> anyone =
            CompletableFuture.completedFuture(new Verdict.Admitted(Caller.ANYONE));

        @Override
        public CompletionStage<Verdict> admit(HttpRequest head, Right right) {
          return anyone;
        }
      };

  /// Judges a request by its head. It may take its time, up to [HttpLimits#BODY_MILLIS], and may complete on any
  /// thread: until then nothing of the body is read. Called on the event loop.
  CompletionStage<Verdict> admit(HttpRequest head, Right right);
}

package dev.tocsin.http;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Finds out who asks, and whether they may, before a route is taken.
public interface Doorkeeper {

  /// What was found out.
  sealed interface Verdict {

    /// The request goes on.
    record Admitted(Caller caller) implements Verdict {}

    /// The request is answered so.
    record Denied(Response response) implements Verdict {}
  }

  /// A request at the door.
  ///
  /// @param connection where it came from
  /// @param uri its path and query, of which the names are known to be right
  /// @param right what its route asks for
  record Knock(HttpConnection connection, HttpRequest head, QueryStringDecoder uri, Right right) {}

  /// Lets anyone do anything.
  Doorkeeper NONE =
      new Doorkeeper() {
        private final CompletionStage<Verdict> anyone =
            CompletableFuture.completedFuture(new Verdict.Admitted(Caller.ANYONE));

        @Override
        public CompletionStage<Verdict> admit(Knock knock) {
          return anyone;
        }
      };

  /// Judges a request by its head. It may take its time, up to [HttpLimits#BODY_MILLIS], and may complete on any
  /// thread: until then nothing of the body is read. Called on the event loop.
  CompletionStage<Verdict> admit(Knock knock);

  /// The parameters that every query may have besides its route's own, for the doorkeeper to read.
  default Set<String> parameters() {
    return Set.of();
  }

  /// Why a URL is refused whatever it asks for; `null` when it is not.
  ///
  /// @param path decoded; what is not encoded correctly stays as it was sent, here and in the query
  /// @param names of the parameters in its query
  /// @param values of all of them
  default @Nullable Problem fault(
      String path, Collection<String> names, Collection<String> values) {
    return null;
  }
}

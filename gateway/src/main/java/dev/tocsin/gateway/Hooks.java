package dev.tocsin.gateway;

import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.Rejection;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.Hub;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Takes what other systems post below `/hooks/`, in words of their own. The gateway knows where that may be and who may post;
/// what becomes of it is the caller's. Called by event loops, so it must not block.
public interface Hooks {

  /// Nowhere.
  Hooks NONE =
      new Hooks() {
        @Override
        public List<Place> places() {
          return List.of();
        }

        @Override
        public CompletionStage<Answer> receive(Post post) {
          return CompletableFuture.completedFuture(new Answer.Busy());
        }

        @Override
        public void refused(String path, String code, String sentence) {}

        @Override
        public CompletionStage<Retry> retry(String bridge) {
          return CompletableFuture.completedFuture(new Retry.Impossible());
        }

        @Override
        public List<BridgeStanding> figures() {
          return List.of();
        }
      };

  /// Somewhere to post to.
  ///
  /// @param path for instance `/hooks/github`
  /// @param isSigned whether a request itself shows that it is good, which [Hooks#receive] finds out; otherwise it takes a
  ///     credential
  record Place(String path, boolean isSigned) {}

  /// What was posted.
  ///
  /// @param path of one of the places
  /// @param headers by their names in lower case, of each the first value
  /// @param body not to be changed
  /// @param hub where events go
  /// @param granted what may be published; `null` for everything
  @SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
  record Post(
      String path,
      Map<String, String> headers,
      byte[] body,
      Hub hub,
      @Nullable EventFilter granted) {
    public Post {
      headers = Map.copyOf(headers);
    }
  }

  /// What became of it.
  sealed interface Answer {

    /// It need not be posted again.
    record Taken(int published, int ignored, int refused) implements Answer {}

    /// Nothing became of it.
    record Refused(Rejection rejection) implements Answer {}

    /// It is not from whom it should be.
    ///
    /// @param reason for the operator alone
    record Unauthentic(String reason) implements Answer {}

    /// There is no room for it now.
    record Busy() implements Answer {}
  }

  /// What became of the wish to have sent again what a bridge's other side has refused.
  sealed interface Retry {

    /// So many events are sent again.
    record Begun(int events) implements Retry {}

    /// There is no such bridge, or it sends nothing out.
    record Impossible() implements Retry {}
  }

  /// Where something may be posted; always the same.
  List<Place> places();

  /// Takes what was posted.
  ///
  /// @return completed on any thread
  CompletionStage<Answer> receive(Post post);

  /// Notes what was posted and refused before it could be received: by whom it came, its head, its size, or a body that broke
  /// off.
  ///
  /// @param path of one of the places
  /// @param code why, one of a few
  /// @param sentence what the sender was told
  void refused(String path, String code, String sentence);

  /// Has a bridge send again what its other side has refused for good.
  ///
  /// @param bridge its name
  /// @return completed on any thread
  CompletionStage<Retry> retry(String bridge);

  /// The figures of this moment, of each bridge.
  List<BridgeStanding> figures();
}

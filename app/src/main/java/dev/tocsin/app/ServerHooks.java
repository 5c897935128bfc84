package dev.tocsin.app;

import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.in.hook.HookAnswer;
import dev.tocsin.bridges.in.hook.HookRequest;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.gateway.Hooks;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// The bridges of a server as its gateway knows them.
///
/// @param bridges which run
record ServerHooks(Bridges bridges) implements Hooks {

  @Override
  public List<Place> places() {
    return places(bridges);
  }

  /// Where bridges take requests.
  static List<Place> places(Bridges bridges) {
    return bridges.places().stream()
        .map(place -> new Place(place.path(), place.isSigned()))
        .toList();
  }

  @Override
  public CompletionStage<Answer> receive(Post post) {
    return bridges
        .receive(
            post.path(),
            new HookRequest(post.headers(), post.body(), new OwnHub(post.hub(), post.granted())))
        .thenApply(ServerHooks::answer);
  }

  @Override
  public void refused(String path, String code, String sentence) {
    bridges.refused(path, new Reason(code), sentence);
  }

  static Answer answer(HookAnswer answer) {
    return switch (answer) {
      case HookAnswer.Taken taken ->
          new Answer.Taken(taken.published(), taken.ignored(), taken.refused());
      case HookAnswer.Refused refused -> new Answer.Refused(refused.rejection());
      case HookAnswer.Unauthentic bad -> new Answer.Unauthentic(bad.reason());
      case HookAnswer.Busy busy -> new Answer.Busy();
    };
  }

  /// It may have to wait for a file.
  @Override
  public CompletionStage<Retry> retry(String bridge) {
    CompletableFuture<Retry> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("tocsin-bridge-retry")
        .start(() -> {
          try {
            OptionalInt events = bridges.retry(bridge);
            answer.complete(
                events.isPresent() ? new Retry.Begun(events.getAsInt()) : new Retry.Impossible());
          } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  @Override
  public List<BridgeStanding> figures() {
    return bridges.standings();
  }
}

package dev.tocsin.app;

import dev.tocsin.bridges.BridgeHub;
import dev.tocsin.bridges.BridgeStanding;
import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.HookAnswer;
import dev.tocsin.bridges.HookRequest;
import dev.tocsin.events.Slice;
import dev.tocsin.gateway.Hooks;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The bridges of a server as its gateway knows them, and its hub as the bridges know it.
///
/// @param bridges which run
record ServerHooks(Bridges bridges) implements Hooks {

  /// The hub of this process.
  ///
  /// @param granted what may be published; `null` for everything
  private record OwnHub(Hub hub, @Nullable EventFilter granted) implements BridgeHub {

    @Override
    public CompletionStage<Outcome> publish(byte[] envelope, @Nullable String idempotencyKey) {
      return hub.publish(new PublishCommand(Slice.of(envelope), idempotencyKey, granted))
          .thenApply(result ->
              switch (result) {
                case PublishResult.Published published ->
                    new Outcome.Published(published.sequence());
                case PublishResult.Refused refused -> new Outcome.Refused(refused.rejection());
              });
    }

    @Override
    public String id() {
      return hub.log().state().epoch();
    }
  }

  @Override
  public List<Place> places() {
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
        .thenApply(answer ->
            switch (answer) {
              case HookAnswer.Taken taken ->
                  new Answer.Taken(taken.published(), taken.ignored(), taken.refused());
              case HookAnswer.Refused refused -> new Answer.Refused(refused.rejection());
              case HookAnswer.Unauthentic bad -> new Answer.Unauthentic(bad.reason());
              case HookAnswer.Busy busy -> new Answer.Busy();
            });
  }

  @Override
  public List<Figures> figures() {
    return bridges.standings().stream().map(ServerHooks::figures).toList();
  }

  private static Figures figures(BridgeStanding bridge) {
    return new Figures(
        bridge.name(),
        bridge.kind(),
        bridge.received(),
        bridge.published(),
        bridge.ignored(),
        bridge.refused().stream()
            .collect(
                Collectors.toMap(BridgeStanding.Refusal::reason, BridgeStanding.Refusal::count)));
  }
}

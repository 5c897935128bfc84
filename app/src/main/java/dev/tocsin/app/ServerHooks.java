package dev.tocsin.app;

import dev.tocsin.bridges.BridgeStanding;
import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.HookAnswer;
import dev.tocsin.bridges.HookRequest;
import dev.tocsin.gateway.Hooks;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/// The bridges of a server as its gateway knows them.
///
/// @param bridges which run
record ServerHooks(Bridges bridges) implements Hooks {

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

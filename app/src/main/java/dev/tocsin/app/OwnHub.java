package dev.tocsin.app;

import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.bridges.hub.HubCursor;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.bridges.hub.Wanted;
import dev.tocsin.events.Slice;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Hub;
import dev.tocsin.hub.LogState;
import dev.tocsin.hub.PublishCommand;
import dev.tocsin.hub.PublishResult;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The hub of this process, as bridges know it.
///
/// @param granted what may be published; `null` for everything
record OwnHub(Hub hub, @Nullable EventFilter granted) implements FollowableHub {

  @Override
  public CompletionStage<Outcome> publish(byte[] envelope, @Nullable String idempotencyKey) {
    // What is new comes behind everything that there is already.
    long newest = hub.log().state().newest();
    return hub.publish(new PublishCommand(Slice.of(envelope), idempotencyKey, granted))
        .thenApply(result ->
            switch (result) {
              case PublishResult.Published published ->
                  new Outcome.Published(published.sequence(), published.sequence() <= newest);
              case PublishResult.Refused refused -> new Outcome.Refused(refused.rejection());
            });
  }

  @Override
  public HubCursor follow(Wanted wanted, @Nullable HubPosition after) {
    return new OwnCursor(
        hub.newCursor(
            wanted.patterns().stream().map(EventPattern::of).toList(),
            wanted.where(),
            null,
            after == null ? null : after.epoch(),
            after == null ? 0 : after.sequence()));
  }

  @Override
  public @Nullable HubPosition newest() {
    LogState state = hub.log().state();
    return state.epoch().isEmpty() ? null : new HubPosition(state.epoch(), state.newest());
  }

  @Override
  public String id() {
    return hub.log().state().epoch();
  }
}

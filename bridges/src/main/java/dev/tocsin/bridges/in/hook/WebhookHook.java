package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.Publisher;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.mapping.BridgeMessage;
import dev.tocsin.bridges.mapping.Mapped;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A hook for any JSON: each mapping that is for a message makes an event of it.
final class WebhookHook implements Hook {

  private final HookSettings.Webhook settings;
  private final @Nullable String idHeader;
  private final InstantSource clock;

  /// @param idHeader the header that is the same each time a sender tries; `null` where there is none
  WebhookHook(HookSettings.Webhook settings, @Nullable String idHeader, InstantSource clock) {
    this.settings = settings;
    this.idHeader = idHeader;
    this.clock = clock;
  }

  @Override
  public HookAnswer take(JsonNode said, HookRequest request, Publisher publisher)
      throws InterruptedException {
    BridgeMessage message =
        new BridgeMessage(settings.name(), null, said, request.headers(), clock.instant());
    String id = idHeader == null ? null : request.headers().get(idHeader);
    boolean isMeant = false;
    for (int i = 0; i < settings.mappings().size() && !publisher.hasToWait(); i++) {
      switch (settings.mappings().get(i).map(message)) {
        case Mapped.NotMeant notMeant -> {}
        case Mapped.Ignored(Reason reason) -> {
          isMeant = true;
          publisher.ignore(reason);
        }
        case Mapped.Impossible impossible -> {
          isMeant = true;
          publisher.refuse(impossible.reason(), impossible.rejection());
        }
        case Mapped.Event event -> {
          isMeant = true;
          String distinct = event.key() == null ? id : event.key();
          publisher.publish(
              event.envelope(),
              distinct == null
                  ? null
                  : Publisher.key(settings.name(), Integer.toString(i), event.type(), distinct));
        }
      }
    }
    if (!isMeant) {
      publisher.ignore(Reason.NO_MAPPING);
    }
    return HookAnswer.of(publisher.result());
  }
}

package dev.tocsin.bridges.out.webhook;

import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.bridge.StandardWebhooks;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.out.EventForm;
import dev.tocsin.bridges.out.Receiver;
import dev.tocsin.bridges.out.Shipment;
import dev.tocsin.events.Via;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Posts events to an address as Standard Webhooks: with an id that is the same on each try, the moment of the try, and a
/// signature for each secret. What the answer means is judged by its status alone. One thread, but [#close].
final class WebhookReceiver implements Receiver {

  private static final String USER_AGENT = "Tocsin-Webhook";

  private final WebhookOutSettings settings;
  private final EventForm form;
  private final Signer signer;
  private final Map<String, String> headers;
  private final HttpLine line;
  private final InstantSource clock;

  /// @param headers that are sent along
  WebhookReceiver(
      WebhookOutSettings settings,
      EventForm form,
      Signer signer,
      Map<String, String> headers,
      HttpLine line,
      InstantSource clock) {
    this.settings = settings;
    this.form = form;
    this.signer = signer;
    this.headers = Map.copyOf(headers);
    this.line = line;
    this.clock = clock;
  }

  @Override
  public Answer send(Shipment shipment) throws InterruptedException {
    Via via = Via.ofEvent(shipment.events().getFirst().envelope());
    List<FollowedEvent> together = together(shipment, via);
    byte[] body = body(shipment.epoch(), together);
    try {
      HttpAnswer answer = line.post(headers(id(shipment, together), body, via, shipment), body);
      return judge(answer, together.size());
    } catch (IOException e) {
      if (line.isClosed() || Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("closed");
      }
      return new Answer.Later(0, sentence(e), Duration.ZERO);
    }
  }

  /// The events from the first on that have come through the same hubs: one message names them for all.
  private static List<FollowedEvent> together(Shipment shipment, Via via) {
    List<FollowedEvent> together = new ArrayList<>();
    for (FollowedEvent event : shipment.events()) {
      if (!together.isEmpty() && !Via.ofEvent(event.envelope()).equals(via)) {
        break;
      }
      together.add(event);
    }
    return together;
  }

  private byte[] body(String epoch, List<FollowedEvent> events) {
    if (!settings.isBatch()) {
      return form.write(epoch, events.getFirst());
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    char before = '[';
    for (FollowedEvent event : events) {
      body.write(before);
      body.writeBytes(form.write(epoch, event));
      before = ',';
    }
    body.write(']');
    return body.toByteArray();
  }

  /// The epoch and the sequence, or the sequences of the first and of the last.
  private static String id(Shipment shipment, List<FollowedEvent> events) {
    String first = shipment.id(events.getFirst());
    return events.size() == 1 ? first : first + '-' + events.getLast().sequence();
  }

  private Map<String, String> headers(String id, byte[] body, Via via, Shipment shipment) {
    Map<String, String> all = new LinkedHashMap<>(headers);
    long timestamp = clock.instant().getEpochSecond();
    all.put("User-Agent", USER_AGENT);
    all.put("Content-Type", settings.isBatch() ? form.batchType() : form.mediaType());
    all.put("Tocsin-Via", via.header(shipment.epoch()));
    all.put(StandardWebhooks.ID, id);
    all.put(StandardWebhooks.TIMESTAMP, Long.toString(timestamp));
    String signatures = signer.sign(id, timestamp, body);
    if (!signatures.isEmpty()) {
      all.put(StandardWebhooks.SIGNATURE, signatures);
    }
    return all;
  }

  private Answer judge(HttpAnswer answer, int events) {
    int status = answer.status();
    if (status / 100 == 2) {
      return new Answer.Taken(events);
    }
    String sentence = "it has answered " + answer.line();
    if (status == 410) {
      return new Answer.Over(0, sentence);
    }
    if (status / 100 == 3) {
      return new Answer.Later(
          0, sentence + redirect(answer.header("location")), retryAfter(answer, clock.instant()));
    }
    if (status / 100 == 5 || status == 408 || status == 425 || status == 429) {
      return new Answer.Later(0, sentence, retryAfter(answer, clock.instant()));
    }
    if (answer.body().contains(Via.IN_A_LOOP)) {
      return new Answer.PassedOver(
          0, Reason.LOOP, sentence + ": this comes from there, or goes back to where it is");
    }
    return new Answer.Refused(0, sentence, answer.body());
  }

  private static String redirect(@Nullable String location) {
    return ", which leads to "
        + (location == null ? "another address" : Faults.quoted(location))
        + ": that is not followed; the address in the file has to be the right one";
  }

  private static Duration retryAfter(HttpAnswer answer, Instant now) {
    return RetryAfter.of(answer.header("retry-after"), now);
  }

  private static String sentence(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  @Override
  public void close() {
    line.close();
  }
}

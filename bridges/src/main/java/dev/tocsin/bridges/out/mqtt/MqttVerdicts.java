package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.out.Receiver.Answer;
import dev.tocsin.bridges.out.Shipment;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttReason;
import dev.tocsin.mqtt.MqttWindow;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What becomes of events by what a broker has said to them, and by what it has not. Several are on their way at a time, so it
/// may have spoken of some that stand behind one that it has not taken: these are not sent again. A broker that ends the
/// connection again and again at the same message does not want it ([MqttSuspect]). One thread.
final class MqttVerdicts {

  /// What the broker has said to events behind one that it has not taken, by their ids; of one shipment at the most.
  private final Map<String, Said> settled = new HashMap<>();

  private final MqttSuspect suspect = new MqttSuspect();

  /// What the broker has said to an event.
  ///
  /// @param sentence why it is refused
  /// @param answer in the broker's words
  private record Said(boolean isRefused, String sentence, String answer) {

    static Said of(MqttIncoming.Acknowledged answer) {
      return new Said(
          answer.isRefused(), "the broker refuses it: " + answer.words(), answer.reason());
    }

    Answer.Refused refused(int taken) {
      return new Answer.Refused(taken, sentence, answer);
    }
  }

  /// What is known of events that went out before, with one that was not taken; `null` when they have to be sent.
  @Nullable Answer known(Shipment shipment) {
    int taken = 0;
    for (FollowedEvent event : shipment.events()) {
      Said said = settled.remove(shipment.id(event));
      if (said == null) {
        break;
      }
      if (said.isRefused()) {
        if (taken > 0) {
          settled.put(shipment.id(event), said);
          return new Answer.Taken(taken);
        }
        return said.refused(0);
      }
      taken++;
    }
    if (taken > 0) {
      return new Answer.Taken(taken);
    }
    settled.clear();
    return null;
  }

  /// Whether the first event of a shipment has to be sent alone.
  boolean isSuspect(Shipment shipment) {
    return suspect.is(shipment.id(shipment.events().getFirst()));
  }

  /// Judges what was sent: events of a shipment, from the first on.
  ///
  /// @param events those that were sent
  /// @param places where each of them stands in what was published
  Answer judge(
      Shipment shipment,
      List<FollowedEvent> events,
      List<Integer> places,
      MqttWindow.Outcome outcome) {
    int taken = 0;
    MqttIncoming.Acknowledged answer = null;
    for (; taken < events.size(); taken++) {
      answer = outcome.answers().get(places.get(taken));
      if (answer == null || answer.isRefused()) {
        break;
      }
    }
    if (taken == events.size()) {
      suspect.clear();
      return new Answer.Taken(taken);
    }
    for (int i = taken; i < events.size(); i++) {
      MqttIncoming.Acknowledged other = outcome.answers().get(places.get(i));
      if (other != null && other.code() != MqttReason.QUOTA_EXCEEDED) {
        settled.put(shipment.id(events.get(i)), Said.of(other));
      }
    }
    if (answer == null) {
      boolean isSent = outcome.sent() > places.get(taken);
      return unanswered(shipment, events, isSent, taken, outcome.end());
    }
    if (answer.code() == MqttReason.QUOTA_EXCEEDED) {
      return new Answer.Later(taken, Said.of(answer).sentence(), Duration.ZERO);
    }
    suspect.clear();
    // Of several the rest is sent one by one, and this one is known by then.
    boolean isAlone = shipment.size() - taken == 1;
    if (isAlone) {
      settled.clear();
    }
    return Said.of(answer).refused(taken);
  }

  private Answer unanswered(
      Shipment shipment,
      List<FollowedEvent> events,
      boolean isSent,
      int taken,
      @Nullable IOException end) {
    String sentence =
        end == null || end.getMessage() == null ? String.valueOf(end) : end.getMessage();
    Answer later = new Answer.Later(taken, sentence, Duration.ZERO);
    if (!isSent || end == null || MqttSuspect.isSilence(end)) {
      return later;
    }
    String id = shipment.id(events.get(taken));
    if (!suspect.noteEnd(id, events.size() == 1, end)) {
      return later;
    }
    suspect.clear();
    settled.clear();
    Said said = new Said(true, "the broker ends the connection at this message: " + sentence, "");
    if (shipment.size() - taken > 1) {
      settled.put(id, said);
    }
    return said.refused(taken);
  }
}

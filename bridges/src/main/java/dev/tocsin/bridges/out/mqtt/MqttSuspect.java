package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.mqtt.MqttReason;
import dev.tocsin.mqtt.MqttRefusedException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/// The event at which a broker may have ended the connection. It is sent alone from then on, and when the broker does that
/// again and again, it does not want it: in MQTT 3.1.1 it has no other way to say so. One thread.
final class MqttSuspect {

  /// How often the broker may end the connection at the same message, alone on its way.
  static final int MAX_ENDS = 5;

  private String id = "";
  private int ends;

  /// Whether an event is it.
  boolean is(String event) {
    return event.equals(id);
  }

  /// There is none any more.
  void clear() {
    id = "";
    ends = 0;
  }

  /// Notes that the connection has ended while an event was on its way.
  ///
  /// @param isAlone whether nothing else was
  /// @return whether the broker does not want it
  boolean noteEnd(String event, boolean isAlone, IOException end) {
    if (!isAlone || !is(event)) {
      id = event;
      ends = 0;
      return false;
    }
    ends++;
    boolean isTooLarge =
        end instanceof MqttRefusedException no && no.code() == MqttReason.PACKET_TOO_LARGE;
    return isTooLarge || ends >= MAX_ENDS;
  }

  /// Whether the connection has ended because the broker says nothing: then it has refused nothing either.
  static boolean isSilence(@Nullable IOException end) {
    return end == null
        || end instanceof SocketTimeoutException
        || end.getCause() instanceof SocketTimeoutException;
  }
}

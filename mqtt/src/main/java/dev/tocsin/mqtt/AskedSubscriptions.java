package dev.tocsin.mqtt;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What was asked for by SUBSCRIBE and is not answered yet: a broker that answers something else, or nothing, is none to wait
/// for. Any thread.
final class AskedSubscriptions {

  /// How long a broker may take for an answer.
  static final long MAX_SECONDS = 30;

  private final Map<Integer, Asked> asked = new ConcurrentHashMap<>();

  private record Asked(int filters, long atNanos) {}

  /// Notes what is about to be asked for.
  void ask(int packetId, int filters, long nowNanos) {
    asked.put(packetId, new Asked(filters, nowNanos));
  }

  /// Holds what has come, be it of interest or not, against what was asked for.
  ///
  /// @throws MqttProtocolException when a broker answers another question
  /// @throws IOException when it has not answered for too long
  void hear(@Nullable MqttIncoming said, long nowNanos) throws IOException {
    if (said instanceof MqttIncoming.Subscribed answer) {
      Asked question = asked.remove(answer.packetId());
      if (question == null) {
        throw new MqttProtocolException("a subscription is answered that was not asked for");
      }
      if (question.filters() != answer.codes().size()) {
        throw new MqttProtocolException(
            "a subscription to "
                + question.filters()
                + " filters is answered for "
                + answer.codes().size());
      }
    }
    Iterator<Asked> open = asked.values().iterator();
    while (open.hasNext()) {
      if (nowNanos - open.next().atNanos() > TimeUnit.SECONDS.toNanos(MAX_SECONDS)) {
        throw new IOException(
            "the broker has not answered to a subscription for " + MAX_SECONDS + " s");
      }
    }
  }
}

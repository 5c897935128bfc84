package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.mqtt.MqttConnection;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttReason;
import dev.tocsin.mqtt.MqttWindow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What comes over one connection of a [MqttLine]: acknowledgements, which it hands to the window of the connection, and Home
/// Assistant's births. A virtual thread of its own reads. It sends nothing itself: a broker that does not read could not be
/// told from one that says nothing then. So whoever owns the line asks what there is to acknowledge, and whether to greet anew,
/// each time that the window rings.
final class MqttHearing {

  private static final String BORN = "online";

  // immutable
  private final MqttConnection connection;
  private final MqttWindow window;
  private final @Nullable String birth;
  private final BridgeFigures figures;

  // guarded by this
  private final List<Integer> unacknowledged = new ArrayList<>();
  private boolean isBorn;

  /// @param birth the topic that is heard for Home Assistant's birth; `null` for none
  MqttHearing(
      MqttConnection connection, MqttWindow window, @Nullable String birth, BridgeFigures figures) {
    this.connection = connection;
    this.window = window;
    this.birth = birth;
    this.figures = figures;
  }

  /// Begins to read, until the connection ends; its window is told of that.
  void start(String bridge) {
    Thread.ofVirtual().name("tocsin-bridge-" + bridge + "-reader").start(this::read);
  }

  private void read() {
    try {
      while (true) {
        switch (connection.receive()) {
          case MqttIncoming.Acknowledged answer -> window.take(answer);
          case MqttIncoming.Message message -> hear(message.packetId(), isBirth(message));
          case MqttIncoming.Unreadable message -> hear(message.packetId(), false);
          case MqttIncoming.Subscribed(int id, List<Integer> codes) -> subscribed(codes);
          case MqttIncoming.Unsubscribed nothing -> {}
        }
      }
    } catch (IOException e) {
      window.end(e);
    } catch (RuntimeException | Error e) {
      window.end(new IOException("the bridge met a fault of its own: " + e, e));
    } finally {
      // Whoever still writes is told.
      connection.leave();
    }
  }

  private void subscribed(List<Integer> codes) {
    if (codes.stream().anyMatch(code -> code >= 0x80)) {
      figures.noteError(
          "the broker refuses the subscription to Home Assistant's birth: "
              + MqttReason.words(codes.getFirst()));
    }
  }

  /// A birth that is retained says nothing new: all was told when the connection began.
  private boolean isBirth(MqttIncoming.Message message) {
    return !message.isRetained()
        && message.topic().equals(birth)
        && new String(message.payload(), StandardCharsets.UTF_8).equals(BORN);
  }

  private void hear(int packetId, boolean isBirth) throws IOException {
    synchronized (this) {
      isBorn |= isBirth;
      if (packetId != 0) {
        unacknowledged.add(packetId);
      }
      if (unacknowledged.size() > MqttWindow.MAX_IN_FLIGHT) {
        throw new IOException("the broker sends more than it was told to");
      }
    }
    window.ring();
  }

  /// Takes the messages that are to be acknowledged.
  synchronized List<Integer> takeUnacknowledged() {
    List<Integer> taken = List.copyOf(unacknowledged);
    unacknowledged.clear();
    return taken;
  }

  /// Whether Home Assistant was born since the last time.
  synchronized boolean takeBirth() {
    boolean was = isBorn;
    isBorn = false;
    return was;
  }
}

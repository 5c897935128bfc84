package dev.tocsin.bridges.broker;

import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.mqtt.MqttAddress;
import dev.tocsin.mqtt.MqttConnection;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttOptions;
import dev.tocsin.mqtt.MqttVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A subscriber at a real broker that keeps its session, comes back after a break, and keeps what came.
public final class Listener implements AutoCloseable {

  private final int port;
  private final String filter;
  private final String client;
  private final Thread thread;
  private final List<MqttIncoming.Message> messages = new ArrayList<>();
  private volatile boolean isClosed;
  private volatile boolean isSubscribed;

  private Listener(int port, String filter, String client) {
    this.port = port;
    this.filter = filter;
    this.client = client;
    this.thread = Thread.ofVirtual().unstarted(this::work);
  }

  /// One that is subscribed.
  public static Listener on(Mosquitto broker, String filter, String client)
      throws InterruptedException {
    Listener listener = new Listener(broker.port(), filter, client);
    listener.thread.start();
    OnMosquitto.await("a subscription to " + filter, () -> listener.isSubscribed);
    return listener;
  }

  private void work() {
    while (!isClosed) {
      try (MqttConnection connection =
          MqttConnection.open(
              new MqttOptions(
                  new MqttAddress("127.0.0.1", port, false),
                  null,
                  MqttVersion.V5,
                  client,
                  null,
                  null,
                  60,
                  false,
                  3_600,
                  100,
                  1 << 20,
                  null))) {
        connection.subscribe(List.of(filter));
        while (!isClosed) {
          switch (connection.receive()) {
            case MqttIncoming.Message message -> {
              synchronized (messages) {
                messages.add(message);
              }
              connection.acknowledge(message.packetId());
            }
            case MqttIncoming.Subscribed done -> isSubscribed = true;
            default -> throw new IllegalStateException("of no use to a listener");
          }
        }
      } catch (IOException e) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public List<MqttIncoming.Message> messages() {
    synchronized (messages) {
      return List.copyOf(messages);
    }
  }

  public static String text(MqttIncoming.Message message) {
    return new String(message.payload(), StandardCharsets.UTF_8);
  }

  public static JsonNode json(MqttIncoming.Message message) {
    return TestMessages.json(text(message));
  }

  /// The ids of the alerts of envelopes, each once, in the order in which they first came.
  public List<String> ids() {
    return messages().stream()
        .map(message -> json(message).path("payload").path("id").stringValue(""))
        .distinct()
        .toList();
  }

  /// The newest message of each topic.
  public Map<String, String> newest() {
    Map<String, String> newest = new LinkedHashMap<>();
    messages().forEach(message -> newest.put(message.topic(), text(message)));
    return newest;
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
  }
}

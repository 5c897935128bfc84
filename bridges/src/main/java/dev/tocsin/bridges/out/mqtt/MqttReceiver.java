package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.bridges.out.OutSettings;
import dev.tocsin.bridges.out.OutState;
import dev.tocsin.bridges.out.Receiver;
import dev.tocsin.bridges.out.Shipment;
import dev.tocsin.events.Json;
import dev.tocsin.events.Via;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttMessage;
import dev.tocsin.mqtt.MqttProperty;
import dev.tocsin.mqtt.MqttWindow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/// Publishes events to a broker of MQTT at QoS 1, several at a time, in their order. An event is taken when the broker has
/// acknowledged it; one that it refuses is refused for good, but where a quota is used up. What went out with an event that was
/// not taken, and was acknowledged itself, is not sent again.
///
/// A broker that ends the connection again and again at the same message does not want it ([MqttSuspect]). One thread, but
/// [#close].
final class MqttReceiver implements Receiver {

  /// How long the broker may acknowledge nothing.
  static final Duration PATIENCE = Duration.ofSeconds(30);

  static final String ONLINE = "online";
  static final String OFFLINE = "offline";

  private static final String CLIENT = "client";
  private static final String HOME = "home";

  // immutable
  private final MqttOutSettings settings;
  private final OutSettings.Parts parts;
  private final Duration patience;
  private final Backoff backoff;
  private final RandomGenerator random;
  private final MqttWording wording;
  private final HomeView view = new HomeView();
  private final @Nullable HomeMessages home;

  // owned by the bridge's thread
  private @Nullable OutState state;

  private final MqttVerdicts verdicts = new MqttVerdicts();
  private boolean isUnseenTold;

  // written by the bridge's thread, or before it is there
  private volatile String hub = "";
  private volatile Runnable bell = () -> {};

  private volatile @Nullable MqttLine line;
  private volatile boolean isClosed;

  MqttReceiver(
      MqttOutSettings settings,
      OutSettings.Parts parts,
      Duration patience,
      Backoff backoff,
      RandomGenerator random) {
    this.settings = settings;
    this.parts = parts;
    this.patience = patience;
    this.backoff = backoff;
    this.random = random;
    this.wording = new MqttWording(settings);
    HomeSettings wanted = settings.home();
    this.home = wanted == null ? null : new HomeMessages(wanted, settings.status());
  }

  @Override
  public void comesFrom(String id) {
    hub = id;
  }

  @Override
  public void whenReady(Runnable ring) {
    bell = ring;
  }

  @Override
  public String open(OutState now) {
    if (line != null) {
      // The bridge begins anew after a fault of its own; its line is still there.
      return "";
    }
    state = now;
    JsonNode note = now.note() == null ? MissingNode.getInstance() : now.note();
    String kept = note.path(CLIENT).stringValue("");
    String client = kept.isEmpty() ? Integer.toHexString(random.nextInt()) : kept;
    view.restore(note.path(HOME));
    now.beforeWriting(() -> {
      ObjectNode known = JsonNodeFactory.instance.objectNode().put(CLIENT, client);
      if (home != null) {
        known.set(HOME, view.json());
      }
      now.note(known);
      return true;
    });
    String own = settings.broker().clientId();
    HomeSettings wanted = settings.home();
    MqttLine made =
        new MqttLine(
            settings,
            parts,
            new MqttLine.Parts(
                own == null ? "tocsin-" + settings.name() + '-' + client : own,
                () -> status(OFFLINE),
                wanted == null ? null : wanted.birth(),
                this::greeting,
                () -> bell.run(),
                patience,
                backoff));
    line = made;
    if (isClosed) {
      made.close();
    }
    made.start();
    return "";
  }

  private MqttMessage status(String word) {
    return new MqttMessage(
        settings.status(),
        word.getBytes(StandardCharsets.UTF_8),
        true,
        List.of(new MqttProperty(Via.HEADER, hub)));
  }

  /// What is said first on each connection. Any thread.
  private List<MqttMessage> greeting() {
    List<MqttMessage> messages = new ArrayList<>();
    messages.add(status(ONLINE));
    if (home != null) {
      messages.addAll(home.of(view, view.all(), hub, true));
    }
    return messages;
  }

  /// Messages of events, and what Home Assistant is told about them.
  ///
  /// @param events those that are sent
  /// @param all the messages, those of the events at the places that are said
  /// @param places where each event's message stands
  private record Batch(
      List<FollowedEvent> events,
      List<MqttMessage> all,
      List<Integer> places,
      HomeView.News news) {}

  @Override
  public Answer send(Shipment shipment) throws InterruptedException {
    MqttLine open = line;
    if (open == null) {
      throw new IllegalStateException("it is not open");
    }
    HubPosition position = state == null ? null : state.position();
    hub = position == null ? shipment.epoch() : position.epoch();
    Answer known = verdicts.known(shipment);
    if (known != null) {
      return known;
    }
    Batch batch = batch(shipment);
    MqttWindow.Outcome outcome = null;
    try {
      outcome = open.publish(batch.all());
    } finally {
      if (outcome == null || outcome.end() != null) {
        // What Home Assistant was not told is told the next time.
        view.putBack(batch.news());
      }
    }
    if (outcome == null) {
      return new Answer.Later(0, open.trouble(), Duration.ZERO);
    }
    noteHome(batch, outcome);
    return verdicts.judge(shipment, batch.events(), batch.places(), outcome);
  }

  private Batch batch(Shipment shipment) {
    boolean isSuspect = verdicts.isSuspect(shipment);
    List<FollowedEvent> events = isSuspect ? shipment.first().events() : shipment.events();
    List<MqttMessage> said = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (FollowedEvent event : events) {
      JsonNode envelope =
          Json.read(event.envelope()) instanceof Json.Value(JsonNode tree)
              ? tree
              : MissingNode.getInstance();
      boolean isLate = isLate(shipment, event);
      places.add(said.size());
      said.add(wording.of(shipment, event, envelope, isLate));
      if (home != null && !isLate) {
        view.take(event.type(), envelope.path("payload"));
        MqttMessage alert = home.event(event.type(), envelope.path("payload"), shipment.epoch());
        if (alert != null) {
          said.add(alert);
        }
      }
    }
    // One message alone, so that it is clear which one a broker does not want.
    boolean isShown = home != null && !isSuspect;
    HomeView.News news = isShown ? view.news() : new HomeView.News(Set.of(), Set.of(), false);
    if (home == null || news.isEmpty()) {
      return new Batch(events, said, places, news);
    }
    said.addAll(home.of(view, news, shipment.epoch(), false));
    return new Batch(events, said, places, news);
  }

  /// Whether something newer has gone out before: what was set aside is sent again.
  private boolean isLate(Shipment shipment, FollowedEvent event) {
    HubPosition position = state == null ? null : state.position();
    return position != null
        && (!position.epoch().equals(shipment.epoch()) || event.sequence() <= position.sequence());
  }

  private void noteHome(Batch batch, MqttWindow.Outcome outcome) {
    for (int i = 0; i < batch.all().size(); i++) {
      MqttIncoming.Acknowledged answer = outcome.answers().get(i);
      if (answer != null && answer.isRefused() && !batch.places().contains(i)) {
        parts
            .figures()
            .noteError("the broker refuses what is for Home Assistant: " + answer.words());
        break;
      }
    }
    if (view.unseen() > 0 && !isUnseenTold) {
      isUnseenTold = true;
      parts
          .figures()
          .noteError("Home Assistant is shown " + HomeView.MAX_CAMERAS + " cameras, and no more");
    }
  }

  @Override
  public void close() {
    isClosed = true;
    MqttLine open = line;
    if (open != null) {
      open.close();
    }
  }
}

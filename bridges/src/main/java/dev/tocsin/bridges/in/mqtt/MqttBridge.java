package dev.tocsin.bridges.in.mqtt;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.ReconnectPause;
import dev.tocsin.bridges.broker.BrokerLink;
import dev.tocsin.bridges.broker.BrokerSettings;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.bridges.mapping.TopicFilter;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.mqtt.MqttConnection;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttOptions;
import dev.tocsin.mqtt.MqttReason;
import dev.tocsin.mqtt.MqttRefusedException;
import dev.tocsin.mqtt.MqttVersion;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A bridge that hears what a broker of MQTT has: connects, subscribes, and takes one message after the other, on a virtual
/// thread of its own. A message is acknowledged when its events are in the log; what comes meanwhile stays with the broker,
/// also while the hub or this bridge is away.
final class MqttBridge implements Bridge {

  /// How long a broker keeps the session of a bridge that is away (MQTT 5).
  static final Duration SESSION_EXPIRY = Duration.ofDays(30);

  /// The same for a bridge that has nowhere to keep its client id: nobody comes back for it.
  static final Duration BRIEF_EXPIRY = Duration.ofMinutes(10);

  /// How many messages a broker may send before one is acknowledged (MQTT 5).
  static final int RECEIVE_MAXIMUM = 32;

  /// The largest message that is read, in bytes.
  static final int MAX_PAYLOAD_BYTES = 1 << 20;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration FIRST_HUB_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_HUB_PAUSE = Duration.ofSeconds(5);

  /// A connection that has stood so long was a good one.
  private static final Duration STEADY = Duration.ofSeconds(30);

  private static final long CLOSE_MILLIS = 2_000;

  private static final Logger LOG = LoggerFactory.getLogger(MqttBridge.class);

  // immutable
  private final MqttSettings settings;
  private final MessageHandler handler;
  private final List<String> filters;
  private final Map<String, String> environment;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final BridgeFigures figures;
  private final BrokerLink link;

  // owned by the thread, from its start on
  private final MqttMemory memory;
  private final ReconnectPause pause;
  private MqttVersion version;

  // guarded by this
  private @Nullable Thread thread;
  private @Nullable MqttConnection connection;
  private boolean closed;

  MqttBridge(
      MqttSettings settings,
      Map<String, String> environment,
      MqttMemory memory,
      RandomGenerator random,
      InstantSource clock) {
    this.settings = settings;
    this.handler = settings.handlers().get();
    this.filters =
        TopicFilters.apart(handler.filters()).stream().map(TopicFilter::toString).toList();
    this.environment = Map.copyOf(environment);
    this.memory = memory;
    this.random = random;
    this.clock = clock;
    this.figures = new BridgeFigures(clock);
    this.link = new BrokerLink(settings, figures);
    memory.tellOf(figures::noteError);
    this.pause = new ReconnectPause(new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random));
    MqttVersion asked = settings.broker().version();
    this.version = asked == null ? MqttVersion.V5 : asked;
  }

  @Override
  public void start(FollowableHub hub) {
    MqttIntake intake =
        new MqttIntake(
            settings.name(),
            handler,
            memory,
            hub,
            figures,
            new ReconnectPause(new Backoff(FIRST_HUB_PAUSE, LONGEST_HUB_PAUSE, random)),
            clock);
    synchronized (this) {
      if (!closed) {
        thread =
            Thread.ofVirtual().name("tocsin-bridge-" + settings.name()).start(() -> work(intake));
      }
    }
  }

  @Override
  public BridgeStanding standing() {
    return figures.of(settings);
  }

  private void work(MqttIntake intake) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Instant begin = clock.instant();
        if (attempt(intake)) {
          if (Duration.between(begin, clock.instant()).compareTo(STEADY) >= 0) {
            pause.reset();
          }
          Thread.sleep(pause.next());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    } finally {
      memory.close();
    }
  }

  /// Connects and takes messages until the connection ends.
  ///
  /// @return whether to wait before the next try
  private boolean attempt(MqttIntake intake) throws InterruptedException {
    String clientId = clientId();
    memory.writeSession();
    try (MqttConnection open = MqttConnection.open(options(clientId))) {
      if (!adopt(open)) {
        throw new InterruptedException();
      }
      serve(open, intake);
    } catch (MqttRefusedException e) {
      if (settings.broker().isForOlder(e, version)) {
        version = MqttVersion.V3_1_1;
        return false;
      }
      down(e, clientId);
    } catch (MissingSecretException | IOException e) {
      down(e, clientId);
    } catch (RuntimeException | Error e) {
      link.brokeDown(e);
    }
    return true;
  }

  private String clientId() {
    String own = settings.broker().clientId();
    return own == null ? "tocsin-" + settings.name() + '-' + memory.clientId() : own;
  }

  private MqttOptions options(String clientId) throws IOException, MissingSecretException {
    BrokerSettings broker = settings.broker();
    BrokerSettings.Login login = broker.login(environment);
    boolean isKept = memory.isLasting() || broker.clientId() != null;
    return new MqttOptions(
        broker.address(),
        broker.context(),
        version,
        clientId,
        login.username(),
        login.password(),
        broker.keepAliveSeconds(),
        false,
        (isKept ? SESSION_EXPIRY : BRIEF_EXPIRY).toSeconds(),
        RECEIVE_MAXIMUM,
        MAX_PAYLOAD_BYTES,
        null);
  }

  private synchronized boolean adopt(MqttConnection open) {
    connection = open;
    return !closed;
  }

  private void serve(MqttConnection open, MqttIntake intake)
      throws IOException, InterruptedException {
    if (open.answer().isSessionPresent()) {
      List<String> gone = new ArrayList<>(memory.filters());
      gone.removeAll(filters);
      if (!gone.isEmpty()) {
        open.unsubscribe(gone);
      }
    } else {
      memory.forgetDeliveries();
    }
    open.subscribe(filters);
    memory.noteFilters(filters);
    while (true) {
      switch (open.receive()) {
        case MqttIncoming.Message message -> {
          intake.take(message);
          open.acknowledge(message.packetId());
        }
        case MqttIncoming.Unreadable message -> {
          intake.take(message);
          open.acknowledge(message.packetId());
        }
        case MqttIncoming.Subscribed(int id, List<Integer> codes) -> subscribed(codes);
        case MqttIncoming.Unsubscribed gone -> {}
        case MqttIncoming.Acknowledged nothing -> {}
      }
    }
  }

  private void subscribed(List<Integer> codes) throws IOException {
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < Math.min(codes.size(), filters.size()); i++) {
      if (codes.get(i) >= 0x80) {
        refused.add(Faults.quoted(filters.get(i)) + ": " + MqttReason.words(codes.get(i)));
      }
    }
    String sentence = "the broker refuses subscriptions: " + String.join(", ", refused);
    if (refused.size() == filters.size()) {
      throw new IOException(sentence);
    }
    link.up(version);
    if (!refused.isEmpty()) {
      figures.noteError(sentence);
      LOG.atWarn().addKeyValue("bridge", settings.name()).log(sentence);
    }
  }

  private void down(Exception e, String clientId) {
    if (!isClosed()) {
      link.down(BrokerLink.sentence(e, clientId));
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
      if (connection != null) {
        connection.close();
      }
    }
    if (running != null) {
      running.interrupt();
      try {
        running.join(CLOSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

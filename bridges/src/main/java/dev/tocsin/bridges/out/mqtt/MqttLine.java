package dev.tocsin.bridges.out.mqtt;

import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.ReconnectPause;
import dev.tocsin.bridges.broker.BrokerLink;
import dev.tocsin.bridges.broker.BrokerSettings;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.out.OutSettings;
import dev.tocsin.mqtt.MqttConnection;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttMessage;
import dev.tocsin.mqtt.MqttOptions;
import dev.tocsin.mqtt.MqttRefusedException;
import dev.tocsin.mqtt.MqttVersion;
import dev.tocsin.mqtt.MqttWindow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The line of a bridge to the broker that it publishes to: it is there also while there is nothing to publish, and comes back
/// by itself. It says whether the bridge is there, by a topic and a will, and tells anew what it has to tell after each
/// connection and each time that Home Assistant says that it has started.
///
/// Each connection has a clean session: the broker keeps nothing for it, and what it has not acknowledged is published anew by
/// whoever asked for it. One virtual thread connects and greets; what comes over each connection is heard by its [MqttHearing].
/// [#publish] is for one thread at a time.
final class MqttLine implements AutoCloseable {

  /// The largest message that is read. Nothing is subscribed to but a birth message.
  static final int MAX_PAYLOAD_BYTES = 1_024;

  /// How long a message waits for a connection.
  static final Duration WAIT = Duration.ofSeconds(5);

  /// How long Home Assistant's birth messages are gathered before it is told all anew.
  static final Duration BIRTH_PAUSE = Duration.ofSeconds(1);

  private static final Duration STEADY = Duration.ofSeconds(30);

  /// What a line is made with.
  ///
  /// @param clientId by which the broker knows it
  /// @param will what the broker says when the line breaks; asked for at each connection
  /// @param birth the topic that is heard for Home Assistant's birth; `null` for none
  /// @param greeting what is said first on each connection, and after each birth
  /// @param ready is run when a connection is there
  /// @param patience how long the broker may acknowledge nothing
  record Parts(
      String clientId,
      Supplier<MqttMessage> will,
      @Nullable String birth,
      Supplier<List<MqttMessage>> greeting,
      Runnable ready,
      Duration patience,
      Backoff backoff) {}

  // immutable
  private final MqttOutSettings settings;
  private final OutSettings.Parts outside;
  private final Parts parts;
  private final BrokerLink link;

  /// Held while something is published.
  private final ReentrantLock speaking = new ReentrantLock();

  // owned by the keeper's thread
  private final ReconnectPause pause;
  private MqttVersion version;

  // guarded by this
  private @Nullable Thread keeper;
  private @Nullable MqttConnection connection;
  private @Nullable MqttWindow window;
  private String trouble = "not connected yet";
  private boolean closed;

  MqttLine(MqttOutSettings settings, OutSettings.Parts outside, Parts parts) {
    this.settings = settings;
    this.outside = outside;
    this.parts = parts;
    this.link = new BrokerLink(settings, outside.figures());
    this.pause = new ReconnectPause(parts.backoff());
    MqttVersion asked = settings.broker().version();
    this.version = asked == null ? MqttVersion.V5 : asked;
  }

  synchronized void start() {
    if (!closed && keeper == null) {
      keeper =
          Thread.ofVirtual().name("tocsin-bridge-" + settings.name() + "-line").start(this::keep);
    }
  }

  /// Publishes messages in their order, and waits for what the broker says to each.
  ///
  /// @return `null` when there is no connection
  MqttWindow.@Nullable Outcome publish(List<MqttMessage> messages) throws InterruptedException {
    MqttWindow open = awaitWindow();
    if (open == null) {
      return null;
    }
    speaking.lockInterruptibly();
    try {
      return open.publish(messages);
    } finally {
      speaking.unlock();
    }
  }

  /// Why there is no connection.
  synchronized String trouble() {
    return trouble;
  }

  private synchronized @Nullable MqttWindow awaitWindow() throws InterruptedException {
    long end = System.nanoTime() + WAIT.toNanos();
    while (window == null && !closed) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        break;
      }
      wait(left);
    }
    if (closed) {
      throw new InterruptedException("closed");
    }
    return window;
  }

  private void keep() {
    try {
      while (!isClosed()) {
        long begin = System.nanoTime();
        if (attempt()) {
          if (System.nanoTime() - begin >= STEADY.toNanos()) {
            pause.reset();
          }
          Thread.sleep(pause.next());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /// Connects, and keeps the connection until its end.
  ///
  /// @return whether to wait before the next try
  private boolean attempt() throws InterruptedException {
    try {
      MqttConnection open = MqttConnection.open(options());
      try {
        if (!adopt(open)) {
          throw new InterruptedException();
        }
        serve(open);
      } finally {
        forget();
        open.leave();
      }
    } catch (MqttRefusedException e) {
      if (settings.broker().isForOlder(e, version)) {
        version = MqttVersion.V3_1_1;
        return false;
      }
      down(e);
    } catch (MissingSecretException | IOException e) {
      down(e);
    } catch (RuntimeException | Error e) {
      link.brokeDown(e);
    }
    return true;
  }

  private MqttOptions options() throws IOException, MissingSecretException {
    BrokerSettings broker = settings.broker();
    BrokerSettings.Login login = broker.login(outside.environment());
    return new MqttOptions(
        broker.address(),
        broker.context(),
        version,
        parts.clientId(),
        login.username(),
        login.password(),
        broker.keepAliveSeconds(),
        true,
        0,
        MqttWindow.MAX_IN_FLIGHT,
        MAX_PAYLOAD_BYTES,
        parts.will().get());
  }

  private synchronized boolean adopt(MqttConnection open) {
    connection = open;
    return !closed;
  }

  private synchronized void forget() {
    connection = null;
    window = null;
  }

  private void serve(MqttConnection open) throws IOException, InterruptedException {
    if (open.answer().maximumQos() == 0) {
      throw new IOException("the broker takes messages at QoS 0 alone, which may be lost");
    }
    MqttWindow fresh = new MqttWindow(open, parts.patience());
    MqttHearing hearing = new MqttHearing(open, fresh, parts.birth(), outside.figures());
    hearing.start(settings.name());
    if (parts.birth() != null) {
      open.subscribe(List.of(parts.birth()));
    }
    greet(fresh);
    up(fresh, open);
    while (true) {
      IOException end = fresh.awaitEnd();
      if (end != null) {
        throw end;
      }
      for (int id : hearing.takeUnacknowledged()) {
        open.acknowledge(id);
      }
      if (hearing.takeBirth()) {
        Thread.sleep(BIRTH_PAUSE);
        greet(fresh);
      }
    }
  }

  /// Says what is said first. What it is, is asked for when nobody else speaks: so nothing that is older comes after what is
  /// newer.
  private void greet(MqttWindow open) throws IOException, InterruptedException {
    speaking.lockInterruptibly();
    try {
      MqttWindow.Outcome outcome = open.publish(parts.greeting().get());
      if (outcome.end() != null) {
        throw outcome.end();
      }
      for (MqttIncoming.Acknowledged answer : outcome.answers()) {
        if (answer != null && answer.isRefused()) {
          outside
              .figures()
              .noteError("the broker refuses what the bridge says of itself: " + answer.words());
          break;
        }
      }
    } finally {
      speaking.unlock();
    }
  }

  private void up(MqttWindow fresh, MqttConnection open) {
    synchronized (this) {
      window = fresh;
      notifyAll();
    }
    link.up(version);
    parts.ready().run();
    if (!open.answer().isRetaining()) {
      outside.figures().noteError("the broker retains no messages: who comes later hears nothing");
    }
  }

  private void down(Exception e) {
    String sentence = BrokerLink.sentence(e, parts.clientId());
    synchronized (this) {
      if (closed) {
        return;
      }
      trouble = sentence;
    }
    link.down(sentence);
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /// Ends it, and has the broker say so.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
      if (connection != null) {
        connection.leave();
      }
      if (keeper != null) {
        keeper.interrupt();
      }
    }
  }
}

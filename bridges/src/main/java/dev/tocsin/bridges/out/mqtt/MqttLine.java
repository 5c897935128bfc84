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
import dev.tocsin.mqtt.MqttReason;
import dev.tocsin.mqtt.MqttRefusedException;
import dev.tocsin.mqtt.MqttVersion;
import dev.tocsin.mqtt.MqttWindow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The line of a bridge to the broker that it publishes to: it is there also while there is nothing to publish, and comes back by itself. It says
/// whether the bridge is there, by a topic and a will, and tells anew what it has to tell after each connection and each time that Home
/// Assistant says that it has started.
///
/// Each connection has a clean session: the broker keeps nothing for it, and what it has not acknowledged is published anew by whoever asked
/// for it. One virtual thread connects and greets, another one reads each connection. [#publish] is for one thread at a time.
final class MqttLine implements AutoCloseable {

  /// The largest message that is read. Nothing is subscribed to but a birth message.
  static final int MAX_PAYLOAD_BYTES = 1_024;

  /// How long a message waits for a connection.
  static final Duration WAIT = Duration.ofSeconds(5);

  /// How long Home Assistant's birth messages are gathered before it is told all anew.
  static final Duration BIRTH_PAUSE = Duration.ofSeconds(1);

  private static final Duration STEADY = Duration.ofSeconds(30);
  private static final String BORN = "online";

  /// What a line is made with.
  ///
  /// @param clientId by which the broker knows it
  /// @param will what the broker says when the line breaks
  /// @param birth the topic that is heard for Home Assistant's birth; `null` for none
  /// @param greeting what is said first on each connection, and after each birth
  /// @param ready is run when a connection is there
  /// @param patience how long the broker may acknowledge nothing
  record Parts(
      String clientId,
      MqttMessage will,
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
  private boolean isBorn;

  /// Messages that are to be acknowledged.
  private final List<Integer> heard = new ArrayList<>();

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
        parts.will());
  }

  private synchronized boolean adopt(MqttConnection open) {
    connection = open;
    isBorn = false;
    heard.clear();
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
    Thread.ofVirtual()
        .name("tocsin-bridge-" + settings.name() + "-reader")
        .start(() -> read(open, fresh));
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
      for (int id : takeHeard()) {
        open.acknowledge(id);
      }
      if (takeBirth()) {
        Thread.sleep(BIRTH_PAUSE);
        greet(fresh);
      }
    }
  }

  /// Says what is said first. What it is, is asked for when nobody else speaks: so nothing that is older comes after what is newer.
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

  /// Takes what comes. It sends nothing itself: a broker that does not read could not be told from one that says nothing then.
  private void read(MqttConnection open, MqttWindow fresh) {
    try {
      while (true) {
        switch (open.receive()) {
          case MqttIncoming.Acknowledged answer -> fresh.take(answer);
          case MqttIncoming.Message message -> hear(message.packetId(), isBirth(message), fresh);
          case MqttIncoming.Unreadable message -> hear(message.packetId(), false, fresh);
          case MqttIncoming.Subscribed(int id, List<Integer> codes) -> subscribed(codes);
          case MqttIncoming.Unsubscribed nothing -> {}
        }
      }
    } catch (IOException e) {
      fresh.end(e);
    } catch (RuntimeException | Error e) {
      fresh.end(new IOException("the bridge met a fault of its own: " + e, e));
    } finally {
      // Whoever still writes is told.
      open.leave();
    }
  }

  private void subscribed(List<Integer> codes) {
    if (codes.stream().anyMatch(code -> code >= 0x80)) {
      outside
          .figures()
          .noteError(
              "the broker refuses the subscription to Home Assistant's birth: "
                  + MqttReason.words(codes.getFirst()));
    }
  }

  /// A birth that is retained says nothing new: all was told when the connection began.
  private boolean isBirth(MqttIncoming.Message message) {
    return !message.isRetained()
        && message.topic().equals(parts.birth())
        && new String(message.payload(), StandardCharsets.UTF_8).equals(BORN);
  }

  private void hear(int packetId, boolean isBirth, MqttWindow fresh) throws IOException {
    synchronized (this) {
      isBorn |= isBirth;
      if (packetId != 0) {
        heard.add(packetId);
      }
      if (heard.size() > MqttWindow.MAX_IN_FLIGHT) {
        throw new IOException("the broker sends more than it was told to");
      }
    }
    fresh.ring();
  }

  private synchronized List<Integer> takeHeard() {
    List<Integer> taken = List.copyOf(heard);
    heard.clear();
    return taken;
  }

  private synchronized boolean takeBirth() {
    boolean was = isBorn;
    isBorn = false;
    return was;
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

package dev.tocsin.bridges;

import dev.tocsin.mqtt.MqttConnection;
import dev.tocsin.mqtt.MqttIncoming;
import dev.tocsin.mqtt.MqttMessage;
import dev.tocsin.mqtt.MqttOptions;
import dev.tocsin.mqtt.MqttReason;
import dev.tocsin.mqtt.MqttRefusedException;
import dev.tocsin.mqtt.MqttVersion;
import dev.tocsin.mqtt.MqttWindow;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(MqttLine.class);

  /// What a line is made with.
  ///
  /// @param clientId by which the broker knows it
  /// @param will what the broker says when the line breaks
  /// @param birth the topic that is heard for Home Assistant's birth; `null` for none
  /// @param greeting what is said first on each connection, and after each birth
  /// @param patience how long the broker may acknowledge nothing
  record Parts(
      String clientId,
      MqttMessage will,
      @Nullable String birth,
      Supplier<List<MqttMessage>> greeting,
      Duration patience,
      Backoff backoff) {}

  // immutable
  private final MqttOutSettings settings;
  private final OutSettings.Parts outside;
  private final Parts parts;

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
      if (e.code() == MqttReason.UNSUPPORTED_VERSION
          && settings.broker().version() == null
          && version == MqttVersion.V5) {
        version = MqttVersion.V3_1_1;
        return false;
      }
      down(
          e.code() == MqttReason.SESSION_TAKEN_OVER
              ? e.getMessage() + ": " + Faults.quoted(parts.clientId())
              : String.valueOf(e.getMessage()));
    } catch (EOFException e) {
      down(
          e.getMessage()
              + "; if it does so again and again, it may not want a message, or another client may"
              + " have the client id "
              + Faults.quoted(parts.clientId()));
    } catch (MissingSecretException | IOException e) {
      down(e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (RuntimeException | Error e) {
      brokeDown(e);
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
      Thread.sleep(BIRTH_PAUSE);
      greet(fresh);
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

  private void read(MqttConnection open, MqttWindow fresh) {
    try {
      while (true) {
        switch (open.receive()) {
          case MqttIncoming.Acknowledged answer -> fresh.take(answer);
          case MqttIncoming.Message message -> {
            open.acknowledge(message.packetId());
            hear(message, fresh);
          }
          case MqttIncoming.Unreadable message -> open.acknowledge(message.packetId());
          case MqttIncoming.Subscribed(int id, List<Integer> codes) -> {
            if (codes.stream().anyMatch(code -> code >= 0x80)) {
              outside
                  .figures()
                  .noteError(
                      "the broker refuses the subscription to Home Assistant's birth: "
                          + MqttReason.words(codes.getFirst()));
            }
          }
          case MqttIncoming.Unsubscribed nothing -> {}
        }
      }
    } catch (IOException e) {
      fresh.end(e);
    } catch (RuntimeException | Error e) {
      fresh.end(new IOException("the bridge met a fault of its own: " + e, e));
    }
  }

  /// A birth that is retained says nothing new: all was told when the connection began.
  private void hear(MqttIncoming.Message message, MqttWindow open) {
    if (!message.isRetained()
        && message.topic().equals(parts.birth())
        && new String(message.payload(), StandardCharsets.UTF_8).equals(BORN)) {
      open.ring();
    }
  }

  private void up(MqttWindow fresh, MqttConnection open) {
    synchronized (this) {
      window = fresh;
      notifyAll();
    }
    if (outside.figures().noteUp()) {
      LOG.atInfo()
          .addKeyValue("bridge", settings.name())
          .addKeyValue("broker", settings.place())
          .addKeyValue("version", version)
          .log("a bridge is connected");
    }
    if (!open.answer().isRetaining()) {
      outside.figures().noteError("the broker retains no messages: who comes later hears nothing");
    }
  }

  private void down(String sentence) {
    synchronized (this) {
      if (closed) {
        return;
      }
      trouble = sentence;
    }
    if (outside.figures().noteDown(sentence)) {
      LOG.atWarn()
          .addKeyValue("bridge", settings.name())
          .addKeyValue("broker", settings.place())
          .addKeyValue("reason", sentence)
          .log("a bridge has no connection; it tries again for ever");
    }
  }

  private void brokeDown(Throwable fault) {
    try {
      if (outside.figures().noteDown("the bridge met a fault of its own: " + fault)) {
        LOG.atError()
            .setCause(fault)
            .addKeyValue("bridge", settings.name())
            .log("a bridge broke down");
      }
    } catch (RuntimeException | Error again) {
      // Without memory, for instance, not even that can be said; it tries again.
    }
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

package dev.tocsin.jetstream;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the library tells of the connection; it calls it on a thread of its own.
///
/// Only the connection that was made counts. One that could not be made ends as well, and may do so after another one was made:
/// it has a thread of its own.
final class LinkState implements ConnectionListener, ErrorListener {

  private static final Logger LOG = LoggerFactory.getLogger(LinkState.class);

  /// At most one line about errors in so long.
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final String PERMISSIONS = "Permissions Violation";

  private static final String SUBSCRIPTION = "for Subscription";

  /// How the subjects begin that JetStream answers.
  private static final String API = "\"$JS.API.";

  /// For so long what was not permitted counts as the reason of what fails: all is asked again meanwhile.
  private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final Pattern FORBIDDEN =
      Pattern.compile(PERMISSIONS + " for Publish to \"([^\"]+)\"");

  /// User and password in the address of a server.
  private static final Pattern SECRET = Pattern.compile("://[^/\\s]*@");

  private final AtomicLong generation = new AtomicLong();
  private final AtomicLong reconnects = new AtomicLong();
  private final AtomicLong loggedNanos = new AtomicLong(System.nanoTime() - LOG_NANOS);
  private final AtomicReference<@Nullable String> violation = new AtomicReference<>();
  private final CountDownLatch made = new CountDownLatch(1);

  // written by whoever closes it
  private volatile boolean closing;

  // written by the library's threads
  private volatile @Nullable Connection current;
  private volatile @Nullable String failure;
  private volatile @Nullable String complaint;
  private volatile long violationNanos;
  private volatile boolean up;
  private volatile boolean gone;
  private volatile @Nullable Runnable changed;
  private volatile @Nullable Consumer<String> forbidden;

  /// Waits until it is known here that there is a connection.
  void awaitFirst() throws InterruptedException {
    made.await();
  }

  boolean isUp() {
    return up;
  }

  long generation() {
    return generation.get();
  }

  long reconnects() {
    return reconnects.get();
  }

  /// Why the last attempt to connect failed, or the connection did; `null` when none has.
  @Nullable String failure() {
    return failure;
  }

  /// Why there is no connection: what a server has said says more than what became of it.
  String whyNot() {
    String said = complaint == null ? failure : complaint;
    return said == null ? "there was no answer" : said;
  }

  /// Whether it has ended for good, and nobody has closed it: the library gives up when a server refuses who connects twice.
  boolean isGone() {
    return gone;
  }

  /// It is about to be closed.
  void close() {
    closing = true;
  }

  @Nullable String violation() {
    return violation.get();
  }

  /// [#violation] of the last few seconds, if it was to ask JetStream for something; `null` when there was none.
  @Nullable String recentViolation() {
    String told = violation.get();
    return told != null && told.contains(API) && System.nanoTime() - violationNanos <= RECENT_NANOS
        ? told
        : null;
  }

  /// Forgets [#violation], but not where the gateway may not listen: nobody tries that a second time.
  void forgetViolation() {
    violation.updateAndGet(told -> told != null && told.contains(SUBSCRIPTION) ? told : null);
  }

  void whenChanged(Runnable listener) {
    changed = listener;
  }

  void whenForbidden(Consumer<String> listener) {
    forbidden = listener;
  }

  @Override
  @Deprecated
  public void connectionEvent(Connection connection, Events event) {
    if (event == Events.CONNECTED) {
      current = connection;
    } else if (!connection.equals(current)) {
      // An attempt that failed before there was a connection. It closes itself, perhaps after the
      // next one has succeeded.
      return;
    }
    switch (event) {
      case CONNECTED -> turn(true);
      case RESUBSCRIBED -> {
        reconnects.incrementAndGet();
        LOG.atInfo().addKeyValue("server", Link.server(connection)).log("connected to NATS again");
        turn(true);
      }
      case DISCONNECTED -> {
        if (up) {
          LOG.atWarn().log("the connection to NATS is lost");
        }
        turn(false);
      }
      case CLOSED -> {
        if (!closing) {
          gone = true;
          LOG.atError()
              .addKeyValue("reason", failure)
              .log(
                  "NATS has refused this gateway twice, and its client tries no more: a new start"
                      + " is needed");
        }
        turn(false);
      }
      case RECONNECTED, DISCOVERED_SERVERS, LAME_DUCK -> {}
    }
  }

  private void turn(boolean connected) {
    up = connected;
    generation.incrementAndGet();
    made.countDown();
    Runnable listener = changed;
    if (listener != null) {
      listener.run();
    }
  }

  @Override
  public void errorOccurred(Connection connection, String error) {
    complaint = withoutSecrets(error);
    if (error.contains(PERMISSIONS)) {
      violationNanos = System.nanoTime();
      violation.set(error);
      Matcher matcher = FORBIDDEN.matcher(error);
      Consumer<String> listener = forbidden;
      if (listener != null && matcher.find()) {
        listener.accept(matcher.group(1));
      }
    }
    log("NATS reports an error", error);
  }

  @Override
  public void exceptionOccurred(Connection connection, Exception failure) {
    String words = withoutSecrets(words(failure));
    this.failure = words;
    if (up && failure.getCause() instanceof Error) {
      LOG.atError().setCause(failure).log("a message of NATS could not be worked off");
    } else {
      log("the connection to NATS fails", words);
    }
  }

  /// What is at the bottom of it, of what says anything: the message of what wraps it begins with the name of a class.
  private static String words(Throwable failure) {
    Throwable deepest = failure;
    Throwable saying = failure;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      deepest = each;
      saying = each.getMessage() == null ? saying : each;
    }
    if (deepest instanceof TimeoutException) {
      return "it did not answer in time";
    }
    String message = saying.getMessage();
    return message == null || message.equals(deepest.toString())
        ? deepest.getClass().getSimpleName()
        : message;
  }

  @Override
  public void slowConsumerDetected(Connection connection, io.nats.client.Consumer consumer) {
    log("this gateway does not keep up with NATS", "messages are dropped and fetched again");
  }

  private void log(String what, String reason) {
    long now = System.nanoTime();
    long before = loggedNanos.get();
    if (now - before >= LOG_NANOS && loggedNanos.compareAndSet(before, now)) {
      LOG.atWarn().addKeyValue("reason", withoutSecrets(reason)).log(what);
    }
  }

  private static String withoutSecrets(String text) {
    return SECRET.matcher(text).replaceAll("://");
  }
}

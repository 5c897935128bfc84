package dev.tocsin.bridges.bridge;

import dev.tocsin.bridges.hub.BridgeHub;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Via;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes the events of one message, one after the other, and counts what becomes of them. Waits for the hub: for threads
/// that may.
public final class Publisher {

  /// How long the hub may take for an event.
  static final int MAX_SECONDS = 30;

  /// How often an event is tried of which the hub breaks down: it may be the event's own doing.
  static final int MAX_FAULTS = 5;

  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  private final String bridge;
  private final BridgeHub hub;
  private final BridgeFigures figures;
  private final byte[] message;
  private final Via via;
  private int published;
  private int ignored;
  private int refused;
  private @Nullable Rejection first;
  private @Nullable Rejection later;

  /// @param message as it was sent, for the examples
  /// @param via through which hubs it has come, which its events carry on
  public Publisher(String bridge, BridgeHub hub, BridgeFigures figures, byte[] message, Via via) {
    this.bridge = bridge;
    this.hub = hub;
    this.figures = figures;
    this.message = message;
    this.via = via;
  }

  /// Publishes an event.
  ///
  /// @param key what tells it from others, see [#key]; `null` for an event that is one each time it comes
  /// @return whether it is in the log now, or was before
  public boolean publish(byte[] envelope, @Nullable String key) throws InterruptedException {
    return note(withVia(envelope, key));
  }

  /// Publishes an event, however long the hub takes none.
  ///
  /// @param key what tells it from others, see [#key]: it is tried with the same each time
  /// @param pause between the tries
  /// @return whether it is in the log now, or was before
  public boolean publishAtLast(byte[] envelope, String key, ReconnectPause pause)
      throws InterruptedException {
    boolean isWaiting = false;
    boolean isTriedBefore = false;
    int faults = 0;
    while (true) {
      BridgeHub.Outcome outcome = withVia(envelope, key);
      if (!(outcome instanceof BridgeHub.Outcome.Refused(Rejection no))
          || !no.code().isRetryable()
          || (no.code() == ErrorCode.INTERNAL_ERROR && ++faults >= MAX_FAULTS)) {
        if (isWaiting) {
          LOG.atInfo().addKeyValue("bridge", bridge).log("the hub takes events again");
        }
        pause.reset();
        // It may be there from a try of which that was not known.
        return note(
            isTriedBefore
                    && outcome instanceof BridgeHub.Outcome.Published(long sequence, boolean is)
                ? new BridgeHub.Outcome.Published(sequence, false)
                : outcome);
      }
      isTriedBefore = true;
      figures.noteError("the hub takes nothing: " + no.sentence());
      if (!isWaiting) {
        LOG.atWarn()
            .addKeyValue("bridge", bridge)
            .addKeyValue("reason", no.sentence())
            .log("the hub takes nothing; the message waits, and those after it");
        isWaiting = true;
      }
      Duration asked = Duration.ofMillis(no.retryMillis() == null ? 0 : no.retryMillis());
      Duration next = pause.next();
      Thread.sleep(asked.compareTo(next) > 0 ? asked : next);
    }
  }

  /// Publishes an event that says through which hubs it has come, where its type has room for that.
  private BridgeHub.Outcome withVia(byte[] envelope, @Nullable String key)
      throws InterruptedException {
    BridgeHub.Outcome outcome = outcome(via.onto(envelope), key);
    if (outcome instanceof BridgeHub.Outcome.Refused(Rejection no) && via.isRefusedBy(no)) {
      // A type that allows no fields but its own cannot carry it.
      outcome = outcome(envelope, key);
    }
    return outcome;
  }

  private boolean note(BridgeHub.Outcome outcome) {
    return switch (outcome) {
      case BridgeHub.Outcome.Published(long sequence, boolean isRepeated) -> {
        if (isRepeated) {
          ignore(Reason.REPEATED);
        } else {
          published++;
          figures.notePublished();
        }
        yield true;
      }
      case BridgeHub.Outcome.Refused(Rejection no)
          when no.code() == ErrorCode.IDEMPOTENCY_CONFLICT -> {
        // The same message at another time: what it says of now is another now.
        ignore(Reason.REPEATED);
        yield true;
      }
      case BridgeHub.Outcome.Refused(Rejection no) -> {
        refuse(Reason.of(no.code()), no);
        yield false;
      }
    };
  }

  private BridgeHub.Outcome outcome(byte[] envelope, @Nullable String key)
      throws InterruptedException {
    try {
      return hub.publish(envelope, key).toCompletableFuture().get(MAX_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return new BridgeHub.Outcome.Refused(
          Rejection.uncertain("The hub has not answered for " + MAX_SECONDS + " s"));
    } catch (ExecutionException e) {
      LOG.atError().setCause(e.getCause()).addKeyValue("bridge", bridge).log("publishing failed");
      return new BridgeHub.Outcome.Refused(
          new Rejection(ErrorCode.INTERNAL_ERROR, "The server met a fault of its own"));
    }
  }

  /// Notes what was not meant to become an event.
  public void ignore(Reason reason) {
    ignored++;
    figures.noteIgnored(reason);
  }

  /// Notes what cannot become an event.
  public void refuse(Reason reason, Rejection rejection) {
    refused++;
    figures.noteRefused(reason, sentence(rejection), message);
    if (first == null) {
      first = rejection;
    }
    if (later == null && rejection.code().isRetryable()) {
      later = rejection;
    }
  }

  private static String sentence(Rejection rejection) {
    StringBuilder sentence = new StringBuilder(rejection.sentence());
    for (PayloadError error : rejection.errors()) {
      String fault = error.path() + ' ' + error.message();
      // The hub's sentence has the first of them.
      if (sentence.indexOf(fault) < 0) {
        sentence.append("; ").append(fault);
      }
    }
    return sentence.toString();
  }

  /// Whether the hub takes nothing at the moment: what comes after that waits until the sender tries again.
  public boolean hasToWait() {
    return later != null;
  }

  /// What has become of the message. One of which something may succeed later is refused, so that it is sent again. What had
  /// become an event by then is known by its key; what has none becomes an event once more.
  public Result result() {
    Rejection nothing = later == null && published + ignored == 0 ? first : later;
    return nothing == null
        ? new Result.Taken(published, ignored, refused)
        : new Result.Refused(nothing);
  }

  /// What has become of a message.
  public sealed interface Result {

    /// It was taken, and need not be sent again.
    ///
    /// @param published how many events it has become
    /// @param ignored how many it was not meant to become, or had become before
    /// @param refused how many it should have become
    record Taken(int published, int ignored, int refused) implements Result {}

    /// Nothing became of it; the code says whether it may be sent again.
    record Refused(Rejection rejection) implements Result {}
  }

  /// An idempotency key of a bridge's: the same for the same parts.
  public static String key(String bridge, String... parts) {
    return "bridge:" + bridge + ':' + Digest.ofParts(parts).hex(16);
  }
}

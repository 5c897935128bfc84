package dev.tocsin.access;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An issuer's keys at a URL: fetched at the start, again before they get old, and for an unknown key. As long as they cannot
/// be had, those from before stay.
final class KeySetUrl implements KeySource {

  /// How long keys are fresh where the answer does not say.
  static final Duration USUAL_AGE = Duration.ofMinutes(10);

  /// The longest time for which an answer is believed to be fresh.
  static final Duration GREATEST_AGE = Duration.ofHours(1);

  /// How long after an answer that is old at once another is fetched, and after a failure at the latest.
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /// How often an unknown key may cause a fetch.
  static final Duration BETWEEN_UNKNOWN = Duration.ofSeconds(30);

  /// How long after the first failure another try is made; each time twice as long, up to [#PATIENCE].
  static final Duration RETRY = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(KeySetUrl.class);

  // immutable
  private final URI url;
  private final HttpClient client;
  private final InstantSource clock;
  private final Duration timeout;

  // written under the lock, read by any thread
  private volatile @Nullable KeySet keys;
  private volatile @Nullable String fault;
  private volatile boolean isClosed;

  // guarded by this
  private @Nullable CompletableFuture<Boolean> pending;
  private @Nullable Instant fetched;
  private Duration wait = Duration.ZERO;
  private @Nullable Instant askedForUnknown;
  private int failures;
  private List<String> told = List.of();

  /// The keys at a URL, not fetched yet.
  ///
  /// @param client which follows no redirects; closed with this
  /// @param timeout for all of a fetch
  KeySetUrl(URI url, HttpClient client, InstantSource clock, Duration timeout) {
    this.url = url;
    this.client = client;
    this.clock = clock;
    this.timeout = timeout;
  }

  @Override
  public @Nullable KeySet keys() {
    return keys;
  }

  @Override
  public @Nullable String fault() {
    return fault;
  }

  @Override
  public synchronized void look() {
    if (pending == null && hasPassed(fetched, wait)) {
      fetch();
    }
  }

  @Override
  public synchronized CompletableFuture<Boolean> first() {
    return pending == null ? CompletableFuture.completedFuture(false) : pending;
  }

  @Override
  public synchronized CompletableFuture<Boolean> again() {
    if (pending != null) {
      return pending;
    }
    if (!hasPassed(askedForUnknown, BETWEEN_UNKNOWN)) {
      return CompletableFuture.completedFuture(false);
    }
    askedForUnknown = clock.instant();
    return fetch();
  }

  /// Whether so much time has passed since, or the clock was set back.
  private boolean hasPassed(@Nullable Instant since, Duration time) {
    Instant now = clock.instant();
    return since == null || !now.isBefore(since.plus(time)) || now.isBefore(since);
  }

  private CompletableFuture<Boolean> fetch() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    pending = done;
    new KeySetFetch(client, url, timeout)
        .start()
        .handle((answer, failure) -> {
          boolean isGood = false;
          try {
            if (failure != null) {
              failed(KeySetFetch.sentence(failure));
            } else {
              succeeded(answer);
              isGood = true;
            }
          } catch (BrokenFileException e) {
            failed(String.valueOf(e.getMessage()));
          } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("a key set could not be read");
            failed("cannot be read, which is a fault of this program");
          } finally {
            ended();
            done.complete(isGood);
          }
          return isGood;
        });
    return done;
  }

  private void succeeded(KeySetFetch.Fetched answer) throws BrokenFileException {
    // Read outside the lock: it takes a while.
    KeySet read = KeySetReader.read(answer.content(), "what it answers", clock.instant());
    synchronized (this) {
      keys = read;
      failures = 0;
      wait = freshFor(answer.maxAge());
      if (fault != null) {
        LOG.atInfo().addKeyValue("url", KeySetFetch.shown(url)).log("the keys are fetched again");
      }
      fault = null;
      if (!read.ignored().equals(told)) {
        told = read.ignored();
        for (String reason : told) {
          LOG.atWarn()
              .addKeyValue("url", KeySetFetch.shown(url))
              .addKeyValue("reason", reason)
              .log("a key is passed over");
        }
      }
    }
  }

  /// How long to wait until the next fetch, so that it is there before the keys are old.
  static Duration freshFor(Duration maxAge) {
    if (maxAge.isZero()) {
      return PATIENCE;
    }
    Duration age = maxAge.isNegative() ? USUAL_AGE : maxAge.multipliedBy(4).dividedBy(5);
    return age.compareTo(GREATEST_AGE) > 0 ? GREATEST_AGE : age;
  }

  private synchronized void failed(String reason) {
    wait = RETRY.multipliedBy(1L << Math.min(failures, 4));
    if (wait.compareTo(PATIENCE) > 0) {
      wait = PATIENCE;
    }
    failures++;
    if (!reason.equals(fault) && !isClosed) {
      LOG.atWarn()
          .addKeyValue("url", KeySetFetch.shown(url))
          .addKeyValue("reason", reason)
          .log(
              keys == null
                  ? "there are no keys for tokens yet"
                  : "the keys for tokens from before stay");
    }
    fault = reason;
  }

  private synchronized void ended() {
    fetched = clock.instant();
    pending = null;
  }

  @Override
  public void close() {
    isClosed = true;
    client.shutdownNow();
  }
}

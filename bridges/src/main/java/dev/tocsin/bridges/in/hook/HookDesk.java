package dev.tocsin.bridges.in.hook;

import dev.tocsin.bridges.bridge.Bridge;
import dev.tocsin.bridges.bridge.BridgeFigures;
import dev.tocsin.bridges.bridge.Publisher;
import dev.tocsin.bridges.bridge.Reason;
import dev.tocsin.bridges.hub.FollowableHub;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Json;
import dev.tocsin.events.LongNumbers;
import dev.tocsin.events.Rejection;
import dev.tocsin.events.Via;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// Where the requests to one hook wait, and are taken one after the other by a virtual thread of its own. Any thread may bring
/// one. What waits is bounded; the sender of anything beyond that is told to come back.
public final class HookDesk implements Bridge {

  /// How many requests may wait.
  public static final int MAX_WAITING = 64;

  /// How many bytes their bodies may have together.
  static final int MAX_WAITING_BYTES = 4 << 20;

  /// How long closing waits for the request at hand.
  private static final long CLOSE_MILLIS = 2_000;

  /// Made beforehand: it is the answer also where there is no memory for one.
  private static final HookAnswer COME_BACK = new HookAnswer.Busy();

  private static final Logger LOG = LoggerFactory.getLogger(HookDesk.class);

  // immutable
  private final HookSettings bridge;
  private final @Nullable Verifier verifier;
  private final Hook hook;
  private final InstantSource clock;
  private final BridgeFigures figures;
  private final Thread thread;

  // guarded by this
  private final Deque<Job> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean closed;

  private record Job(HookRequest request, CompletableFuture<HookAnswer> answer) {}

  /// @param verifier `null` where requests are known to be good
  /// @param figures which the hook may note in as well
  HookDesk(
      HookSettings bridge,
      @Nullable Verifier verifier,
      Hook hook,
      BridgeFigures figures,
      InstantSource clock) {
    this.bridge = bridge;
    this.verifier = verifier;
    this.hook = hook;
    this.clock = clock;
    this.figures = figures;
    this.thread = Thread.ofVirtual().name("tocsin-bridge-" + bridge.name()).unstarted(this::work);
  }

  /// Begins to take requests, each of which brings the hub with the rights of its sender.
  @Override
  public void start(FollowableHub hub) {
    thread.start();
  }

  /// Takes a request.
  ///
  /// @return completed on the desk's thread, which may be blocked, or at once
  public CompletionStage<HookAnswer> receive(HookRequest request) {
    figures.noteReceived();
    synchronized (this) {
      if (!closed
          && waiting.size() < MAX_WAITING
          && waitingBytes + request.body().length <= MAX_WAITING_BYTES) {
        Job job = new Job(request, new CompletableFuture<>());
        waiting.add(job);
        waitingBytes += request.body().length;
        notifyAll();
        return job.answer();
      }
    }
    figures.noteRefused(
        Reason.BUSY, "more was posted than the hub could take at that moment", new byte[0]);
    return CompletableFuture.completedFuture(COME_BACK);
  }

  /// Notes a request that was refused before it could be received. Any thread.
  ///
  /// @param sentence what its sender was told
  public void refused(Reason reason, String sentence) {
    figures.noteReceived();
    figures.noteRefused(reason, sentence, new byte[0]);
  }

  /// Where it takes requests.
  public HookPlace place() {
    return HookPlace.of(bridge);
  }

  @Override
  public BridgeStanding standing() {
    return figures.of(bridge);
  }

  private void work() {
    try {
      while (true) {
        serve(next());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /// Answers a request, whatever happens: the next one finds the thread alive, also after an [Error].
  private void serve(Job job) throws InterruptedException {
    try {
      job.answer().complete(answer(job.request()));
    } catch (RuntimeException | Error e) {
      brokeDown(job, e);
    } finally {
      // Whoever was interrupted in the middle has its sender come back.
      job.answer().complete(COME_BACK);
    }
  }

  private void brokeDown(Job job, Throwable fault) {
    try {
      job.answer()
          .complete(
              new HookAnswer.Refused(
                  new Rejection(ErrorCode.INTERNAL_ERROR, "The server met a fault of its own")));
      LOG.atError().setCause(fault).addKeyValue("bridge", bridge.name()).log("a hook broke down");
    } catch (RuntimeException | Error again) {
      // Without memory, for instance, not even that can be said.
    }
  }

  private synchronized Job next() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    Job job = waiting.remove();
    waitingBytes -= job.request().body().length;
    return job;
  }

  private HookAnswer answer(HookRequest request) throws InterruptedException {
    byte[] body = request.body();
    String fault =
        verifier == null ? null : verifier.fault(request.headers(), body, clock.instant());
    if (fault != null) {
      figures.noteRefused(Reason.UNAUTHENTICATED, fault, new byte[0]);
      return new HookAnswer.Unauthentic(fault);
    }
    Via via = Via.of(request.headers().get(Via.HEADER));
    if (via.isLoop(request.hub().id())) {
      return refuse(Reason.LOOP, Via.LOOP, body);
    }
    if (LongNumbers.areIn(body)) {
      return refuse(
          Reason.MALFORMED,
          new Rejection(
              ErrorCode.INVALID_JSON,
              "There is a number of more than " + LongNumbers.MAX_LENGTH + " digits"),
          body);
    }
    return switch (Json.read(body)) {
      case Rejection rejection -> refuse(Reason.of(rejection.code()), rejection, body);
      case Json.Value(JsonNode said) ->
          hook.take(said, request, new Publisher(bridge.name(), request.hub(), figures, body, via));
    };
  }

  private HookAnswer refuse(Reason reason, Rejection rejection, byte[] body) {
    figures.noteRefused(reason, rejection.message(), body);
    return new HookAnswer.Refused(rejection);
  }

  /// Ends the thread. Requests that wait are answered with "come back".
  @Override
  public void close() {
    Deque<Job> left;
    synchronized (this) {
      closed = true;
      left = new ArrayDeque<>(waiting);
      waiting.clear();
      waitingBytes = 0;
    }
    thread.interrupt();
    left.forEach(job -> job.answer().complete(COME_BACK));
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

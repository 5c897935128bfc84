package dev.tocsin.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What all connections of a server share. Safe for any thread.
public final class HttpContext {

  // immutable
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final BrowserRules browserRules;
  private final AddressRules addressRules;
  private final int maxConnections;
  private final int loops;
  private final SocketMemory memory;
  private final @Nullable Tls tls;
  private final long startNanos;

  // any thread
  private final AddressCounts addresses = new AddressCounts();
  private final AtomicInteger openConnections = new AtomicInteger();
  private final AtomicBoolean indebted = new AtomicBoolean();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Refusals refusals;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final List<LongAdder> answers = Stream.generate(LongAdder::new).limit(5).toList();

  /// The state of a server that begins now.
  ///
  /// @param clock tells the dates of answers
  /// @param nanoTime a clock that never goes backwards, in nanoseconds: it measures silence
  /// @param maxConnections how many sockets may be open at once
  /// @param loops how many event loops share the memory of the process
  /// @param memory what sockets are read into, and what they have not taken
  public HttpContext(
      InstantSource clock,
      LongSupplier nanoTime,
      BrowserRules browserRules,
      int maxConnections,
      int loops,
      SocketMemory memory) {
    this(clock, nanoTime, browserRules, AddressRules.NONE, maxConnections, loops, memory, null);
  }

  /// The same where the addresses of clients matter.
  ///
  /// @param tls what connections are encrypted with; `null` when they are not
  HttpContext(
      InstantSource clock,
      LongSupplier nanoTime,
      BrowserRules browserRules,
      AddressRules addressRules,
      int maxConnections,
      int loops,
      SocketMemory memory,
      @Nullable Tls tls) {
    this.addressRules = addressRules;
    this.tls = tls;
    this.loops = loops;
    this.memory = memory;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.browserRules = browserRules;
    this.maxConnections = maxConnections;
    this.startNanos = nanoTime.getAsLong();
    this.refusals = new Refusals(nanoTime);
  }

  /// The clock that tells the date.
  public InstantSource clock() {
    return clock;
  }

  /// The time on a clock that never goes backwards, in nanoseconds.
  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /// How long the server has been running.
  public long uptimeMillis() {
    return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - startNanos);
  }

  /// Who may use the server from a web page.
  public BrowserRules browserRules() {
    return browserRules;
  }

  /// What holds for the addresses that connections come from.
  AddressRules addressRules() {
    return addressRules;
  }

  /// How many connections there are from where.
  AddressCounts addresses() {
    return addresses;
  }

  /// Somebody was accepted who is in debt.
  void noteIndebted() {
    indebted.set(true);
  }

  /// Whether that was noted since the last time.
  boolean takeIndebted() {
    return indebted.get() && indebted.getAndSet(false);
  }

  /// How many sockets may be open at once.
  public int maxConnections() {
    return maxConnections;
  }

  /// The memory outside the heap.
  public SocketMemory memory() {
    return memory;
  }

  /// What connections are encrypted with; `null` when they are not.
  @Nullable Tls tls() {
    return tls;
  }

  /// How many event loops share the memory of the process.
  public int loops() {
    return loops;
  }

  /// What one event loop has of a part of the heap.
  ///
  /// @param parts into how many parts the heap is divided
  public long heapShareBytes(int parts) {
    return Runtime.getRuntime().maxMemory() / parts / loops;
  }

  /// How many sockets are open.
  public int openConnections() {
    return openConnections.get();
  }

  /// Whether the server has begun to stop.
  public boolean isStopping() {
    return stopping.get();
  }

  /// Begins to stop.
  ///
  /// @return false when it has begun before
  public boolean beginToStop() {
    return !stopping.getAndSet(true);
  }

  /// Counts one more connection, unless there are too many.
  boolean admit() {
    if (openConnections.incrementAndGet() > maxConnections) {
      openConnections.decrementAndGet();
      refused.increment();
      return false;
    }
    accepted.increment();
    return true;
  }

  /// A connection that was admitted is closed.
  void dismiss() {
    openConnections.decrementAndGet();
  }

  /// Tells of requests that are refused.
  Refusals refusals() {
    return refusals;
  }

  /// An answer has been given.
  void noteAnswer(HttpResponseStatus status) {
    answers.get(Math.clamp(status.code() / 100 - 1, 0, 4)).increment();
  }

  /// What has been counted so far.
  public HttpFigures figures() {
    return new HttpFigures(
        openConnections.get(),
        accepted.sum(),
        refused.sum(),
        answers.stream().map(LongAdder::sum).toList(),
        tls == null ? null : tls.figures());
  }
}

package dev.tocsin.client;

import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// One WebSocket of a client's life: it puts texts together, sends one text after another, and
/// tells the [Session] what came and when it ended.
///
/// At most [#WINDOW] messages are on their way to the application at once; those that are done with
/// ([#release]) let others be read, so that a slow application slows the server down instead of
/// filling the memory.
///
/// The JDK's WebSocket (seen in 25) does not always tell of a connection that ends without a close
/// frame. When the end is read before the text in front of it was handed over, it never does; so the
/// texts are handed over on the thread that reads: the [#http] client of such sockets has no other.
/// It is also lost, rarely, when something is being sent at that moment; the session's [#ping]s find
/// that out.
final class Link implements WebSocket.Listener {

  /// How many messages may be read and not yet done with.
  static final int WINDOW = 32;

  /// The longest message from the server, in characters; an event is at most 64 KiB.
  private static final int MAX_MESSAGE_CHARS = 1 << 20;

  /// The code of a connection that ended without a close frame (RFC 6455, 7.1.5).
  static final int ABNORMAL_CLOSURE = 1006;

  // immutable
  private final Session session;

  // owned by whichever thread the socket calls back on, one at a time
  private final StringBuilder text = new StringBuilder();

  // any thread
  private final AtomicInteger window = new AtomicInteger();
  private final AtomicInteger released = new AtomicInteger();
  private volatile @Nullable WebSocket socket;
  private volatile boolean heard;

  // owned by the session's loop
  private final Queue<Sending> unsent = new ArrayDeque<>();
  private boolean sending;
  private int silentLooks;

  /// Has the socket send something.
  private interface Sending {
    CompletableFuture<WebSocket> begin(WebSocket open);
  }

  Link(Session session) {
    this.session = session;
  }

  /// An HTTP client for links. What it calls back only passes things on, so its one thread is
  /// enough.
  ///
  /// @param ssl what TLS trusts; `null` for what the system trusts
  static HttpClient http(@Nullable SSLContext ssl) {
    HttpClient.Builder builder = HttpClient.newBuilder().executor(Runnable::run);
    if (ssl != null) {
      builder.sslContext(ssl);
    }
    return builder.build();
  }

  @Override
  public void onOpen(WebSocket opened) {
    socket = opened;
    window.set(WINDOW);
    opened.request(WINDOW);
    session.opened(this);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket source, CharSequence part, boolean last) {
    heard = true;
    if (text.length() + part.length() > MAX_MESSAGE_CHARS) {
      fail("a message of the server is longer than " + MAX_MESSAGE_CHARS + " characters");
      return null;
    }
    text.append(part);
    if (last) {
      window.decrementAndGet();
      session.received(this, text.toString());
      text.setLength(0);
    } else {
      source.request(1);
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket source, ByteBuffer data, boolean last) {
    fail("the server sent a binary message");
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket source, ByteBuffer message) {
    heard = true;
    source.request(1);
    return null; // the JDK answers
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket source, ByteBuffer message) {
    heard = true;
    source.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket source, int code, String reason) {
    session.ended(this, code, reason);
    return null;
  }

  @Override
  public void onError(WebSocket source, Throwable error) {
    fail(Breaks.describe(error));
  }

  private void fail(String reason) {
    abort();
    session.ended(this, ABNORMAL_CLOSURE, reason);
  }

  /// A message is done with: another may be read. Half a window is asked for at a time. Any thread may
  /// call it.
  void release() {
    WebSocket open = socket;
    if (open != null && released.incrementAndGet() % (WINDOW / 2) == 0) {
      window.addAndGet(WINDOW / 2);
      open.request(WINDOW / 2);
    }
  }

  /// How many calls of this in a row nothing came although something could have. Only the session's
  /// loop may call it.
  int silentLooks() {
    silentLooks = heard || window.get() == 0 ? 0 : silentLooks + 1;
    heard = false;
    return silentLooks;
  }

  /// Sends a text, after those that were sent before. Only the session's loop may call it.
  void send(String message) {
    send(open -> open.sendText(message, true));
  }

  /// Asks for a sign of life; to a server that is gone it cannot be sent. Only the session's loop may
  /// call it.
  void ping() {
    send(open -> open.sendPing(ByteBuffer.allocate(0)));
  }

  private void send(Sending next) {
    unsent.add(next);
    if (!sending) {
      sendAll();
    }
  }

  /// Sends one after another, because the socket takes no other before; mostly it has taken it at once.
  private void sendAll() {
    WebSocket open = socket;
    if (open == null) {
      unsent.clear();
      return;
    }
    for (Sending next = unsent.poll(); next != null; next = unsent.poll()) {
      CompletableFuture<WebSocket> sent = next.begin(open);
      if (!sent.isDone() || sent.isCompletedExceptionally()) {
        sending = true;
        sent.whenComplete((done, failure) -> session.onLoop(() -> sent(failure)));
        return;
      }
    }
  }

  private void sent(@Nullable Throwable failure) {
    if (failure == null) {
      sending = false;
      sendAll();
    } else {
      unsent.clear(); // nothing more can be sent
      fail(Breaks.describe(failure));
    }
  }

  /// Closes in good order, after what is being sent. Only the session's loop may call it.
  void close() {
    send(open ->
        open.isOutputClosed()
            ? CompletableFuture.completedFuture(open)
            : open.sendClose(WebSocket.NORMAL_CLOSURE, ""));
  }

  /// Drops the connection.
  void abort() {
    WebSocket open = socket;
    if (open != null) {
      open.abort();
    }
  }
}

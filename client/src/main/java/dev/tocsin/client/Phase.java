package dev.tocsin.client;

import dev.tocsin.events.CloseCode;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Where a client is in its life. Each method is something that happens, and returns the phase that
/// follows; what means nothing in a phase leaves it as it is. All of it runs on the session's loop.
///
/// ```
/// Resting ── connect ──▶ Opening ── established ──▶ Open
/// Opening, Open ── ended ──▶ Waiting ── due ──▶ Opening …   when coming back makes sense
/// Opening, Open ── ended ──▶ Resting                        when not, or in a single first attempt
/// any ── close ──▶ Closed
/// ```
sealed interface Phase {

  /// Why nothing is sent once the application has closed the client.
  String CLOSED = "The client was closed";

  /// What the first connection is for.
  ///
  /// @param result what `connect` returned
  /// @param patient whether it is tried for again and again
  record First(CompletableFuture<Position> result, boolean patient) {}

  /// How a connection ended, or that it could not be opened.
  ///
  /// @param code the close code
  /// @param failure the same as the first connection's failure; it says whether to come back
  record End(int code, String reason, ConnectFailedException failure) {

    /// Why, and where somebody can do something about it, what.
    String sentence() {
      return code == CloseCode.UNAUTHENTICATED.code()
              || code == CloseCode.FORBIDDEN.code()
              || code == CloseCode.CREDENTIAL_ENDED.code()
          ? String.valueOf(failure.getMessage())
          : reason;
    }

    /// The address was not reached, or refused the connection.
    static End notOpened(ConnectFailedException failure) {
      int code =
          failure.kind() == ConnectFailedException.Kind.CREDENTIAL_ENDED
              ? CloseCode.CREDENTIAL_ENDED.code()
              : Link.ABNORMAL_CLOSURE;
      return new End(code, String.valueOf(failure.getMessage()), failure);
    }

    /// The connection was closed, or broke. Only 4400 to 4499 can be nobody's but Tocsin's: any other
    /// code may come from a proxy in between, and does not end a client for good.
    ///
    /// @param renewable whether another credential may have taken the place of one that has ended
    static End of(URI uri, int code, String reason, boolean renewable) {
      boolean retryable =
          CloseCode.isRetryable(code)
              || code < 4400
              || (renewable && code == CloseCode.CREDENTIAL_ENDED.code());
      return new End(code, reason, ConnectFailedException.ofEnd(uri, code, reason, retryable));
    }
  }

  /// The application wants a connection.
  default Phase connect(Session session, First first) {
    session
        .notices()
        .fail(
            first.result(), new IllegalStateException("the client is connected or closed already"));
    return this;
  }

  /// The server has let the client in.
  default Phase established(Session session, Link link, Position position, long initial) {
    return this;
  }

  /// A connection has ended.
  default Phase ended(Session session, Link link, End end) {
    return this;
  }

  /// It is time for the next attempt.
  default Phase due(Session session) {
    return this;
  }

  /// The application wants no connection any more.
  Phase close(Session session);

  /// Whether this is the connection that counts.
  default boolean isOn(Link link) {
    return false;
  }

  /// Why there is no connection, nor one being sought; `null` when there is.
  default @Nullable String obstacle() {
    return null;
  }

  /// Not connected, and not trying.
  record Resting() implements Phase {

    @Override
    public Phase connect(Session session, First first) {
      return session.open(first);
    }

    @Override
    public Phase close(Session session) {
      return new Closed();
    }

    @Override
    public String obstacle() {
      return "The client is not connected, nor trying to be";
    }
  }

  /// A socket is being opened, or is open and the server's first word is still to come.
  ///
  /// @param first `null` when there was a connection before
  record Opening(Link link, @Nullable First first) implements Phase {

    @Override
    public Phase established(Session session, Link source, Position position, long initial) {
      Open open = new Open(link, session.watch(link));
      session.conversation().established(link, position, initial);
      if (first != null) {
        session.notices().complete(first.result(), position);
      }
      return open;
    }

    @Override
    public Phase ended(Session session, Link source, End end) {
      return after(session, first, end);
    }

    @Override
    public Phase close(Session session) {
      session.hangUp(link);
      return closed(session, first);
    }

    @Override
    public boolean isOn(Link other) {
      return link == other;
    }
  }

  /// Connected.
  ///
  /// @param watch what is to be cancelled when it ends
  record Open(Link link, Future<?> watch) implements Phase {

    @Override
    public Phase ended(Session session, Link source, End end) {
      watch.cancel(false);
      return after(session, null, end);
    }

    @Override
    public Phase close(Session session) {
      watch.cancel(false);
      session.hangUp(link);
      return closed(session, null);
    }

    @Override
    public boolean isOn(Link other) {
      return link == other;
    }
  }

  /// Between two attempts.
  ///
  /// @param attempt the next one
  /// @param first `null` when there was a connection before
  record Waiting(Future<?> attempt, @Nullable First first) implements Phase {

    @Override
    public Phase due(Session session) {
      return session.open(first);
    }

    @Override
    public Phase close(Session session) {
      attempt.cancel(false);
      return closed(session, first);
    }
  }

  /// Closed by the application, for good.
  record Closed() implements Phase {

    @Override
    public Phase close(Session session) {
      return this;
    }

    @Override
    public String obstacle() {
      return CLOSED;
    }
  }

  private static Phase after(Session session, @Nullable First first, End end) {
    Conversation conversation = session.conversation();
    conversation.disconnected(end.code());
    boolean retryable = end.failure().isRetryable();
    if (first != null && !(first.patient() && retryable)) {
      conversation.abandon(String.valueOf(end.failure().getMessage()));
      session.notices().fail(first.result(), end.failure());
      return new Resting();
    }
    if (!retryable) {
      String why = end.sentence();
      conversation.abandon("The connection has ended for good: " + why);
      session.notices().disconnected(end.code(), why, null);
      return new Resting();
    }
    Duration delay = session.nextDelay(end.failure());
    session.notices().disconnected(end.code(), end.reason(), delay);
    return new Waiting(session.retryIn(delay), first);
  }

  private static Phase closed(Session session, @Nullable First first) {
    Conversation conversation = session.conversation();
    conversation.disconnected(CloseCode.NORMAL.code());
    conversation.abandon(CLOSED);
    if (first == null) {
      session.notices().disconnected(CloseCode.NORMAL.code(), "the client was closed here", null);
    } else {
      session
          .notices()
          .fail(first.result(), new IllegalStateException("the client was closed meanwhile"));
    }
    return new Closed();
  }
}

package dev.tocsin.http;

import io.netty.buffer.ByteBuf;

/// One request being served. It is given the body piece by piece and answers once, through its
/// [HttpConnection]. Belongs to the event loop.
public abstract class Exchange {

  private final HttpConnection connection;

  /// An exchange on a connection.
  protected Exchange(HttpConnection connection) {
    this.connection = connection;
  }

  /// Takes a piece of the body; the caller releases it.
  protected abstract void content(ByteBuf piece);

  /// There is nothing more to be had for now; whether the exchange can take more at once. When not,
  /// it calls [HttpConnection#resume] later.
  protected boolean drained() {
    return true;
  }

  /// Whether the server is at work on what has come of the body: then the client is not to blame when
  /// nothing more comes. As long as the body goes on, [HttpConnection#resume] is called whenever a piece of
  /// the work is done.
  protected boolean isAtWork() {
    return false;
  }

  /// How many bytes of the body are held, in whatever form, because the rest has not come or the work is not done.
  protected int heldBytes() {
    return 0;
  }

  /// Whether it has had the whole request, so that its answer is its own.
  boolean hasAll() {
    return true;
  }

  /// The body is complete.
  protected abstract void end();

  /// Nothing more comes, although the body is not complete: answers with a problem.
  protected void breakOff(Problem problem) {
    respond(Response.problem(problem));
  }

  /// The server is stopping; an exchange that could go on for long answers now.
  protected void goAway() {}

  /// The answer has been sent, or the connection is gone. Called once.
  protected void ended() {}

  /// The connection that has asked.
  protected final HttpConnection connection() {
    return connection;
  }

  /// Answers. Not to be called twice.
  protected final void respond(Response response) {
    connection.respond(response);
  }
}

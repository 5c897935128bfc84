package dev.tocsin.gateway;

import dev.tocsin.events.Rejection;
import io.netty.buffer.ByteBuf;

/// One request being served. It is given the body piece by piece and answers once, through its
/// [HttpConnection]. Belongs to the event loop.
abstract class Exchange {

  private final HttpConnection connection;

  Exchange(HttpConnection connection) {
    this.connection = connection;
  }

  /// Takes a piece of the body; the caller releases it.
  abstract void content(ByteBuf piece);

  /// There is nothing more to be had for now; whether the exchange can take more at once. When not,
  /// it calls [HttpConnection#resume] later.
  boolean drained() {
    return true;
  }

  /// Whether the server is at work on what has come of the body: then the client is not to blame when
  /// nothing more comes. As long as the body goes on, [HttpConnection#resume] is called whenever a piece of
  /// the work is done.
  boolean isAtWork() {
    return false;
  }

  /// The body is complete.
  abstract void end();

  /// Nothing more comes, although the body is not complete: answers with a problem.
  void breakOff(Rejection fault) {
    respond(Response.problem(fault));
  }

  /// The server is stopping; an exchange that could go on for long answers now.
  void goAway() {}

  /// The answer has been sent, or the connection is gone. Called once.
  void ended() {}

  final HttpConnection connection() {
    return connection;
  }

  /// Answers. Not to be called twice.
  final void respond(Response response) {
    connection.respond(response);
  }
}

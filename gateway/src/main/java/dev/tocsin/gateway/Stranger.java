package dev.tocsin.gateway;

import dev.tocsin.events.ClientMessage;
import dev.tocsin.events.CloseCode;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.hub.Credential;

/// Somebody who has connected to say who it is, and is not known yet.
///
/// The first thing said must be a credential. What was sent behind it is not read before that has been judged, so
/// nothing is ever done for somebody unknown. When it cannot be judged, the client may try again. Belongs to the event
/// loop.
final class Stranger {

  private final WebSocketConnection connection;
  private final Loop loop;
  private final Upgrade.Accepted wish;
  private final long sinceMillis;
  private boolean judging;

  /// @param wish what the client came for
  Stranger(WebSocketConnection connection, Loop loop, Upgrade.Accepted wish) {
    this.connection = connection;
    this.loop = loop;
    this.wish = wish;
    this.sinceMillis = loop.nowMillis();
  }

  /// Whether a credential is being judged.
  boolean isJudged() {
    return judging;
  }

  /// Takes what the client says.
  void say(ClientMessage message) {
    if (!(message instanceof ClientMessage.Authenticate authenticate)) {
      turnAway("something else was said first");
      return;
    }
    judging = true;
    loop.judge()
        .judge(
            new Credential.Token(authenticate.token()),
            connection.sender(),
            finding ->
                connection.together(() -> {
                  judging = false;
                  if (!connection.isClosing()) {
                    take(finding, authenticate);
                    connection.actionFinished();
                  }
                }));
  }

  private void take(Judge.Finding finding, ClientMessage.Authenticate message) {
    switch (finding) {
      case Judge.Finding.Known known -> letIn(known, message);
      case Judge.Finding.Bad bad -> {
        if (bad.retryMillis() > 0) {
          connection.refuse(message.id(), bad.rejection());
        }
        closeUnauthenticated();
      }
      case Judge.Finding.Unjudged unjudged ->
          connection.refuse(
              message.id(), new Rejection(ErrorCode.UNAVAILABLE, Judge.CANNOT_BE_JUDGED));
    }
  }

  private void letIn(Judge.Finding.Known known, ClientMessage.Authenticate message) {
    if (!Door.mayConnect(known.access())) {
      connection.close(CloseCode.FORBIDDEN, Door.FORBIDDEN);
    } else if (!loop.quotas().connect(known.access())) {
      connection.close(CloseCode.TOO_MANY_CONNECTIONS, Door.TOO_MANY_CONNECTIONS);
    } else {
      connection.join(
          wish,
          known.pass(),
          known.access(),
          sequence -> ServerMessages.authenticated(message.id(), known.access(), sequence));
    }
  }

  /// To be called now and then: whoever presents nothing in time is sent away.
  void tick(long nowMillis) {
    if (!judging && nowMillis - sinceMillis > Limits.AUTHENTICATION_MILLIS) {
      turnAway("nothing was presented in time");
    }
  }

  /// Nothing good was presented: ends the connection.
  ///
  /// @param reason for the operator alone
  private void turnAway(String reason) {
    loop.trail().note(Audit.What.CREDENTIAL_REFUSED, null, connection.sender(), reason);
    closeUnauthenticated();
  }

  /// Ends the connection for something that was judged, and written down, before.
  void closeUnauthenticated() {
    connection.close(CloseCode.UNAUTHENTICATED, Door.UNAUTHENTICATED);
  }
}

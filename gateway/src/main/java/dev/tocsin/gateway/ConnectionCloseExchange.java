package dev.tocsin.gateway;

import dev.tocsin.events.CloseCode;
import dev.tocsin.http.Exchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import dev.tocsin.hub.Access;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// `DELETE /api/v1/connections/{id}`: ends a connection, and writes down who wanted that. A body means nothing.
final class ConnectionCloseExchange extends Exchange {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionCloseExchange.class);

  private final Rosters rosters;
  private final AuditTrail trail;
  private final Visitor operator;
  private final String id;

  ConnectionCloseExchange(
      HttpConnection connection, Rosters rosters, AuditTrail trail, Visitor operator, String id) {
    super(connection);
    this.rosters = rosters;
    this.trail = trail;
    this.operator = operator;
    this.id = id;
  }

  @Override
  protected void content(ByteBuf piece) {}

  @Override
  protected void end() {
    rosters
        .close(id, CloseCode.CLOSED_BY_OPERATOR, "An operator has closed this connection")
        .whenComplete((closed, failure) ->
            connection()
                .onLoop(() -> respond(failure == null ? answer(closed) : Response.fault(failure))));
  }

  private Response answer(Optional<ConnectionView> closed) {
    closed.ifPresent(this::writeDown);
    return closed.isPresent()
        ? Response.empty(HttpResponseStatus.NO_CONTENT)
        : Response.problem(
            Problem.notFound("There is no open connection with this id; it may have gone"));
  }

  private void writeDown(ConnectionView closed) {
    String name = operator.access().map(Access::name).orElse("");
    String whose = closed.name().isEmpty() ? "" : " of " + closed.name();
    trail.note(
        Audit.What.CONNECTION_CLOSED,
        name.isEmpty() ? null : name,
        operator.sender(),
        "connection " + closed.id() + whose + " from " + closed.address());
    LoggingEventBuilder line =
        LOG.atInfo()
            .addKeyValue("connection", closed.id())
            .addKeyValue("address", closed.address());
    if (!name.isEmpty()) {
      line = line.addKeyValue("by", name);
    }
    line.log("closed by an operator");
  }
}

package dev.tocsin.gateway;

import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Json;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Response;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Objects;

/// `POST /api/v1/tickets`: makes a ticket that stands for the credential of the request. The body means nothing.
final class TicketExchange extends BodyExchange {

  private final Tickets tickets;
  private final Visitor visitor;

  TicketExchange(HttpConnection connection, Tickets tickets, Visitor visitor) {
    super(connection);
    this.tickets = tickets;
    this.visitor = visitor;
  }

  @Override
  protected void complete(byte[] body) {
    if (visitor.access().isEmpty()) {
      respond(Door.unauthenticated());
      return;
    }
    respond(
        tickets
            .issue(Objects.requireNonNull(visitor.pass()))
            .map(ticket ->
                Response.json(
                    HttpResponseStatus.CREATED,
                    Json.object()
                        .put(Presented.TICKET, ticket)
                        .put("expires_in", Tickets.LIFE_SECONDS)))
            .orElseGet(
                () -> Response.problem(Problem.unavailable("Too many tickets are out already"))));
  }
}

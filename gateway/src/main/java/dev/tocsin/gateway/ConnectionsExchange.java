package dev.tocsin.gateway;

import dev.tocsin.http.Exchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.QueryParameters;
import dev.tocsin.http.Response;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;

/// `GET /api/v1/connections`: a page of who is connected. A body means nothing.
final class ConnectionsExchange extends Exchange {

  private static final int DEFAULT_LIMIT = 100;

  private final Rosters rosters;
  private final long after;
  private final int limit;

  ConnectionsExchange(HttpConnection connection, Rosters rosters, QueryParameters query)
      throws QueryParameters.InvalidQueryException {
    super(connection);
    this.rosters = rosters;
    this.after = query.number("after", 0).orElse(0L);
    long asked = query.number("limit", 1).orElse((long) DEFAULT_LIMIT);
    this.limit = (int) Math.min(asked, Limits.MAX_ROSTER_ENTRIES);
  }

  @Override
  protected void content(ByteBuf piece) {}

  @Override
  protected void end() {
    connection().allowance().spend(Limits.LOOK_NANOS);
    rosters
        .page(after, limit)
        .whenComplete((page, failure) ->
            connection()
                .onLoop(() ->
                    respond(
                        page == null
                            ? Response.fault(failure)
                            : Response.json(HttpResponseStatus.OK, page))));
  }
}

package dev.tocsin.gateway;

import dev.tocsin.http.Exchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Response;
import io.netty.buffer.ByteBuf;

/// `GET /metrics`. A body means nothing.
final class MetricsExchange extends Exchange {

  private final MetricsPages pages;
  private final MetricsFormat format;

  MetricsExchange(HttpConnection connection, MetricsPages pages, MetricsFormat format) {
    super(connection);
    this.pages = pages;
    this.format = format;
  }

  @Override
  protected void content(ByteBuf piece) {}

  @Override
  protected void end() {
    pages
        .page(format)
        .whenComplete((page, failure) ->
            connection().onLoop(() -> respond(page == null ? Response.fault(failure) : page)));
  }
}

package dev.tocsin.gateway;

import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;

/// `POST /api/v1/catalog/{type}/validate`: a dry run.
final class ValidateExchange extends BodyExchange {

  private final CatalogPages pages;
  private final String type;

  ValidateExchange(HttpConnection connection, CatalogPages pages, String type) {
    super(connection);
    this.pages = pages;
    this.type = type;
  }

  @Override
  protected void complete(byte[] payload) {
    respond(pages.validate(type, payload));
  }
}

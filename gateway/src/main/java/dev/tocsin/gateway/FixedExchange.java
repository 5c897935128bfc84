package dev.tocsin.gateway;

/// An exchange whose answer does not depend on the body, which is only read to its end.
final class FixedExchange extends BodyExchange {

  private final Response response;

  FixedExchange(HttpConnection connection, Response response) {
    super(connection);
    this.response = response;
  }

  /// What will be answered.
  Response response() {
    return response;
  }

  @Override
  Response tooLarge() {
    return response;
  }

  @Override
  void complete(byte[] body) {
    respond(response);
  }
}

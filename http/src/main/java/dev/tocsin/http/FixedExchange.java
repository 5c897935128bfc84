package dev.tocsin.http;

/// An exchange whose answer does not depend on the body, which is only read to its end.
public final class FixedExchange extends BodyExchange {

  private final Response response;

  /// Answers so.
  public FixedExchange(HttpConnection connection, Response response) {
    super(connection);
    this.response = response;
  }

  /// What will be answered.
  Response response() {
    return response;
  }

  @Override
  boolean hasAll() {
    return false;
  }

  @Override
  protected Response tooLarge() {
    return response;
  }

  @Override
  protected void complete(byte[] body) {
    respond(response);
  }
}

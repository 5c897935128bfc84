package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;

/// An exchange whose body is collected whole, up to a bound: [HttpLimits#MAX_BODY_BYTES] unless another is given.
public abstract class BodyExchange extends Exchange {

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final int maxBytes;
  private boolean refused;
  private boolean complete;

  /// An exchange on a connection.
  protected BodyExchange(HttpConnection connection) {
    this(connection, HttpLimits.MAX_BODY_BYTES);
  }

  /// The same with another bound.
  ///
  /// @param maxBytes the largest body
  protected BodyExchange(HttpConnection connection, int maxBytes) {
    super(connection);
    this.maxBytes = maxBytes;
  }

  /// The largest body that is collected.
  final int maxBytes() {
    return maxBytes;
  }

  /// Answers to the whole body.
  protected abstract void complete(byte[] body);

  @Override
  protected final void content(ByteBuf piece) {
    if (refused) {
      return;
    }
    if (body.size() + piece.readableBytes() > maxBytes) {
      refused = true;
      respond(tooLarge());
      return;
    }
    byte[] bytes = new byte[piece.readableBytes()];
    piece.readBytes(bytes);
    body.writeBytes(bytes);
  }

  @Override
  protected final int heldBytes() {
    return body.size();
  }

  @Override
  protected final void end() {
    if (!refused) {
      complete = true;
      complete(body.toByteArray());
    }
  }

  @Override
  boolean hasAll() {
    return complete;
  }

  @Override
  protected final void goAway() {
    if (!refused && !complete) {
      refused = true;
      breakOff(Problem.goingAway());
    }
  }

  /// The answer to a body that is too large.
  protected Response tooLarge() {
    return Response.problem(Problem.tooLarge("The body is larger than " + maxBytes + " bytes"));
  }
}

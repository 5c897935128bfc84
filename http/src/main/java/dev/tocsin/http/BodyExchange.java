package dev.tocsin.http;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;

/// An exchange whose body is collected whole, up to [HttpLimits#MAX_BODY_BYTES].
public abstract class BodyExchange extends Exchange {

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private boolean refused;
  private boolean complete;

  /// An exchange on a connection.
  protected BodyExchange(HttpConnection connection) {
    super(connection);
  }

  /// Answers to the whole body.
  protected abstract void complete(byte[] body);

  @Override
  protected final void content(ByteBuf piece) {
    if (refused) {
      return;
    }
    if (body.size() + piece.readableBytes() > HttpLimits.MAX_BODY_BYTES) {
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
  protected final void goAway() {
    if (!refused && !complete) {
      refused = true;
      breakOff(Problem.goingAway());
    }
  }

  /// The answer to a body that is too large.
  protected Response tooLarge() {
    return Response.problem(
        Problem.tooLarge("The body is larger than " + HttpLimits.MAX_BODY_BYTES + " bytes"));
  }
}

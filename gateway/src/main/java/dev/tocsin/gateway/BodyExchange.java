package dev.tocsin.gateway;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;

/// An exchange whose body is collected whole, up to [#maxBodyBytes].
abstract class BodyExchange extends Exchange {

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private boolean refused;
  private boolean complete;

  BodyExchange(HttpConnection connection) {
    super(connection);
  }

  /// The longest body that is collected, in bytes.
  int maxBodyBytes() {
    return Limits.MAX_MESSAGE_BYTES;
  }

  /// Answers to the whole body.
  abstract void complete(byte[] body);

  @Override
  final void content(ByteBuf piece) {
    if (refused) {
      return;
    }
    if (body.size() + piece.readableBytes() > maxBodyBytes()) {
      refused = true;
      respond(tooLarge());
      return;
    }
    byte[] bytes = new byte[piece.readableBytes()];
    piece.readBytes(bytes);
    body.writeBytes(bytes);
  }

  @Override
  final void end() {
    if (!refused) {
      complete = true;
      complete(body.toByteArray());
    }
  }

  @Override
  final void goAway() {
    if (!refused && !complete) {
      refused = true;
      breakOff(new Rejection(ErrorCode.UNAVAILABLE, "The server is going away"));
    }
  }

  /// The answer to a body that is too large.
  Response tooLarge() {
    return Response.problem(
        ErrorCode.MESSAGE_TOO_LARGE,
        "The body is larger than " + Limits.MAX_MESSAGE_BYTES + " bytes");
  }
}

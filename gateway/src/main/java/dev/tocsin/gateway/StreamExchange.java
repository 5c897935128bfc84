package dev.tocsin.gateway;

import dev.tocsin.http.BodyExchange;
import dev.tocsin.http.HttpConnection;
import dev.tocsin.http.Problem;
import dev.tocsin.http.Request;
import dev.tocsin.http.Response;
import dev.tocsin.http.StreamedConnection;
import dev.tocsin.hub.Access;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;

/// A proper request for events without an end. A body that comes with it is read and has no meaning.
final class StreamExchange extends BodyExchange {

  private static final byte[] NOTHING_YET = {};

  private final GatewayContext context;
  private final Loop loop;
  private final StreamQuery query;
  private final Visitor visitor;
  private final boolean chunked;

  StreamExchange(Request request, GatewayContext context, Loop loop, StreamQuery query) {
    super(request.connection());
    this.context = context;
    this.loop = loop;
    this.query = query;
    this.visitor = Visitor.of(request);
    this.chunked = StreamedConnection.takesChunks(request.head());
  }

  /// What the answer begins with. A proxy in between is asked to hand on each event as it comes.
  static Response head(StreamKind kind) {
    return new Response(
        HttpResponseStatus.OK, kind.mediaType(), NOTHING_YET, Map.of("X-Accel-Buffering", "no"));
  }

  @Override
  protected void complete(byte[] body) {
    // Asked once: who is counted is who joins.
    Access access = visitor.access().orElse(null);
    if (access == null) {
      respond(Door.unauthenticated());
    } else if (!Door.mayFollow(access, query.events().wantsNothing())) {
      respond(Response.problem(Problem.forbidden(Door.FORBIDDEN)));
    } else if (!loop.quotas().connect(access)) {
      respond(Door.tooManyConnections());
    } else if (!connection().admits(visitor.sender())) {
      loop.quotas().disconnect(access.name());
      respond(HttpConnection.tooManyConnections());
    } else {
      open(access);
    }
  }

  private void open(Access access) {
    StreamConnection stream =
        new StreamConnection(context, loop, connection(), visitor, access, query, chunked);
    try {
      stream.join();
      connection().stream(stream.head(), stream, stream::begin);
    } catch (RuntimeException | Error e) {
      stream.forget();
      throw e;
    }
  }
}

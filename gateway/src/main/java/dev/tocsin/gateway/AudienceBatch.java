package dev.tocsin.gateway;

import dev.tocsin.hub.AudienceOutput;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.websocket.FrameDeflater;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One audience's events of one turn, framed once and shared by all its connections.
///
/// A frame is the same for everyone in the audience, `previous` included, so a turn makes one buffer,
/// and each connection one write of it. For those who agreed on compression there is a second one, made when
/// the first of them is met. Belongs to the event loop of its shard.
final class AudienceBatch implements AudienceOutput<WebSocketConnection> {

  private static final int INITIAL_BYTES = 1_024;

  private final FrameDeflater deflater;
  private @Nullable ByteBuf frames;
  private long firstPrevious;

  AudienceBatch(FrameDeflater deflater) {
    this.deflater = deflater;
  }

  @Override
  public void add(LoggedEvent event, long previous) {
    if (frames == null) {
      frames = PooledByteBufAllocator.DEFAULT.directBuffer(INITIAL_BYTES);
      firstPrevious = previous;
    }
    EventFrames.write(frames, event, previous);
  }

  @Override
  public int flush(List<WebSocketConnection> members, long before) {
    ByteBuf batch = frames;
    if (batch == null) {
      return 0;
    }
    frames = null;
    int taken = 0;
    try (BatchForms forms = new BatchForms(batch, deflater, PooledByteBufAllocator.DEFAULT)) {
      for (WebSocketConnection member : members) {
        if (member.sendBatch(forms, before, firstPrevious)) {
          taken++;
        }
      }
    }
    return taken;
  }

  @Override
  public void discard() {
    if (frames != null) {
      frames.release();
      frames = null;
    }
  }

  @Override
  public void fallBehind(List<WebSocketConnection> members, long after, long previous) {
    members.forEach(member -> member.cursor().fallBehind(after, previous));
  }
}

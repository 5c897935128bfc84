package dev.tocsin.gateway;

import dev.tocsin.hub.Batch;
import dev.tocsin.hub.ShardOutput;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a loop's shard sends its batches: each is encoded once in every form that a member wants, and every member
/// is given that one buffer.
///
/// A member that has not taken enough of what it was sent before leaves the live path instead, as do all to whom a batch
/// cannot be given for lack of memory ([LiveMemory]). A failure of one member ends it and no other. Belongs to the event
/// loop.
final class LiveOutput implements ShardOutput<LiveConnection> {

  private static final Logger LOG = LoggerFactory.getLogger(LiveOutput.class);

  private final LiveMemory memory;

  LiveOutput(LiveMemory memory) {
    this.memory = memory;
  }

  @Override
  public long maxTurnBytes() {
    return memory.maxTurnBytes();
  }

  @Override
  public int send(Batch batch, List<LiveConnection> members) {
    memory.look();
    if (memory.isUsedUp()) {
      lag(members, batch.after(), batch.previous());
      tell(batch, members.size(), null);
      return 0;
    }
    long room = memory.roomForEach();
    int taken = 0;
    try (EncodedBatch encoded = new EncodedBatch(batch, memory.allocator())) {
      for (LiveConnection member : members) {
        if (isTaken(encoded, batch, member, room)) {
          taken++;
        }
      }
      memory.used(encoded.bytes());
      if (encoded.failure() != null) {
        tell(batch, members.size() - taken, encoded.failure());
      }
    }
    return taken;
  }

  private boolean isTaken(EncodedBatch encoded, Batch batch, LiveConnection member, long room) {
    try {
      if (!member.isLive()) {
        return false;
      }
      ByteBuf bytes = member.untakenBytes() > room ? null : encoded.in(member.form());
      if (bytes == null) {
        member.lag(batch.after(), batch.previous());
        return false;
      }
      member.take(bytes.retainedDuplicate());
      return true;
    } catch (RuntimeException | Error e) {
      // The others of the audience have nothing to do with it.
      member.fail(e);
      return false;
    }
  }

  private void tell(Batch batch, int lagging, @Nullable Throwable failure) {
    if (memory.isTimeToTell()) {
      LOG.atWarn()
          .addKeyValue("connections", lagging)
          .addKeyValue("after", batch.after())
          .addKeyValue("bytes_waiting", memory.bytes())
          .setCause(failure)
          .log("no memory for live events: connections read them in the log");
    }
  }

  @Override
  public void lag(List<LiveConnection> members, long after, long previous) {
    for (LiveConnection member : members) {
      if (member.isLive()) {
        member.lag(after, previous);
      }
    }
  }
}

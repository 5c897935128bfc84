package dev.tocsin.gateway;

import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.Shard;
import dev.tocsin.hub.Stretch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Writes the events with which a subscription begins to its connection. Belongs to the event loop.
///
/// What the connection wants is looked up anew for each event: its rights and its subscription may change meanwhile. An event
/// that the log has lost since is told as a gap.
final class InitialWriter extends PageWriter {

  /// How long it waits when the log cannot be read.
  private static final long RETRY_MILLIS = 1_000;

  private final long[] sequences;
  private final Runnable done;
  private int next;
  private @Nullable Page fetched;

  /// Nothing is written before [#awaitTurn].
  ///
  /// @param sequences of the events, ascending
  /// @param done called when all are on their way
  InitialWriter(
      GatewayContext context,
      Loop loop,
      LiveConnection connection,
      Channel channel,
      long[] sequences,
      Runnable done) {
    super(context, loop, connection, channel, connection.allowance());
    this.sequences = sequences;
    this.done = done;
    context.replayRoom().take(heldBytes());
  }

  /// What the sequences take up, which counts with the pages.
  private long heldBytes() {
    return (long) Long.BYTES * sequences.length;
  }

  @Override
  void awaitTurn() {
    if (next < sequences.length || isEnded()) {
      super.awaitTurn();
    } else {
      end();
      done.run();
    }
  }

  @Override
  boolean holdsPage() {
    return fetched != null;
  }

  @Override
  void letGo() {
    fetched = null;
  }

  @Override
  void release() {
    context.replayRoom().giveBack(heldBytes());
  }

  @Override
  void work(int maxBytes) {
    Page page = fetched;
    fetched = null;
    if (page == null) {
      fetch(connection.form().pageBytes(maxBytes));
    } else {
      write(page);
    }
  }

  private void fetch(int maxBytes) {
    int end = Math.min(next + EventLog.MAX_EACH, sequences.length);
    var reading = context.hub().readEach(Arrays.copyOfRange(sequences, next, end), maxBytes);
    if (!reading.toCompletableFuture().isDone()) {
      allowance().spend(Limits.LOOK_NANOS);
    }
    reading.whenComplete((page, failure) -> {
      if (failure == null) {
        tasks.execute(() -> arrived(page));
      } else {
        tasks.after(this::awaitTurn, RETRY_MILLIS, TimeUnit.MILLISECONDS);
      }
    });
  }

  private void arrived(Page page) {
    if (!isEnded()) {
      fetched = page;
      goOn();
    }
  }

  private void write(Page page) {
    FormPage encoded = newPage();
    ByteBuf written;
    try {
      encode(page, encoded);
      written = encoded.finish();
    } catch (RuntimeException | Error e) {
      encoded.discard();
      throw e;
    }
    while (next < sequences.length && sequences[next] <= page.position()) {
      next++;
    }
    if (written == null) {
      awaitTurn();
    } else {
      send(written);
    }
  }

  private void encode(Page page, FormPage encoded) {
    Shard<LiveConnection> shard = loop.shard();
    int lost = 0;
    for (LoggedEvent event : page.events()) {
      lost = lose(page, lost, event.sequence(), encoded);
      if (shard.wants(connection, event)) {
        encoded.event(event, DeliveredEnvelope.INITIAL);
        shard.countDelivered(event);
      }
    }
    lose(page, lost, Long.MAX_VALUE, encoded);
  }

  private static int lose(Page page, int first, long below, FormPage encoded) {
    int told = first;
    while (told < page.lost().size() && page.lost().get(told).from() < below) {
      Stretch lost = page.lost().get(told++);
      encoded.gap(lost.from(), lost.to());
    }
    return told;
  }
}

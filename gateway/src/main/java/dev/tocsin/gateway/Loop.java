package dev.tocsin.gateway;

import dev.tocsin.http.Connections;
import dev.tocsin.http.Guard;
import dev.tocsin.http.MemoryBudget;
import dev.tocsin.http.Routes;
import dev.tocsin.http.Service;
import dev.tocsin.hub.Shard;
import dev.tocsin.hub.ShardOwner;
import dev.tocsin.websocket.Deflation;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/// What the hub has on one event loop: its shard, and what its connections share.
///
/// Only the event loop's thread may use it.
final class Loop implements Service {

  private final EventLoop eventLoop;
  private final GatewayContext context;
  private final Shard<WebSocketConnection> shard;
  private final Catchups catchups;
  private final Publishes publishes;
  private final Deflation deflation;
  private final MemoryBudget patterns;
  private final Connections connections;
  private final Routes routes;

  Loop(Connections connections, GatewayContext context) {
    this.connections = connections;
    this.eventLoop = connections.eventLoop();
    this.context = context;
    this.catchups = new Catchups(connections::later, context.catchupCount());
    this.publishes = new Publishes(context.hub(), eventLoop);
    this.deflation = new Deflation(context.deflateThresholdBytes());
    this.patterns =
        new MemoryBudget("patterns", context.http().heapShareBytes(Limits.PATTERN_PARTS));
    this.shard = context.hub().newShard(new Owner(), () -> new AudienceBatch(deflation.deflater()));
    this.routes = HubRoutes.of(context, this);
  }

  /// The event loop as the owner of the shard.
  private final class Owner implements ShardOwner {

    @Override
    public void execute(Runnable task) {
      connections.later(task);
    }

    @Override
    public void executeAfter(Runnable task, long nanos) {
      eventLoop.schedule(
          Guard.task("a turn of the shard failed", task), nanos, TimeUnit.NANOSECONDS);
    }
  }

  /// The time on a clock that never goes backwards.
  long nowMillis() {
    return connections.nowMillis();
  }

  Shard<WebSocketConnection> shard() {
    return shard;
  }

  Deflation deflation() {
    return deflation;
  }

  /// What the patterns of all connections may weigh.
  MemoryBudget patterns() {
    return patterns;
  }

  Catchups catchups() {
    return catchups;
  }

  Publishes publishes() {
    return publishes;
  }

  /// The connections of this event loop.
  Connections connections() {
    return connections;
  }

  @Override
  public Routes routes() {
    return routes;
  }

  /// Has every event that was accepted delivered.
  @Override
  public void goAway() {
    shard.catchUp();
  }

  /// Gives the shard back.
  @Override
  public void end() {
    context.hub().removeShard(shard);
  }
}

package dev.tocsin.gateway;

import dev.tocsin.http.Connections;
import dev.tocsin.http.LoopTasks;
import dev.tocsin.http.MemoryBudget;
import dev.tocsin.http.Routes;
import dev.tocsin.http.Service;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Shard;
import dev.tocsin.hub.ShardOwner;
import dev.tocsin.websocket.Deflation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the hub has on one event loop: its shard, and what its connections share.
///
/// Only the event loop's thread may use it.
final class Loop implements Service {

  private final LoopTasks tasks;
  private final GatewayContext context;
  private final Shard<LiveConnection> shard;
  private final ReplayTurns replayTurns;
  private final Publishes publishes;
  private final Deflation deflation;
  private final PlainTypes plainTypes;
  private final Forms forms;
  private final MemoryBudget patterns;
  private final Connections connections;
  private final Routes routes;
  private final Quotas quotas;
  private final AuditTrail trail;
  private final Judge judge;
  private final Door door;
  private final Roster roster;

  /// What the grants come down to of those who have published last.
  private final Map<Grants, EventFilter> publishable =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Grants, EventFilter> eldest) {
          return size() > Limits.REMEMBERED_GRANTS;
        }
      };

  Loop(Connections connections, GatewayContext context) {
    this.connections = connections;
    this.context = context;
    this.tasks = connections.tasks();
    this.replayTurns = new ReplayTurns(tasks::later, context.replayRoom());
    this.publishes = new Publishes(context.hub(), tasks);
    this.deflation = new Deflation(context.deflate().thresholdBytes());
    this.plainTypes = new PlainTypes(context.deflate().never());
    this.patterns =
        new MemoryBudget("patterns", context.http().heapShareBytes(Limits.PATTERN_PARTS));
    this.shard =
        context
            .hub()
            .newShard(
                new Owner(),
                new LiveOutput(
                    LiveMemory.ofProcess(context.http().loops(), connections::nowMillis)));
    this.forms =
        new Forms(
            deflation,
            plainTypes,
            shard::epoch,
            new EventJson.Cloud(context.hub().catalog(), context.source(), shard::epoch));
    AccessControl access = context.access();
    this.quotas = access.quotas();
    this.trail = new AuditTrail(access.settings().audit());
    this.judge = new Judge(access, trail, connections);
    this.door = new Door(access, judge, trail);
    this.roster = new Roster(tasks, System::nanoTime);
    context.rosters().add(roster);
    this.routes = HubRoutes.of(context, this);
    context.rates().look(System.nanoTime());
    tasks.every(() -> context.rates().look(System.nanoTime()), 1, TimeUnit.SECONDS);
  }

  /// The event loop as the owner of the shard.
  private final class Owner implements ShardOwner {

    @Override
    public void execute(Runnable task) {
      tasks.later(task);
    }

    @Override
    public void executeAfter(Runnable task, long nanos) {
      tasks.after(task, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void failed(Throwable failure) {
      tasks.tell(failure);
    }

    @Override
    public void restarted() {
      tasks.execute(Loop.this::endEarlierEpoch);
    }
  }

  /// Ends the connections that stand in an earlier epoch of the log.
  private void endEarlierEpoch() {
    connections.forEach(connection -> {
      if (connection instanceof LiveConnection live) {
        live.leaveEarlierEpoch();
      }
    });
  }

  /// The time on a clock that never goes backwards.
  long nowMillis() {
    return connections.nowMillis();
  }

  Shard<LiveConnection> shard() {
    return shard;
  }

  /// How events are put on the wire.
  Forms forms() {
    return forms;
  }

  Deflation deflation() {
    return deflation;
  }

  /// What the principals have used up.
  Quotas quotas() {
    return quotas;
  }

  /// Where it is written down who came, and what was denied.
  AuditTrail trail() {
    return trail;
  }

  /// Finds out what credentials are worth.
  Judge judge() {
    return judge;
  }

  /// The event types whose events are never compressed.
  PlainTypes plainTypes() {
    return plainTypes;
  }

  /// The connections of this event loop that events go to.
  Roster roster() {
    return roster;
  }

  /// Where everyone is asked who he is.
  Door door() {
    return door;
  }

  /// What somebody may publish; `null` for everything.
  @Nullable EventFilter publishable(Access access) {
    Grants grants = access.rights().publish();
    return grants == null ? null : publishable.computeIfAbsent(grants, context.hub()::filter);
  }

  /// What counts as not taken yet of what a connection was given. What is encrypted is nobody else's as well, and is counted
  /// with no batch: when the memory outside the heap is tight, no more is made for whoever has left any of it.
  long untaken(long bytes, boolean secure) {
    return bytes > 0 && secure && context.http().memory().isTight() ? Long.MAX_VALUE : bytes;
  }

  /// What the patterns of all connections may weigh.
  MemoryBudget patterns() {
    return patterns;
  }

  ReplayTurns replayTurns() {
    return replayTurns;
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
    context.rosters().remove(roster);
    context.hub().removeShard(shard);
  }
}

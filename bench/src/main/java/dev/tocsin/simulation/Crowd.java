package dev.tocsin.simulation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// The sockets that have lost their connection: each comes back after a delay that it draws as the clients do, to the better of
/// two gateways that are drawn for it then, as a load balancer may. Those who come to the same place at about the same time,
/// and stand at the same position, come together.
final class Crowd {

  /// The bound of a client's first delay; it doubles with each attempt.
  static final long FIRST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// Over how long a server that stops in order spreads those who come back.
  static final long STOP_SPREAD_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long LONGEST_DELAY_NANOS = TimeUnit.SECONDS.toNanos(30);

  /// In how many moments a delay is cut.
  private static final int SLOTS = 10;

  private final Simulation simulation;
  private final SplittableRandom random;

  private record Key(int wish, long position, String epoch, int slot) {}

  Crowd(Simulation simulation, SplittableRandom random) {
    this.simulation = simulation;
    this.random = random;
  }

  /// The sockets of members that have ended come back.
  ///
  /// @param spreadNanos the bound of their delay
  void comeBack(List<Member> ended, long spreadNanos) {
    Map<Key, Integer> together = new LinkedHashMap<>();
    for (Member member : ended) {
      simulation.figures().outside += member.sockets;
      draw(together, member.wish.number(), member.sockets, member.position, member.epoch);
    }
    plan(together, spreadNanos, 0);
  }

  /// Some have waited in vain.
  void tryAgain(Arrival arrival) {
    Map<Key, Integer> together = new LinkedHashMap<>();
    draw(together, arrival.wish.number(), arrival.sockets, arrival.position, arrival.epoch);
    simulation.figures().attempts += arrival.sockets;
    int attempt = arrival.attempt + 1;
    plan(together, delayOf(attempt), attempt);
  }

  private static long delayOf(int attempt) {
    return Math.min(LONGEST_DELAY_NANOS, FIRST_DELAY_NANOS << Math.min(attempt, 10));
  }

  private void draw(
      Map<Key, Integer> together, int wish, int sockets, long position, String epoch) {
    for (int i = 0; i < sockets; i++) {
      together.merge(new Key(wish, position, epoch, random.nextInt(SLOTS)), 1, Integer::sum);
    }
  }

  private void plan(Map<Key, Integer> together, long spreadNanos, int attempt) {
    long now = simulation.agenda().nanoTime();
    together.forEach((key, sockets) -> {
      long delay = spreadNanos / SLOTS * key.slot + random.nextLong(spreadNanos / SLOTS);
      simulation.agenda().at(now + delay, () -> arrive(key, sockets, attempt));
    });
  }

  private void arrive(Key key, int sockets, int attempt) {
    Map<Integer, Integer> chosen = new TreeMap<>();
    for (int i = 0; i < sockets; i++) {
      int gateway = better();
      simulation.gateway(gateway).addSockets(1);
      chosen.merge(gateway, 1, Integer::sum);
    }
    chosen.forEach((gateway, some) -> {
      Arrival arrival =
          new Arrival(
              simulation.wish(key.wish),
              some,
              key.position,
              key.epoch,
              attempt,
              simulation.agenda().nanoTime());
      simulation.gateway(gateway).anyLoop().door().arrive(arrival);
    });
  }

  /// The one of two gateways that has fewer sockets.
  private int better() {
    int one = simulation.anyLiving(random);
    int other = simulation.anyLiving(random);
    return simulation.gateway(other).sockets() < simulation.gateway(one).sockets() ? other : one;
  }
}

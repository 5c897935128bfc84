package dev.tocsin.simulation;

import dev.tocsin.events.Where;
import dev.tocsin.hub.EventPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a socket wants: the events of one site, or all alerts. There is one for each site, and one more.
///
/// @param number 0 for all alerts, else that of the site
/// @param patterns what it subscribes to
/// @param where what narrows them; `null` for nothing
record Wish(int number, List<EventPattern> patterns, @Nullable Where where) {

  private static final List<EventPattern> ALERTS = List.of(EventPattern.of("alert.*"));
  private static final List<EventPattern> OF_A_SITE = List.of(EventPattern.of("detection.new"));

  static Wish of(int number) {
    return number == 0
        ? new Wish(0, ALERTS, null)
        : new Wish(number, OF_A_SITE, Where.of("{\"camera_id\":\"site-" + number + "\"}"));
  }

  /// How many of the sockets of a loop have a wish, so that all together are `sockets`.
  ///
  /// @param sites how many there are
  static int share(int number, int sites, int sockets) {
    int alerts = Math.max(1, sockets / 20);
    int rest = sockets - alerts;
    return number == 0 ? alerts : rest / sites + (number <= rest % sites ? 1 : 0);
  }
}

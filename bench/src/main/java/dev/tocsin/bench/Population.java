package dev.tocsin.bench;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The made-up subscribers of a benchmark, the same in every run.
///
/// One in five never subscribed. Half have one of ten usual sets of patterns, as dashboards of the
/// same make do. The others wrote theirs by hand: one to eight patterns, type names with something
/// replaced by `*`, `?` or `[a-z]`.
final class Population {

  private static final List<List<String>> USUAL =
      List.of(
          List.of("*"),
          List.of("alert.*"),
          List.of("alert.*", "camera.*"),
          List.of("camera.*", "detection.*", "scene_change.*"),
          List.of("job.*", "job_*"),
          List.of("worker.*", "service.*", "system.*", "gpu.*"),
          List.of("event.*", "alert.created"),
          List.of("alert.created", "alert.resolved"),
          List.of("camera.status_changed"),
          List.of("*.error", "*failed"));

  private static final List<String> TYPES =
      EventCatalog.builtIn().allEventTypes().stream()
          .filter(type -> !type.reserved())
          .map(EventType::name)
          .toList();

  private final Random random = new Random(42);

  /// The patterns of one more subscriber; an empty list for one that never subscribed.
  List<String> next() {
    int kind = random.nextInt(10);
    if (kind < 2) {
      return List.of();
    }
    if (kind < 7) {
      return USUAL.get(random.nextInt(USUAL.size()));
    }
    List<String> patterns = new ArrayList<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      patterns.add(handwritten());
    }
    return patterns;
  }

  private String handwritten() {
    String type = TYPES.get(random.nextInt(TYPES.size()));
    int from = random.nextInt(type.length());
    return switch (random.nextInt(4)) {
      case 0 -> type;
      case 1 -> type.substring(0, from) + "*";
      case 2 -> type.substring(0, from) + "?" + type.substring(from + 1);
      default -> type.substring(0, from) + "[a-z]" + type.substring(from + 1);
    };
  }
}

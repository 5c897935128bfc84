package dev.tocsin.bridges.hub;

import dev.tocsin.events.Where;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which events a bridge takes out of the hub.
///
/// @param patterns of types, one at least
/// @param where what they have to fulfil; `null` for nothing
public record Wanted(List<String> patterns, @Nullable Where where) {

  public Wanted {
    patterns = List.copyOf(patterns);
    if (patterns.isEmpty()) {
      throw new IllegalArgumentException("no pattern");
    }
  }
}

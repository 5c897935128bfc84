package dev.tocsin.hub;

import dev.tocsin.events.Where;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What somebody may read: all that one of some grants lets through. Immutable; equal ones grant the same.
///
/// A connection receives what it subscribed to and may read, on every way: [Shard] intersects the two where its interest is
/// made.
///
/// @param grants none for nothing at all
public record Grants(List<Grant> grants) {

  /// Some patterns, narrowed or not.
  ///
  /// @param where `null` for everything that they match; a type without its fields is not granted
  public record Grant(List<EventPattern> patterns, @Nullable Where where) {
    public Grant {
      patterns = List.copyOf(patterns);
    }
  }

  public Grants {
    grants = List.copyOf(grants);
  }
}

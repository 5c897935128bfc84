package dev.tocsin.client;

import dev.tocsin.events.Where;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the address of a connection tells the server; see [Wishes#query].
///
/// @param uri the address
/// @param patterns what the connection is subscribed to from its first event on; `null` for
///     everything
/// @param where what narrows all of them; `null` for nothing
/// @param resumes whether it says where to resume
/// @param begins whether it says with what to begin
record Query(
    URI uri,
    @Nullable List<String> patterns,
    @Nullable Where where,
    boolean resumes,
    boolean begins) {

  Query {
    patterns = patterns == null ? null : List.copyOf(patterns);
  }
}

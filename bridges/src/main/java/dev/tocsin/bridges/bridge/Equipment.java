package dev.tocsin.bridges.bridge;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the bridges of a process are made with.
///
/// @param environment of the process, for secrets
/// @param folder where bridges keep their state; `null` for memory alone
/// @param backoff the pace at which something is tried again that has failed
public record Equipment(
    Map<String, String> environment, @Nullable Path folder, InstantSource clock, Backoff backoff) {

  public Equipment {
    environment = Map.copyOf(environment);
  }

  /// A file of a bridge's state; `null` for memory alone.
  ///
  /// @param bridge its name
  /// @param extension what its files are told apart by, with the dot
  public @Nullable Path file(String bridge, String extension) {
    return folder == null ? null : folder.resolve(bridge + extension);
  }
}

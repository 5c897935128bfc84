package dev.tocsin.hub;

import java.util.List;
import java.util.Optional;

/// How a log stands at one moment.
///
/// @param epoch its name: a sequence means something only within its epoch
/// @param oldest no sequence below it can be read; one more than `newest` when there is none
/// @param newest the newest sequence that was handed to the follower; 0 before the first
/// @param fault why the log takes no events, a sentence for a person; empty when it does
/// @param unreadable the stretches that were found to be damaged, ascending; a log that finds very many
///     names some of them
/// @param trouble what does not work although the log takes events, a sentence for a person; mostly empty
public record LogState(
    String epoch,
    long oldest,
    long newest,
    Optional<String> fault,
    List<Stretch> unreadable,
    Optional<String> trouble) {

  /// The state of a log of which everything can be read.
  public LogState(String epoch, long oldest, long newest, Optional<String> fault) {
    this(epoch, oldest, newest, fault, List.of(), Optional.empty());
  }
}

package dev.tocsin.hub;

import java.util.List;
import java.util.Optional;

/// What one gateway tells of a log that it shares with others. Counts begin when it opened the log.
///
/// @param gateway its own name, which no other one has
/// @param servers where it looks for the log, without credentials
/// @param leader the server that orders the events at the moment; empty when there is none, or it is not known
/// @param replicas how many servers keep the log
/// @param lagEvents how many events the log has given sequences to, as far as is known, that were not handed on yet
/// @param lagSeconds for how long it has not been at the newest event, or not known whether it is; 0 when it is
/// @param publishes from an event being sent to the log's answer
/// @param inFlight events that were sent and are not answered
/// @param reconnects how often a connection to a server was made again
/// @param uncertain appends that were answered [AppendResult.Unknown]
/// @param healthy whether the log answers and [#lagSeconds] is at most [#MAX_LAG_SECONDS]. If not, the log's
///     state says why ([LogState#fault] or [LogState#trouble])
public record SharedLogFigures(
    String gateway,
    List<String> servers,
    Optional<String> leader,
    int replicas,
    long lagEvents,
    double lagSeconds,
    DurationFigures publishes,
    int inFlight,
    long reconnects,
    long uncertain,
    boolean healthy) {

  /// How long a gateway may lag before new clients should go elsewhere.
  public static final double MAX_LAG_SECONDS = 2;

  public SharedLogFigures {
    servers = List.copyOf(servers);
  }
}

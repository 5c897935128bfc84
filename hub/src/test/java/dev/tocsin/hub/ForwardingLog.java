package dev.tocsin.hub;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// A log that is another one, but for what a test changes.
public class ForwardingLog implements EventLog {

  /// The other one.
  protected final EventLog log;

  protected ForwardingLog(EventLog log) {
    this.log = log;
  }

  @Override
  public LogState state() {
    return log.state();
  }

  @Override
  public LogFigures figures() {
    return log.figures();
  }

  @Override
  public Map<String, Long> lastByType() {
    return log.lastByType();
  }

  @Override
  public CompletionStage<List<AppendResult>> append(List<Append> appends) {
    return log.append(appends);
  }

  @Override
  public void giveUp() {
    log.giveUp();
  }

  @Override
  public CompletionStage<Page> read(long after, TypeFilter types, int maxEvents, int maxBytes) {
    return log.read(after, types, maxEvents, maxBytes);
  }

  @Override
  public CompletionStage<Page> readBack(
      long before, TypeFilter types, int maxEvents, int maxBytes) {
    return log.readBack(before, types, maxEvents, maxBytes);
  }

  @Override
  public CompletionStage<Page> readEach(long[] sequences, int maxBytes) {
    return log.readEach(sequences, maxBytes);
  }

  @Override
  public Optional<LogNote> note() {
    return log.note();
  }

  @Override
  public CompletionStage<Long> positionAt(Instant time) {
    return log.positionAt(time);
  }

  @Override
  public void follow(long after, Follower follower) {
    log.follow(after, follower);
  }

  @Override
  public CompletionStage<Long> reach(long sequence, Duration atMost) {
    return log.reach(sequence, atMost);
  }

  @Override
  public CompletionStage<String> awaitEpoch(String epoch, Duration atMost) {
    return log.awaitEpoch(epoch, atMost);
  }

  @Override
  public void close() {
    log.close();
  }
}

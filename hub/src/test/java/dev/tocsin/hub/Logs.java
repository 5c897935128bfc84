package dev.tocsin.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Logs as tests ask them: at once, and all of it.
public final class Logs {

  /// What the largest page of these tests may hold.
  public static final int ALL = 1 << 24;

  private Logs() {}

  public static <T> T await(CompletionStage<T> answer) {
    try {
      return answer.toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  public static long newest(EventLog log) {
    return log.state().newest();
  }

  public static long oldest(EventLog log) {
    return log.state().oldest();
  }

  /// Everything after a position.
  public static List<LoggedEvent> readAll(EventLog log, long after) {
    return readAll(log, after, TypeFilter.ALL);
  }

  /// Everything of some types after a position.
  public static List<LoggedEvent> readAll(EventLog log, long after, TypeFilter types) {
    List<LoggedEvent> events = new ArrayList<>();
    long position = after;
    while (position < newest(log)) {
      Page page = await(log.read(position, types, ALL, ALL));
      events.addAll(page.events());
      if (page.position() <= position) {
        throw new AssertionError("no progress after " + position + ": " + page);
      }
      position = page.position();
    }
    return events;
  }
}

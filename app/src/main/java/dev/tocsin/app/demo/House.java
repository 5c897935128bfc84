package dev.tocsin.app.demo;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.WebSocketEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/// A made-up house with cameras and the machines behind them, which makes about three events a
/// second of its own time.
///
/// Deterministic: the same random numbers and the same moments give the same events. Owned by one
/// thread.
public final class House {

  /// How much of the house's time passes with each [#tick].
  public static final Duration TICK = Duration.ofMillis(250);

  private final Stage stage;

  /// A house in which everything is about to be switched on.
  ///
  /// @param catalog knows the types of the events
  public House(RandomGenerator random, EventCatalog catalog) {
    stage = new Stage(random, catalog);
    Cameras cameras = new Cameras(stage);
    Workers workers = new Workers(stage);
    Alerts alerts = new Alerts(stage);
    Visits visits = new Visits(stage, cameras, alerts);
    SystemReports reports = new SystemReports(stage, cameras, workers, visits);
    Jobs jobs = new Jobs(stage);
    cameras.begin(reports::review);
    workers.begin(reports::review);
    visits.begin();
    jobs.begin();
    reports.begin();
  }

  /// Lets a moment pass.
  ///
  /// @param now the moment, for the timestamps; the pace is counted in ticks
  /// @return what happened in it, in order; often nothing
  public List<WebSocketEvent> tick(Instant now) {
    return stage.tick(now);
  }
}

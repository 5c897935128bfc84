package dev.tocsin.gateway;

import dev.tocsin.hub.DurationFigures;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Families of figures as Prometheus has them, gathered one after the other.
final class MetricFamilies {

  private final MetricSnapshots.Builder families = MetricSnapshots.builder();

  /// One that only goes up.
  ///
  /// @param name without `_total`, which the formats add
  MetricFamilies counter(String name, String help, Number value) {
    return counters(name, help, Map.of(Labels.EMPTY, value));
  }

  /// The same for each of some labels.
  MetricFamilies counters(String name, String help, Map<Labels, ? extends Number> values) {
    CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help);
    values.forEach((labels, value) ->
        family.dataPoint(
            CounterDataPointSnapshot.builder().labels(labels).value(value.doubleValue()).build()));
    families.metricSnapshot(family.build());
    return this;
  }

  /// What is as it is now.
  MetricFamilies gauge(String name, String help, Number value) {
    return gauges(name, help, Map.of(Labels.EMPTY, value));
  }

  /// The same for each of some labels.
  MetricFamilies gauges(String name, String help, Map<Labels, ? extends Number> values) {
    GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
    values.forEach((labels, value) ->
        family.dataPoint(
            GaugeDataPointSnapshot.builder().labels(labels).value(value.doubleValue()).build()));
    families.metricSnapshot(family.build());
    return this;
  }

  /// How long something takes.
  MetricFamilies histogram(String name, String help, DurationFigures figures) {
    List<Double> bounds = new ArrayList<>(DurationFigures.UPPER_BOUNDS_SECONDS);
    bounds.add(Double.POSITIVE_INFINITY);
    families.metricSnapshot(
        HistogramSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(
                HistogramDataPointSnapshot.builder()
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, figures.counts()))
                    .sum(figures.seconds())
                    .build())
            .build());
    return this;
  }

  /// How often something was done, and how long that took together.
  MetricFamilies summaries(String name, String help, List<SummaryDataPointSnapshot> values) {
    SummarySnapshot.Builder family = SummarySnapshot.builder().name(name).help(help);
    values.forEach(family::dataPoint);
    families.metricSnapshot(family.build());
    return this;
  }

  /// What only labels say.
  ///
  /// @param name without `_info`, which the formats add
  MetricFamilies info(String name, String help, Labels labels) {
    families.metricSnapshot(
        InfoSnapshot.builder()
            .name(name)
            .help(help)
            .dataPoint(InfoDataPointSnapshot.builder().labels(labels).build())
            .build());
    return this;
  }

  /// All of them, by name.
  MetricSnapshots all() {
    return families.build();
  }
}

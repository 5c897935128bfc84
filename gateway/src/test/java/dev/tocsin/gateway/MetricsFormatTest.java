package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.DurationFigures;
import io.prometheus.metrics.model.snapshots.Labels;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which format suits whom, and how figures look in it.
class MetricsFormatTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/openmetrics-text",
        "application/openmetrics-text; version=0.0.1",
        "Application/OpenMetrics-Text;Version=\"1.0.0\"",
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5",
        "text/*;q=0.4, application/*;q=0.5",
        "*/*;q=0.1, text/plain;q=0",
        "text/html, application/openmetrics-text;q=0.1",
        "application/openmetrics-text, */*",
      })
  void someWantOpenMetrics(String accept) {
    assertThat(MetricsFormat.of(List.of(accept))).isEqualTo(MetricsFormat.OPEN_METRICS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*/*",
        "text/plain",
        "text/html",
        "image/png, application/json;q=0.3",
        "text/plain, application/openmetrics-text",
        "application/openmetrics-text;q=0.3,text/plain;version=0.0.4;q=0.4",
        "application/openmetrics-text;version=2.0.0",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=nonsense",
        "application/openmetrics-text;q=0.5,*/*",
        ";;;,,,=",
      })
  void othersGetPlainText(String accept) {
    assertThat(MetricsFormat.of(List.of(accept))).isEqualTo(MetricsFormat.TEXT);
  }

  @Test
  void severalHeadersAreOne() {
    assertThat(MetricsFormat.of(List.of())).isEqualTo(MetricsFormat.TEXT);
    assertThat(MetricsFormat.of(List.of("text/plain;q=0.1", "application/openmetrics-text")))
        .isEqualTo(MetricsFormat.OPEN_METRICS);
  }

  private static String rendered(MetricsFormat format, MetricFamilies families) {
    return new String(format.render(families.all()), StandardCharsets.UTF_8);
  }

  private static MetricFamilies odd() {
    return new MetricFamilies()
        .counters(
            "a_things", "Back\\slash, \"quotes\" and\na line.", Map.of(Labels.of("x", "\"\\\n"), 2))
        .gauge("b_bytes", "Ünïcode.", 1.5)
        .info("c", "Which.", Labels.of("version", "1"));
  }

  @Test
  void escapesInPlainText() {
    assertThat(rendered(MetricsFormat.TEXT, odd()))
        .isEqualTo(
            """
            # HELP a_things_total Back\\\\slash, "quotes" and\\na line.
            # TYPE a_things_total counter
            a_things_total{x="\\"\\\\\\n"} 2.0
            # HELP b_bytes Ünïcode.
            # TYPE b_bytes gauge
            b_bytes 1.5
            # HELP c_info Which.
            # TYPE c_info gauge
            c_info{version="1"} 1
            """);
  }

  @Test
  void escapesInOpenMetrics() {
    assertThat(rendered(MetricsFormat.OPEN_METRICS, odd()))
        .isEqualTo(
            """
            # TYPE a_things counter
            # HELP a_things Back\\\\slash, \\"quotes\\" and\\na line.
            a_things_total{x="\\"\\\\\\n"} 2.0
            # TYPE b_bytes gauge
            # HELP b_bytes Ünïcode.
            b_bytes 1.5
            # TYPE c info
            # HELP c Which.
            c_info{version="1"} 1
            # EOF
            """);
  }

  @Test
  void addsUpTheBucketsOfAHistogram() {
    List<Long> counts =
        new java.util.ArrayList<>(
            Collections.nCopies(DurationFigures.UPPER_BOUNDS_SECONDS.size() + 1, 0L));
    counts.set(0, 3L);
    counts.set(3, 2L);
    counts.set(counts.size() - 1, 1L);
    String text =
        rendered(
            MetricsFormat.TEXT,
            new MetricFamilies()
                .histogram("t_seconds", "Time.", new DurationFigures(counts, 12.5)));

    assertThat(text)
        .contains("# TYPE t_seconds histogram\n")
        .contains("t_seconds_bucket{le=\"1.0E-4\"} 3\n")
        .contains("t_seconds_bucket{le=\"5.0E-4\"} 3\n")
        .contains("t_seconds_bucket{le=\"0.001\"} 5\n")
        .contains("t_seconds_bucket{le=\"10.0\"} 5\n")
        .contains("t_seconds_bucket{le=\"+Inf\"} 6\n")
        .contains("t_seconds_count 6\n")
        .contains("t_seconds_sum 12.5\n");
  }
}

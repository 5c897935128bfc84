package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What `bench` measures under each kind of load.
class BenchLoadsTest extends AtTheBench {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--rate 100",
        "--rate 100 --publish http",
        "--rate 1000 --publish ndjson --batch 10",
        "--in-flight 4",
        "--in-flight 4 --publish ndjson --batch 10",
        "--in-flight 4 --audiences 4 --receivers 2",
        "--rate 100 --transport sse",
        "--in-flight 4 --transport sse --size 9000 --patterns detection.*,*.new+alert.*",
        "--rate 100 --transport ndjson",
        "--rate 100 --size 2000 --patterns detection.*,*.new+alert.*"
      })
  void everyEventReachesEveryConnection(String load) {
    JsonNode report = measure(load);

    double published = report.path("published_per_second").asDouble();
    assertThat(published).isPositive();
    assertThat(report.path("deliveries_per_second").asDouble() / published).isBetween(9.0, 11.0);
    assertThat(report.path("latency_ms").path("count").asLong()).isPositive();
    assertThat(report.path("latency_ms").path("p50").asDouble()).isPositive();
    assertThat(report.path("server_cpu").asDouble()).isPositive();
    for (String fault : List.of("lost", "gaps", "duplicates", "out_of_order", "closed")) {
      assertThat(report.path(fault).asLong(-1)).as(fault).isZero();
    }
  }

  @Test
  void whatNobodyWantsIsPublishedAllTheSame() {
    JsonNode report = measure("--in-flight 2 --patterns alert.*");

    assertThat(report.path("published_per_second").asDouble()).isPositive();
    assertThat(report.path("deliveries_per_second").asDouble(-1)).isZero();
    assertThat(report.path("lost").asLong(-1)).isZero();
  }

  @Test
  void connectionsAloneAreMeasuredToo() {
    JsonNode report = measure("--idle --warm-connections 5");

    assertThat(report.path("connections_per_second").asDouble()).isPositive();
    assertThat(report.has("published_per_second")).isFalse();
  }
}

package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.PayloadError;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Json;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class NdjsonReportTest {

  private static final Rejection BROKEN = new Rejection(ErrorCode.INVALID_JSON, "broken");

  @Test
  void tellsFirstAndLast() {
    NdjsonReport report = new NdjsonReport();
    report.accepted(7);
    report.accepted(9);
    report.refused(3, BROKEN);

    assertThat(report.toJson().toString())
        .isEqualTo(
            "{\"accepted\":2,\"rejected\":[{\"line\":3,\"error\":\"invalid_json\","
                + "\"message\":\"broken\"}],\"rejected_count\":1,"
                + "\"first_sequence\":7,\"last_sequence\":9}");
    assertThat(report.response().status().code()).isEqualTo(200);
  }

  @Test
  void isAProblemWhenNothingWasAccepted() {
    NdjsonReport report = new NdjsonReport();
    assertThat(report.response().status().code()).isEqualTo(200);

    report.refused(1, BROKEN);
    assertThat(report.response().status().code()).isEqualTo(422);
  }

  @Test
  void isBoundedInLinesAndInDetails() {
    Rejection large =
        new Rejection(
            ErrorCode.INVALID_PAYLOAD,
            "bad",
            Collections.nCopies(
                Rejection.MAX_ERRORS, new PayloadError("/" + "p".repeat(60), "type", "wrong")));
    NdjsonReport report = new NdjsonReport();
    for (int line = 1; line <= 3_000; line++) {
      report.refused(line, large);
    }

    ObjectNode json = report.toJson();
    assertThat(json.path("rejected_count").asLong()).isEqualTo(3_000);
    assertThat(json.path("rejected").size()).isEqualTo(Limits.MAX_REPORTED_LINES);
    assertThat(json.path("rejected").get(0).has("details")).isTrue();
    assertThat(json.path("rejected").get(999).has("details")).isFalse();
    assertThat(Json.bytes(json).length).isLessThan(2 * Limits.MAX_REPORTED_CHARACTERS);
  }
}

package dev.tocsin.bridges.in.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.events.PayloadError;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What is version 4 of an Alertmanager's webhook, and what is not.
class AlertmanagerMessageTest {

  private static JsonNode body() {
    return TestMessages.json(
        AlertmanagerBodies.group(
            AlertmanagerBodies.alert("firing", "f1", "{\"alertname\":\"A\"}", "{\"s\":\"x\"}"),
            AlertmanagerBodies.alert("resolved", "f2", "{\"alertname\":\"B\"}", "{}")));
  }

  /// A body with something else at a place.
  ///
  /// @param value `null` for nothing
  private static JsonNode with(String path, @Nullable String value) {
    JsonNode body = body();
    JsonPointer place = JsonPointer.compile(path);
    JsonNode parent = body.at(place.head());
    if (parent instanceof ArrayNode array) {
      array.set(place.last().getMatchingIndex(), TestMessages.json(value == null ? "null" : value));
    } else if (value == null) {
      ((ObjectNode) parent).remove(place.last().getMatchingProperty());
    } else {
      ((ObjectNode) parent).set(place.last().getMatchingProperty(), TestMessages.json(value));
    }
    return body;
  }

  @Test
  void whatAnAlertmanagerPostsIsRead() {
    assertThat(AlertmanagerMessage.read(body()))
        .isInstanceOfSatisfying(
            AlertmanagerMessage.Reading.Read.class,
            read -> assertThat(read.message().alerts()).hasSize(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /truncatedAlerts             |
          /truncatedAlerts             | 3
          /notificationReason          | "repeat"
          /alerts/0/more               | [1]
          /alerts                      | []
          /groupLabels                 | {"alertname":"A"}
          /alerts/0/generatorURL       | ""
          /alerts/0/endsAt             | "2026-03-04T09:00:00.5+02:00"
          """)
  void whatOlderAndNewerOnesPostIsReadAsWell(String path, @Nullable String value) {
    assertThat(AlertmanagerMessage.read(with(path, value)))
        .isInstanceOf(AlertmanagerMessage.Reading.Read.class);
  }

  private static void assertFault(String path, @Nullable String value, String fault) {
    assertThat(AlertmanagerMessage.read(with(path, value)))
        .isInstanceOfSatisfying(
            AlertmanagerMessage.Reading.Refused.class,
            no -> {
              assertThat(no.rejection().errors())
                  .extracting(PayloadError::path)
                  .containsExactly(fault);
              assertThat(no.rejection().errors().getFirst().message()).startsWith("must be ");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/version",
        "/groupKey",
        "/receiver",
        "/status",
        "/groupLabels",
        "/commonLabels",
        "/commonAnnotations",
        "/externalURL",
        "/alerts",
        "/alerts/0/status",
        "/alerts/0/labels",
        "/alerts/0/annotations",
        "/alerts/0/startsAt",
        "/alerts/0/endsAt",
        "/alerts/0/generatorURL",
        "/alerts/0/fingerprint"
      })
  void whatIsThereIsOfItsType(String path) {
    for (String value : new String[] {"null", "5", "[]", "true", "[\"a\"]"}) {
      if (!path.equals("/alerts") || !value.equals("[]")) {
        assertFault(
            path, value, path.equals("/alerts") && value.startsWith("[") ? "/alerts/0" : path);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/version",
        "/alerts",
        "/alerts/0/status",
        "/alerts/0/labels",
        "/alerts/0/startsAt",
        "/alerts/0/fingerprint"
      })
  void whatMakesAnAlertIsMissed(String path) {
    assertFault(path, null, path);
  }

  /// As others do who post such messages.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/groupKey",
        "/receiver",
        "/status",
        "/groupLabels",
        "/commonLabels",
        "/commonAnnotations",
        "/externalURL",
        "/alerts/0/annotations",
        "/alerts/0/endsAt",
        "/alerts/0/generatorURL"
      })
  void theRestMayBeLeftOut(String path) {
    assertThat(AlertmanagerMessage.read(with(path, null)))
        .isInstanceOf(AlertmanagerMessage.Reading.Read.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /version                     | "3"
          /version                     | 4
          /status                      | "pending"
          /status                      | ""
          /truncatedAlerts             | -1
          /truncatedAlerts             | 1.5
          /truncatedAlerts             | "3"
          /truncatedAlerts             | null
          /groupLabels/a               | 1
          /commonLabels/a              | null
          /commonAnnotations/a         | {}
          /alerts/1                    | 7
          /alerts/1/status             | "over"
          /alerts/1/labels/a           | 3
          /alerts/1/labels/a~1b        | false
          /alerts/1/annotations/a      | []
          /alerts/1/startsAt           | "yesterday"
          /alerts/1/endsAt             | "yesterday"
          /alerts/1/fingerprint        | " "
          """)
  void whatCannotBeIsToldWithItsPlace(String path, String value) {
    assertFault(path, value, path);
  }
}

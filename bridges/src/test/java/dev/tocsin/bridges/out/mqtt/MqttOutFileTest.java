package dev.tocsin.bridges.out.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.BridgeFile;
import dev.tocsin.bridges.description.BridgeFault;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.bridges.out.EventFormat;
import dev.tocsin.events.EventCatalog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Bridges that publish to a broker, as a file describes them, right and wrong.
class MqttOutFileTest {

  private static BridgeFile.Reading read(String bridges) {
    return BridgeFile.read(
        ("{\"bridges\":[" + bridges + "]}").getBytes(StandardCharsets.UTF_8),
        EventCatalog.builtIn());
  }

  private static List<String> faults(String bridges) {
    return ((BridgeFile.Reading.Refused) read(bridges))
        .faults().stream().map(BridgeFault::toString).toList();
  }

  private static String bridge(String name, String rest) {
    return "{\"name\":\""
        + name
        + "\",\"kind\":\"mqtt-out\",\"broker\":\"mqtt://b\",\"events\":[\"alert.*\",\"camera.*\"]"
        + rest
        + "}";
  }

  private static MqttOutSettings settings(String rest) {
    return MqttOutSettings.read(TestMessages.bridge("a", bridge("a", rest)));
  }

  @Test
  void everythingHasAUsualValue() {
    MqttOutSettings settings = settings("");
    assertThat(settings.status()).isEqualTo("tocsin/status");
    assertThat(settings.format()).isEqualTo(EventFormat.ENVELOPE);
    assertThat(settings.isRetained("camera.online")).isFalse();
    assertThat(settings.home()).isNull();
    assertThat(settings.outgoing().fromOldest()).isFalse();
  }

  @Test
  void everythingCanBeSaid() {
    String said =
        ",\"version\":5,\"username\":\"u\",\"password\":{\"env\":\"P\"},\"client_id\":\"c\",\"topic\":\"x/{type}\",\"format\":\"payload\",\"retain\":[\"camera.*\"],\"qos\":1,\"status\":\"x/status\",\"from\":\"oldest\",\"where\":{\"severity\":\"high\"},\"home_assistant\":{\"prefix\":\"ha\",\"birth\":\"ha/status\",\"node\":\"North_1\"}";

    assertThat(read(bridge("a", said)))
        .isInstanceOfSatisfying(
            BridgeFile.Reading.Read.class,
            read ->
                assertThat(read.plan().descriptions())
                    .containsExactly("a (mqtt-out, mqtt://b:1883)"));
    MqttOutSettings settings = settings(said);
    assertThat(settings.home()).isEqualTo(new HomeSettings("ha", "ha/status", "North_1"));
    assertThat(settings.isRetained("camera.online")).isTrue();
    assertThat(settings.isRetained("alert.created")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ,"topc":"x"                           | /topc: there is no member "topc"; did you mean "topic"?
          ,"topic":"x/#"                        | /topic: has the wildcard #
          ,"topic":7                            | /topic: must be a topic, as tocsin/{type}/{key}
          ,"qos":0                              | /qos: must be 1
          ,"qos":2                              | /qos: must be 1
          ,"format":"cloudevent"                | /format: there is no format "cloudevent"; did you mean "cloudevents"?
          ,"retain":"yes"                       | /retain: must be true, false or an array of patterns
          ,"retain":["camra.*"]                 | /retain/0: there is no event type that "camra.*" is for
          ,"status":"a/+"                       | /status: has the wildcard +
          ,"home_assistant":1                   | /home_assistant: must be true, false or an object
          ,"home_assistant":{"prefx":"x"}       | /home_assistant/prefx: there is no member "prefx"; did you mean "prefix"?
          ,"home_assistant":{"node":"a b"}      | /home_assistant/node: must be 1 to 64 letters
          ,"home_assistant":{"prefix":"a//b"}   | /home_assistant/prefix: has an empty level
          ,"where":{"severty":"x"}              | severity
          """)
  void faultsAreSentences(String rest, String fault) {
    assertThat(faults(bridge("a", rest))).singleElement().asString().contains(fault);
  }

  @Test
  void homeAssistantWithoutAnythingToShowIsTold() {
    assertThat(
            faults(
                "{\"name\":\"a\",\"kind\":\"mqtt-out\",\"broker\":\"mqtt://b\",\"events\":[\"job.*\"],\"home_assistant\":true}"))
        .singleElement()
        .asString()
        .contains("/home_assistant: shows cameras, detections and alerts");
  }

  private static List<String> notes(String... bridges) {
    return ((BridgeFile.Reading.Read) read(String.join(",", bridges)))
        .plan().notes().stream().map(BridgeFault::toString).toList();
  }

  @Test
  void twoOfOneStatusAtOneBrokerAreNoted() {
    assertThat(notes(bridge("a", ""), bridge("b", ",\"status\":\"tocsin/status\"")))
        .containsExactly(
            "line 1: /bridges/1/status: is the same status as that of /bridges/0/status: when one"
                + " of them goes offline, it says so for the other as well; give each its own");
    assertThat(notes(bridge("a", ""), bridge("b", ",\"status\":\"b/status\""))).isEmpty();
    assertThat(notes(bridge("a", ""), bridge("b", "").replace("mqtt://b", "mqtt://c"))).isEmpty();
  }

  @Test
  void twoOfOneClientIdAtOneBrokerAreTold() {
    String in =
        "{\"name\":\"n\",\"kind\":\"frigate\",\"broker\":\"mqtt://%s\",\"client_id\":\"me\"}";
    assertThat(faults(in.formatted("b") + "," + bridge("o", ",\"client_id\":\"me\"")))
        .containsExactly(
            "line 1: /bridges/1/client_id: is the client_id of /bridges/0/client_id already");
    assertThat(read(in.formatted("other") + "," + bridge("o", ",\"client_id\":\"me\"")))
        .isInstanceOf(BridgeFile.Reading.Read.class);
    assertThat(read(bridge("a", "") + "," + bridge("b", "")))
        .isInstanceOf(BridgeFile.Reading.Read.class);
  }
}

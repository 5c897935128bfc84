package dev.tocsin.bridges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.OtherSide;
import dev.tocsin.bridges.description.BridgeFault;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.SecretSource;
import dev.tocsin.bridges.mapping.TopicFilter;
import dev.tocsin.events.EventCatalog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files of bridges, right and wrong.
class BridgeFileTest {

  private static BridgeFile.Reading read(String file) {
    return BridgeFile.read(file.getBytes(StandardCharsets.UTF_8), EventCatalog.builtIn());
  }

  private static List<String> faults(String file) {
    return ((BridgeFile.Reading.Refused) read(file))
        .faults().stream().map(BridgeFault::toString).toList();
  }

  @Test
  void soundFileIsAPlan() {
    assertThat(
            read(
                """
                {"bridges":[
                  {"name":"github","kind":"webhook","description":"Pushes","verify":{"scheme":"github","secrets":[{"env":"A"},{"file":"/b"}]},
                   "map":[{"event":"alert.deleted","payload":{"id":"{payload.id}"}}]},
                  {"name":"prod","kind":"alertmanager"},
                  {"name":"nvr","kind":"frigate","broker":"mqtts://broker.lan","version":5,"username":"me","password":{"env":"A"},
                   "ca":"/ca","certificate":"/c","key":"/k","client_id":"me","keep_alive":30,"topic_prefix":"site/nvr"}]}\
                """))
        .isInstanceOfSatisfying(
            BridgeFile.Reading.Read.class,
            read ->
                assertThat(read.plan().descriptions())
                    .containsExactly(
                        "github (webhook, /hooks/github)",
                        "prod (alertmanager, /hooks/alertmanager/prod)",
                        "nvr (frigate, mqtts://broker.lan:8883)"));
  }

  @Test
  void everyFaultIsToldAtOnceWithItsPlace() {
    assertThat(
            faults(
                """
                {"bridges":[
                  {"name":"Up","kind":"webhok"},
                  {"name":"a","kind":"webhook","verify":{"scheme":"githb","secret":"hunter2"},
                   "map":[{"event":"alert.deletd","payload":{"id":"1"}}]},
                  {"name":"a","kind":"alertmanager","severty":{},
                   "severity":{"table":{"page":"critcal"}}}],
                 "bridge":1}\
                """))
        .containsExactly(
            "line 7: /bridge: there is no member \"bridge\"; did you mean \"bridges\"?",
            "line 2: /bridges/0/name: is no name: 1 to 64 lower-case letters, digits, - and _",
            "line 2: /bridges/0/kind: there is no kind \"webhok\"; did you mean \"webhook\"?",
            "line 3: /bridges/1/verify/scheme: there is no scheme \"githb\"; did you mean"
                + " \"github\"?",
            "line 3: /bridges/1/verify/secret: must be " + SecretSource.FORM,
            "line 4: /bridges/1/map/0/event: there is no event type \"alert.deletd\"; did you mean"
                + " \"alert.deleted\"?",
            "line 5: /bridges/2/name: is the name of /bridges/1/name already",
            "line 5: /bridges/2/severty: there is no member \"severty\"; did you mean"
                + " \"severity\"?",
            "line 6: /bridges/2/severity/table/page: there is no severity \"critcal\"; did you mean"
                + " \"critical\"?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {                                                            | Not valid JSON
          []                                                           | must be an object with an array
          {}                                                           | /bridges: is required
          {"bridges":[]}                                               | /bridges: must be an array of bridges, one at least
          {"bridges":[1]}                                              | /bridges/0: must be an object with name and kind
          {"bridges":[{"name":"a"}]}                                   | /bridges/0/kind: is required: one of alertmanager, file-out, frigate, mqtt, mqtt-out, webhook, webhook-out
          {"bridges":[{"name":"a","kind":"pigeon"}]}                   | there is no kind "pigeon"; there are alertmanager, file-out, frigate, mqtt
          {"bridges":[{"name":"a","kind":"frigate"}]}                  | /bridges/0/broker: is required: where the broker is, as mqtt://localhost:1883
          {"bridges":[{"name":"a","kind":"frigate","broker":"http://b"}]} | /broker: must begin with mqtt:// or mqtts://
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://u:hunter2@b"}]} | /broker: holds a user or a password
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","version":4}]} | /version: must be one of 3.1.1, 5
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","ca":"/ca"}]} | /ca: is for mqtts://
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtts://b","key":"/k"}]} | /certificate: is missing
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","password":{"env":"A"}}]} | /password: goes with a username
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","username":"u","password":"hunter2"}]} | /password: must be {"env"
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","keep_alive":1}]} | /keep_alive: must be a number of seconds from 5 to 3600
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","topic_prefix":"a/+"}]} | /topic_prefix: must be what Frigate has
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","map":[]}]} | there is no member "map"
          {"bridges":[{"name":"a","kind":"mqtt","broker":"mqtt://b"}]} | /map: is required
          {"bridges":[{"name":"a","kind":"mqtt","broker":"mqtt://b","map":[{"event":"alert.deleted","payload":{"id":"1"}}]}]} | /map/0/topic: is required
          {"bridges":[{"name":"a","kind":"mqtt","broker":"mqtt://b","map":[{"topic":"$share/g/a","event":"alert.deleted","payload":{"id":"1"}}]}]} | /map/0/topic: is a shared subscription
          {"bridges":[{"name":"a","kind":"mqtt","broker":"mqtt://b","map":[{"topic":"a/+x","event":"alert.deleted","payload":{"id":"1"}}]}]} | /map/0/topic: has a level "+x"
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","client_id":"c"},{"name":"d","kind":"frigate","broker":"mqtt://b:1883","client_id":"c"}]} | /bridges/1/client_id: is the client_id of /bridges/0/client_id already
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://B.lan","client_id":"c"},{"name":"d","kind":"frigate","broker":"mqtt://b.LAN:1883","client_id":"c"}]} | /bridges/1/client_id: is the client_id of /bridges/0/client_id already
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","client_id":"c\\u0000"}]} | /client_id: holds a NUL character
          {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","username":"u\\u0000"}]} | /username: holds a NUL character
          {"bridges":[{"name":"a","kind":"alertmanager","severity":{"table":{}}}]} | /severity/table: must have one entry at least
          {"bridges":[{"name":"a","kind":"webhook"}]}                  | /bridges/0/map: is required
          {"bridges":[{"name":"a","kind":"alertmanager","verify":{"scheme":"github"}}]} | /verify/secret: is required
          {"bridges":[{"name":"a","kind":"alertmanager","verify":{"scheme":"github","header":"x","secret":{"env":"A"}}}]} | github has its own
          {"bridges":[{"name":"a","kind":"alertmanager","verify":{"scheme":"shared-secret","secret":{"env":"A"}}}]} | /verify/header: is required
          {"bridges":[{"name":"a","kind":"alertmanager","verify":{"scheme":"github","secret":{"env":"a-b"}}}]} | is no name of a variable
          {"bridges":[{"name":"a","kind":"alertmanager","verify":{"scheme":"github","secret":{"env":"A","file":"b"}}}]} | must be {"env"
          """)
  void faultsAreSentences(String file, String fault) {
    assertThat(faults(file)).singleElement().asString().contains(fault);
  }

  @Test
  void bridgesThatAnnounceTheSameDevicesAreNoted() {
    assertThat(
            read(
                """
                {"bridges":[
                  {"name":"a","kind":"mqtt-out","broker":"mqtt://b","events":["camera.*"],"status":"a","home_assistant":{"node":"n"}},
                  {"name":"c","kind":"mqtt-out","broker":"mqtt://b","events":["camera.*"],"status":"c","home_assistant":{"node":"n"}},
                  {"name":"d","kind":"mqtt-out","broker":"mqtt://b","events":["camera.*"],"status":"d","home_assistant":true}]}\
                """))
        .isInstanceOfSatisfying(
            BridgeFile.Reading.Read.class,
            read ->
                assertThat(read.plan().notes())
                    .singleElement()
                    .asString()
                    .startsWith(
                        "line 3: /bridges/1/home_assistant: is the same home_assistant as that of"
                            + " /bridges/0/home_assistant: they announce the same devices"));
  }

  @Test
  void clientIdsOfSeveralBrokersMayBeTheSame() {
    assertThat(
            read(
                """
                {"bridges":[{"name":"a","kind":"frigate","broker":"mqtt://b","client_id":"c"},
                  {"name":"d","kind":"frigate","broker":"mqtt://b2","client_id":"c"},
                  {"name":"e","kind":"frigate","broker":"mqtt://b"},{"name":"f","kind":"frigate","broker":"mqtt://b"}]}\
                """))
        .isInstanceOf(BridgeFile.Reading.Read.class);
  }

  @Test
  void topicIsAsLongAsMqttAllowsInBytes() {
    assertThat(TopicFilter.fault("ä".repeat(TopicFilter.MAX_LENGTH / 2))).isNull();
    assertThat(TopicFilter.fault("ä".repeat(TopicFilter.MAX_LENGTH / 2 + 1)))
        .isEqualTo("is longer than a topic may be");
  }

  @Test
  void secretThatStandsInTheFileIsNotRepeated() {
    assertThat(
            faults(
                "{\"bridges\":[{\"name\":\"a\",\"kind\":\"alertmanager\",\"verify\":"
                    + "{\"scheme\":\"github\",\"secret\":\"hunter2\"}}]}"))
        .noneMatch(fault -> fault.contains("hunter2"));
    assertThat(faults("{\"bridges\":[{\"secret\":hunter2}]}"))
        .noneMatch(fault -> fault.contains("hunter2"));
  }

  @Test
  void moreFaultsThanAnybodyReadsAreCounted() {
    String bridge = "{\"name\":\"A\",\"kind\":\"x\"}";
    StringBuilder file = new StringBuilder(bridge);
    for (int i = 1; i < BridgeFile.MAX_BRIDGES; i++) {
      file.append(',').append(bridge);
    }

    assertThat(read("{\"bridges\":[" + file + "]}"))
        .isInstanceOfSatisfying(
            BridgeFile.Reading.Refused.class,
            refused -> {
              assertThat(refused.faults()).hasSize(Faults.MAX_TOLD + 1);
              assertThat(refused.faults().getLast().message()).isEqualTo("and 100 more");
            });
    assertThat(faults("{\"bridges\":[" + file + "," + bridge + "]}"))
        .containsExactly("line 1: /bridges: there may be 100 at most; there are 101");
  }

  @Test
  void whatMayBeSecretInTheAddressOfTheOtherSideIsNotShown() {
    assertThat(
            read(
                """
                {"bridges":[
                  {"name":"a","kind":"webhook-out","url":"https://example.com/hooks/T0ps3cret?token=x","events":["*"]},
                  {"name":"b","kind":"frigate","broker":"mqtts://[::1]"},
                  {"name":"c","kind":"alertmanager"},
                  {"name":"d","kind":"mqtt-out","broker":"mqtt://mosquitto_1","events":["*"]}]}
                """))
        .isInstanceOfSatisfying(
            BridgeFile.Reading.Read.class,
            read ->
                assertThat(read.plan().otherSides())
                    .containsExactly(
                        new OtherSide("a", "https://example.com:443", "example.com", 443),
                        new OtherSide("b", "mqtts://[::1]:8883", "::1", 8883),
                        new OtherSide("d", "mqtt://mosquitto_1:1883", "mosquitto_1", 1883)));
  }
}

package dev.tocsin.bridges.out;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.BridgeFile;
import dev.tocsin.bridges.description.BridgeFault;
import dev.tocsin.events.EventCatalog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a file says of bridges that send out, right and wrong.
class OutFileFaultsTest {

  private static final String WEBHOOK =
      "\"kind\":\"webhook-out\",\"url\":\"https://example.com/\",\"events\":[\"*\"]";
  private static final String FILE = "\"kind\":\"file-out\",\"path\":\"a/b\",\"events\":[\"*\"]";

  private static BridgeFile.Reading read(String members) {
    return BridgeFile.read(
        ("{\"bridges\":[{\"name\":\"a\"," + members + "}]}").getBytes(StandardCharsets.UTF_8),
        EventCatalog.builtIn());
  }

  private static List<String> faults(String members) {
    return ((BridgeFile.Reading.Refused) read(members))
        .faults().stream().map(BridgeFault::toString).toList();
  }

  @Test
  void bridgesAreDescribed() {
    assertThat(((BridgeFile.Reading.Read) read(WEBHOOK)).plan().descriptions())
        .containsExactly("a (webhook-out, https://example.com/)");
    assertThat(((BridgeFile.Reading.Read) read(FILE)).plan().descriptions())
        .containsExactly("a (file-out, a/b)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "from":"oldes"                          | /from: there is no beginning "oldes"; did you mean "oldest"?
          "evnts":[]                              | /evnts: there is no member "evnts"; did you mean "events"?
          "where":{"severty":"high"}              | /where/severty: "severty": none of the event types that the patterns match has such a field to compare; did you mean "severity"?
          "where":{"severity":"hgh"}              | /where/severity: "severity": can never be "hgh"
          "where":{"severity":"high","x":1,"rule_id":{"min":1}} | /where/x: "x": none of the event types
          "where":{"severity":"high","x":1,"rule_id":{"min":1}} | /where/rule_id: "rule_id": min and max are for numbers
          "where":7                               | /where: where must be an object
          "format":"cloudevent"                   | /format: there is no format "cloudevent"; did you mean "cloudevents"?
          "secret":"whsec_AAAA"                   | /secret: must be {"env"
          "secret":{"env":"A"},"secrets":[]       | /secrets: must be an array
          "headers":{"Host":"x"}                  | /headers/Host: is a header that the bridge writes itself
          "headers":{"Webhook-Id":"x"}            | is a header that the bridge writes itself
          "headers":{"Authorization":"Bearer x"}  | /headers/Authorization: must be {"env"
          "headers":{"X":"a\\nb"}                 | /headers/X: is no value of a header
          "headers":{"X Y":"a"}                   | is no name of a header
          "headers":{"X":"a","x":"b"}             | is there already
          "batch":true                            | /batch: must be an object with max_events
          "batch":{"max_event":1}                 | did you mean "max_events"?
          "batch":{"max_events":0}                | /batch/max_events: must be a whole number from 1 to 1000
          "timeout_seconds":0.5                   | /timeout_seconds: must be a whole number from 1 to 120
          "allow_private":"yes"                   | /allow_private: must be true or false
          "where":{"severity":[]}                 | /where/severity: "severity": the list is empty
          "ca":7                                  | /ca: must be the path
          """)
  void faultsOfWebhooksAreSentences(String member, String fault) {
    assertThat(faults(WEBHOOK + "," + member)).anySatisfy(told -> assertThat(told).contains(fault));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://example.com/        | "ca":"/ca"           | /ca: is for https://, which has TLS
          http://example.com:0/      | "from":"now"         | /url: has no port of 1 to 65535
          http://example.com:65536/  | "from":"now"         | /url: has no port of 1 to 65535
          http:///x                  | "from":"now"         | /url: has no host, or one that is written wrongly
          """)
  void faultsOfAddressesAreSentences(String url, String member, String fault) {
    assertThat(
            faults("\"kind\":\"webhook-out\",\"events\":[\"*\"],\"url\":\"" + url + "\"," + member))
        .singleElement()
        .asString()
        .contains(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "max_bytes":1                | /max_bytes: must be a whole number from 65536
          "daily":1                    | /daily: must be true or false
          "zone":"Europe/Berln"        | /zone: there is no time zone "Europe/Berln"; did you mean "Europe/Berlin"?
          "keep":-1                    | /keep: must be a whole number from 0
          "gzip":"yes"                 | /gzip: must be true or false
          "url":"http://a"             | there is no member "url"
          """)
  void faultsOfFilesAreSentences(String member, String fault) {
    assertThat(faults(FILE + "," + member)).singleElement().asString().contains(fault);
  }

  @Test
  void pathsThatAreNoneAreNotOneFile() {
    String bridge = "\"kind\":\"file-out\",\"events\":[\"*\"],\"path\":";
    assertThat(faults(bridge + "\"\"},{\"name\":\"b\"," + bridge + "\"/\""))
        .containsExactly(
            "line 1: /bridges/0/path: must be the path of a file",
            "line 1: /bridges/1/path: is no path of a file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", ".", "..", "a/.", "a/..", "/a/.."})
  void foldersAreNoPathsOfAFile(String path) {
    assertThat(faults("\"kind\":\"file-out\",\"events\":[\"*\"],\"path\":\"" + path + "\""))
        .containsExactly("line 1: /bridges/0/path: is no path of a file");
  }

  @Test
  void nameOfAHeaderIsBoundedInLength() {
    String longest = "X".repeat(128);

    assertThat(read(WEBHOOK + ",\"headers\":{\"" + longest + "\":\"a\"}"))
        .isInstanceOf(BridgeFile.Reading.Read.class);
    assertThat(faults(WEBHOOK + ",\"headers\":{\"" + longest + "X\":\"a\"}"))
        .singleElement()
        .asString()
        .contains("is no name of a header");
  }

  @Test
  void twoBridgesDoNotWriteOneFile() {
    assertThat(
            ((BridgeFile.Reading.Refused)
                    BridgeFile.read(
                        ("{\"bridges\":[{\"name\":\"a\","
                                + FILE
                                + "},{\"name\":\"b\","
                                + FILE.replace("a/b", "a/./b")
                                + "}]}")
                            .getBytes(StandardCharsets.UTF_8),
                        EventCatalog.builtIn()))
                .faults())
        .singleElement()
        .asString()
        .contains("/bridges/1/path: is the path of /bridges/0/path already");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          []              | /events: must be an array of patterns, one at least
          7               | /events: must be an array of patterns
          ["alert.creatd"]| /events/0: there is no event type "alert.creatd"; did you mean "alert.created"?
          ["alrt.*"]      | /events/0: there is no event type that "alrt.*" is for; did you mean "alert.*"?
          ["*.creatd"]    | /events/0: there is no event type that "*.creatd" is for; did you mean "*.created"?
          ["ping"]        | /events/0: "ping" is what the server says to its connections alone
          ["connection.*"]| /events/0: "connection.*" is what the server says to its connections alone
          ["zzz*"]        | /events/0: there is no event type that "zzz*" is for
          ["alert.[a"]    | /events/0: has an unclosed [
          [7]             | /events/0: must be a pattern
          """)
  void patternsOfWhatDoesNotExistAreTold(String events, String fault) {
    assertThat(faults("\"kind\":\"file-out\",\"path\":\"a\",\"events\":" + events))
        .singleElement()
        .asString()
        .contains(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          *              | alert.created  | true
          alert.*        | alert.created  | true
          ALERT.*        | alert.created  | true
          *.created      | alert.created  | true
          a*t.*d         | alert.created  | true
          alert.create?  | alert.created  | true
          alert.[a-d]*   | alert.created  | true
          alert.[!a-d]*  | alert.created  | false
          alert.[!]c]*   | alert.created  | false
          alert.[]c]*    | alert.created  | true
          alert.[z-a]*   | alert.created  | false
          alert          | alert.created  | false
          alert.created* | alert.created  | true
          *x*            | alert.created  | false
          alert.created? | alert.created  | false
          """)
  void patternsAreShellPatterns(String pattern, String type, boolean matches) {
    assertThat(new TypePattern(pattern).matches(type)).isEqualTo(matches);
  }

  @Test
  void noPatternTakesForever() {
    assertThat(new TypePattern("*a".repeat(128)).matches("a".repeat(127) + "b")).isFalse();
  }
}

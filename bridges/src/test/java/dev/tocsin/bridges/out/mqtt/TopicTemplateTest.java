package dev.tocsin.bridges.out.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.bridges.mapping.TopicFilter;
import dev.tocsin.events.EventCatalog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Topics of events, whatever is in the events.
class TopicTemplateTest {

  private static final EventCatalog CATALOG = EventCatalog.builtIn();

  private static Faults faults() {
    return new Faults(new byte[0]);
  }

  private static TopicTemplate template(String text, Faults faults) {
    return new TopicTemplateReader(CATALOG, CATALOG.allEventTypes())
        .read(new Section(TestMessages.text(text), "/topic", faults));
  }

  private static String topic(String template, String type, String envelope) {
    Faults faults = faults();
    TopicTemplate read = template(template, faults);
    assertThat(faults.told()).isEmpty();
    return read.of(CATALOG, type, "e:7", TestMessages.json(envelope));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tocsin/{type}/{key}             | t/x
          {domain}/{action}/{channel}     | camera/online/north
          a{id}b                          | ae:7b
          {payload.camera_name}           | The yard
          {payload/details/a.b}           | 1
          {payload.details.nothing}/x     | -/x
          {{x}}/{type}                    | {x}/camera.online
          """)
  void valuesStandInTheirPlaces(String template, String topic) {
    String envelope =
        "{\"type\":\"camera.online\",\"channel\":\"north\",\"payload\":{\"camera_id\":\"x\",\"camera_name\":\"The"
            + " yard\",\"details\":{\"a.b\":1}}}";
    assertThat(topic(template, "camera.online", envelope))
        .isEqualTo(topic.equals("t/x") ? "tocsin/camera.online/x" : topic);
  }

  @Test
  void typeWithoutAKeyOrAnEventWithoutOneHasADash() {
    assertThat(topic("t/{key}", "system.error", "{\"payload\":{\"error\":\"x\"}}"))
        .isEqualTo("t/-");
    assertThat(topic("t/{key}", "camera.online", "{\"payload\":{}}")).isEqualTo("t/-");
    assertThat(topic("t/{key}", "nobody.knows", "{\"payload\":{}}")).isEqualTo("t/-");
    assertThat(topic("t/{domain}/{action}", "job_progress", "{\"payload\":{}}"))
        .isEqualTo("t/-/job_progress");
    assertThat(topic("t/{key}", "event.created", "{\"payload\":{\"id\":12}}")).isEqualTo("t/12");
  }

  @ParameterizedTest
  @CsvSource({
    "'',-",
    "-,%2D",
    "a/b,a%2Fb",
    "+,%2B",
    "#,%23",
    "a%2Fb,a%252Fb",
    "$SYS,%24SYS",
    "a$,a$",
    "ü ö,ü ö",
  })
  void valueIsMadeFitForALevel(String value, String level) {
    assertThat(TopicLevel.of(value)).isEqualTo(level);
  }

  @Test
  void controlCharactersAndHalvesOfCharactersAreEscaped() {
    assertThat(TopicLevel.of("a\0b\nc")).isEqualTo("a%00b%0Ac");
    assertThat(TopicLevel.of("\ud83d")).isEqualTo("%3F");
    assertThat(TopicLevel.of("\ud83d\ude00")).isEqualTo("\ud83d\ude00");
  }

  @Test
  void longValuesAreCutAndToldApart() {
    String one = TopicLevel.of("x".repeat(70_000) + "1");
    String other = TopicLevel.of("x".repeat(70_000) + "2");

    assertThat(one).isNotEqualTo(other).hasSizeLessThanOrEqualTo(TopicLevel.MAX_BYTES);
    assertThat(TopicLevel.of("x".repeat(TopicLevel.WHOLE_BYTES)))
        .isEqualTo("x".repeat(TopicLevel.WHOLE_BYTES));
  }

  @Test
  void noValueEverMakesALevelOrAWildcard() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder value = new StringBuilder();
      int length = random.nextInt(8);
      for (int j = 0; j < length; j++) {
        value.append((char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(65_536)));
      }
      String level = TopicLevel.of(value.toString());
      assertThat(level).isNotEmpty().doesNotContain("/", "+", "#", "\0").doesNotStartWith("$");
      assertThat(level.getBytes(StandardCharsets.UTF_8).length)
          .isLessThanOrEqualTo(TopicLevel.MAX_BYTES);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tocsin/+/{type}    | has the wildcard +, under which nothing can be published
          tocsin/#           | has the wildcard #
          /tocsin            | has an empty level
          tocsin/            | has an empty level
          tocsin//{type}     | has an empty level
          $SYS/{type}        | begins with $
          tocsin/{typ}       | there is no "{typ}" in an event; did you mean "type"?
          tocsin/{Type}      | there is no "{Type}" in an event; did you mean "type"?
          tocsin/{topic.1}   | there is no "{topic.1}" in an event
          tocsin/{payload}   | {payload} is all of it
          tocsin/{payload.}  | has an empty name in it
          tocsin/{payload.camra_id} | has a field "camra_id"; did you mean "camera_id"?
          tocsin/{type       | has a { that is not closed
          tocsin/type}       | has a } without {
          """)
  void whatCouldBeNoTopicIsTold(String template, String fault) {
    Faults faults = faults();
    template(template, faults);

    assertThat(faults.told()).singleElement().asString().contains("/topic: ").contains(fault);
  }

  @Test
  void topicThatCouldBecomeTooLongIsTold() {
    Faults faults = faults();
    template("{type}/".repeat(130) + "x", faults);
    assertThat(faults.told()).singleElement().asString().contains("could be longer than the 65535");
    Faults none = faults();
    template("{type}/".repeat(100) + "x", none);
    assertThat(none.told()).isEmpty();
    Faults fixed = faults();
    template("x".repeat(65_536), fixed);
    assertThat(fixed.told()).hasSize(1);
  }

  @Test
  void topicThatIsReadBackHasTheLevelsOfItsTemplate() {
    String topic =
        topic(
            "a/{payload.camera_id}/{payload.camera_name}",
            "camera.online",
            "{\"payload\":{\"camera_id\":\"../x/y\",\"camera_name\":\"\"}}");
    assertThat(TopicFilter.split(topic)).isEqualTo(List.of("a", "..%2Fx%2Fy", "-"));
  }
}

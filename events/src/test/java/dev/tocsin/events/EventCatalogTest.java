package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.events.payload.connection.ErrorPayload;
import dev.tocsin.events.payload.job.JobProgressPayload;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventCatalogTest {

  private static final EventCatalog CATALOG = EventCatalog.builtIn();
  private static final PayloadSchema DOOR = PayloadSchema.of(DoorOpened.class);

  private final AlertDeletedPayload payload =
      (AlertDeletedPayload)
          ((PayloadValidation.Valid)
                  CATALOG.validatePayload(
                      "alert.deleted",
                      CATALOG
                          .jsonSchema("alert.deleted")
                          .orElseThrow()
                          .get("examples")
                          .get(0)
                          .toString()))
              .record()
              .orElseThrow();

  @Test
  void createdEventHasItsTypesChannelAndThePresentTime() {
    WebSocketEvent event = CATALOG.createEvent(payload);

    assertThat(event.type()).isEqualTo("alert.deleted");
    assertThat(event.channel()).isEqualTo("alerts");
    assertThat(event.correlationId()).isNull();
    assertThat(event.sequence()).isNull();
    assertThat(event.previous()).isNull();
    assertThat(Duration.between(new Timestamp(event.timestamp()).toInstant(), Instant.now()))
        .isLessThan(Duration.ofMinutes(1));
    assertThat(event.payload(AlertDeletedPayload.class)).isEqualTo(payload);
  }

  @Test
  void createdEventTakesTheCallersCorrelationIdAndChannel() {
    WebSocketEvent event = CATALOG.createEvent(payload, "c1", "mine");

    assertThat(event.correlationId()).isEqualTo("c1");
    assertThat(event.channel()).isEqualTo("mine");
  }

  @Test
  void sharedPayloadBelongsToTheTypeWithTheDotUnlessTheOldOneIsNamed() {
    JobProgressPayload progress = new JobProgressPayload("j", "t", 5, "running", null);

    assertThat(CATALOG.createEvent(progress).type()).isEqualTo("job.progress");
    assertThat(CATALOG.createEvent("job_progress", progress, null, null).type())
        .isEqualTo("job_progress");
  }

  @Test
  void payloadOfAnotherTypeMakesNoEvent() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.createEvent("alert.created", payload, null, null))
        .withMessageContaining("AlertDeletedPayload");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.createEvent("nope", payload, null, null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.createEvent("ping", payload, null, null));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.createEvent(new DoorOpened.Place(1, null)));
  }

  @ParameterizedTest
  @EnumSource
  void helpersTellWhatTheTypesSay(WebSocketEventType type) {
    String name = type.wireName();

    assertThat(CATALOG.eventChannel(name).orElse(null)).isEqualTo(type.channel());
    assertThat(CATALOG.eventDescription(name)).isEqualTo(type.description());
    assertThat(CATALOG.find(name).orElseThrow().reserved()).isEqualTo(type.isReserved());
    assertThat(CATALOG.find(name).orElseThrow().domain().orElse(null)).isEqualTo(type.domain());
    assertThat(CATALOG.payloadSchema(name).isPresent()).isEqualTo(type.payloadClass() != null);
    assertThat(CATALOG.jsonSchema(name).isPresent()).isEqualTo(type.payloadClass() != null);
  }

  @Test
  void allTypesStandInTheOrderOfTheEnum() {
    assertThat(CATALOG.allEventTypes().stream().map(EventType::name))
        .containsExactlyElementsOf(
            Arrays.stream(WebSocketEventType.values()).map(WebSocketEventType::wireName).toList());
  }

  @Test
  void typesAndChannelsLeadToEachOther() {
    assertThat(CATALOG.allChannels())
        .containsExactly("alerts", "cameras", "detections", "events", "jobs", "system", "workers");
    assertThat(CATALOG.eventTypesByChannel("detections").stream().map(EventType::name))
        .containsExactly("detection.new", "detection.batch");
    assertThat(CATALOG.eventTypesByChannel("nope")).isEmpty();
  }

  @Test
  void requiredFieldsAreNoneForTypesWithoutPayload() {
    assertThat(CATALOG.requiredPayloadFields("ping")).isEmpty();
    assertThat(CATALOG.requiredPayloadFields("job.progress"))
        .containsExactly("job_id", "job_type", "progress", "status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ALERT.CREATED", "alert", "alert.*", "alert.craeted"})
  void unknownNameIsNoTypeAnywhere(String name) {
    assertThat(CATALOG.find(name)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> CATALOG.eventChannel(name));
    assertThatIllegalArgumentException().isThrownBy(() -> CATALOG.eventDescription(name));
    assertThatIllegalArgumentException().isThrownBy(() -> CATALOG.requiredPayloadFields(name));
    assertThatIllegalArgumentException().isThrownBy(() -> CATALOG.payloadSchema(name));
    assertThatIllegalArgumentException().isThrownBy(() -> CATALOG.jsonSchema(name));
    assertThat(code(CATALOG.validatePayload(name, "{}"))).isEqualTo(ErrorCode.UNKNOWN_EVENT_TYPE);
  }

  @Test
  void validationSaysWhichKindOfFaultItIs() {
    assertThat(code(CATALOG.validatePayload("ping", "{}")))
        .isEqualTo(ErrorCode.RESERVED_EVENT_TYPE);
    assertThat(code(CATALOG.validatePayload("alert.deleted", "{")))
        .isEqualTo(ErrorCode.INVALID_JSON);
    assertThat(code(CATALOG.validatePayload("alert.deleted", "{\"a\":1,\"a\":1}")))
        .isEqualTo(ErrorCode.INVALID_JSON);
    assertThat(code(CATALOG.validatePayload("alert.deleted", "{} {}")))
        .isEqualTo(ErrorCode.INVALID_JSON);
    assertThat(code(CATALOG.validatePayload("alert.deleted", "[]")))
        .isEqualTo(ErrorCode.INVALID_PAYLOAD);
    assertThat(code(CATALOG.validatePayload("alert.deleted", "{}")))
        .isEqualTo(ErrorCode.INVALID_PAYLOAD);
  }

  @Test
  void serversOwnPayloadsCanBeValidatedThoughNobodyMaySendThem() {
    assertThat(CATALOG.validatePayload("error", "{\"error\":\"x\",\"message\":\"y\"}"))
        .isInstanceOfSatisfying(
            PayloadValidation.Valid.class,
            valid -> assertThat(valid.record()).contains(new ErrorPayload("x", "y", null)));
  }

  @Test
  void jsonSchemaIsTheCallersOwn() {
    CATALOG.jsonSchema("alert.deleted").orElseThrow().removeAll();

    assertThat(CATALOG.jsonSchema("alert.deleted").orElseThrow().size()).isPositive();
  }

  @Test
  void catalogWithOneMoreTypeLeavesTheOtherAsItWas() {
    EventCatalog more = CATALOG.with(EventType.of("door.opened", "doors", "A door opened", DOOR));

    assertThat(more.allEventTypes()).hasSize(44).last().hasToString("door.opened");
    assertThat(more.allChannels()).contains("doors");
    assertThat(more.eventTypesByChannel("doors")).hasSize(1);
    assertThat(CATALOG.find("door.opened")).isEmpty();
    assertThat(CATALOG.allEventTypes()).hasSize(43);
  }

  @Test
  void typeThatIsThereCannotBeAddedOrReplaced() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.with(EventType.of("alert.created", "alerts", "Mine", DOOR)))
        .withMessageContaining("alert.created");
    EventCatalog more = CATALOG.with(EventType.of("door.opened", "doors", "A door opened", DOOR));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> more.with(EventType.of("door.closed", "doors", "It closed", DOOR)))
        .withMessageContaining("DoorOpened");
  }

  @Test
  void typeWithoutPayloadOrWithAReservedNameCannotBeAdded() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.with(new EventType("door.opened", "doors", "x", null, false)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.with(new EventType("connection.lost", "x", "x", DOOR, false)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.with(new EventType("door.opened", "doors", "x", DOOR, true)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "door",
        "door.",
        ".opened",
        "Door.opened",
        "door.opened.wide",
        "door opened",
        "door.opened\n",
        "d\u00f6\u00f6r.opened",
        "1door.opened",
        "door.1opened",
        "door_.opened",
        "door._opened",
        "door__x.opened",
        "door-x.opened",
        "ping",
        "error",
        "connection.lost",
        "connection.established",
      })
  void badOrReservedNamesMakeNoType(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EventType.of(name, "doors", "A door opened", DOOR));
  }

  @ParameterizedTest
  @ValueSource(strings = {"door.opened", "front_door2.was_opened", "d.o", "connections.lost"})
  void goodNamesMakeOne(String name) {
    assertThat(EventType.of(name, "doors", "A door opened", DOOR)).hasToString(name);
  }

  @Test
  void namesAreBounded() {
    String longest = "d." + "x".repeat(EventType.MAX_NAME_LENGTH - 2);

    assertThat(EventType.of(longest, "doors", "x", DOOR).name()).isEqualTo(longest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EventType.of(longest + "x", "doors", "x", DOOR));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Doors", "my doors", "-doors", "d\u00f6\u00f6rs", "doors\n"})
  void badChannelsMakeNoType(String channel) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EventType.of("door.opened", channel, "A door opened", DOOR));
  }

  private static ErrorCode code(PayloadValidation validation) {
    return ((PayloadValidation.Invalid) validation).rejection().code();
  }
}

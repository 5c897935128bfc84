package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.events.payload.camera.CameraStatus;
import dev.tocsin.events.payload.camera.CameraStatusChangedPayload;
import dev.tocsin.events.payload.connection.ErrorPayload;
import dev.tocsin.events.payload.detection.BoundingBox;
import dev.tocsin.events.payload.detection.DetectionNewPayload;
import dev.tocsin.events.payload.job.JobProgressPayload;
import dev.tocsin.events.payload.system.SystemHealth;
import dev.tocsin.events.payload.system.SystemStatusPayload;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  private record Undocumented(String text) {}

  @Test
  void typesAreFoundByTheirPayload() {
    assertThat(CATALOG.eventTypesByPayload(AlertDeletedPayload.class))
        .extracting(EventType::name)
        .containsExactly("alert.deleted");
    assertThat(CATALOG.eventTypesByPayload(DoorOpened.class)).isEmpty();
    EventCatalog doors = CATALOG.with(EventType.of("door.opened", "doors", "A door", DOOR));
    assertThat(doors.eventTypesByPayload(DoorOpened.class)).hasSize(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CATALOG.eventTypesByPayload(Undocumented.class));
  }

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
  void anEventThatCouldNotBePublishedCannotBeMade() {
    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() ->
            CATALOG.createEvent(new JobProgressPayload("j\ud800", missing(), 120, "running", null)))
        .satisfies(e -> {
          assertThat(e.errors())
              .extracting(PayloadError::path, PayloadError::code)
              .containsExactlyInAnyOrder(
                  tuple("/job_id", "format"),
                  tuple("/job_type", "required"),
                  tuple("/progress", "maximum"));
          assertThat(e)
              .hasMessageContainingAll("job.progress", "/job_id", "/job_type", "/progress");
          assertThat(e.rejection().code()).isEqualTo(ErrorCode.INVALID_PAYLOAD);
        });
    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() ->
            CATALOG.createEvent(
                new DetectionNewPayload(
                    "d",
                    null,
                    "person",
                    Double.NaN,
                    new BoundingBox(1, Double.POSITIVE_INFINITY, 2, 3),
                    "c",
                    new Timestamp("2026-01-09T12:00:00Z"))))
        .satisfies(e ->
            assertThat(e.errors())
                .extracting(PayloadError::path, PayloadError::message)
                .containsExactly(
                    tuple("/confidence", "must be a value that JSON can say; was NaN"),
                    tuple("/bbox/y", "must be a value that JSON can say; was Infinity")));
  }

  /// What a caller without NullAway may hand over.
  @SuppressWarnings("NullAway")
  private static String missing() {
    return null;
  }

  @Test
  void nullsInsideCollectionsAreFaultsOfTheirPlaces() {
    Map<String, Long> cameras = new HashMap<>();
    cameras.put("active", null);

    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() ->
            CATALOG.createEvent(
                new SystemStatusPayload(
                    Map.of("temperature", new Thread()),
                    cameras,
                    Map.of(),
                    SystemHealth.HEALTHY,
                    null,
                    new Timestamp("2026-01-09T12:00:00Z"))))
        .satisfies(e ->
            assertThat(e.errors())
                .extracting(PayloadError::path)
                .containsExactly("/gpu/temperature", "/cameras/active"));
  }

  @Test
  void aPayloadMayComeFromAMap() {
    WebSocketEvent event =
        CATALOG.createEvent(
            WebSocketEventType.CAMERA_STATUS_CHANGED,
            Map.of(
                "camera_id",
                "c",
                "camera_name",
                "Front",
                "status",
                CameraStatus.ONLINE,
                "previous_status",
                "OFFLINE",
                "timestamp",
                Instant.parse("2026-01-09T12:00:00Z"),
                "details",
                Map.of("bbox", new BoundingBox(1, 2, 3, 4), "list", List.of(1, 2L, 0.5))));

    CameraStatusChangedPayload typed = event.payload(CameraStatusChangedPayload.class);
    assertThat(typed.status()).isEqualTo(CameraStatus.ONLINE);
    assertThat(typed.timestamp()).hasToString("2026-01-09T12:00:00Z");
    assertThat(event.payload().get("previous_status").stringValue()).isEqualTo("offline");
    assertThat(event.payload().at("/details/bbox/width").doubleValue()).isEqualTo(3);
    assertThat(event.channel()).isEqualTo("cameras");
    assertThat(CATALOG.createEvent("alert.deleted", Map.of("id", "a")).toJson())
        .contains("\"payload\":{\"id\":\"a\"}");
  }

  @Test
  void aMapThatContainsItselfIsRefused() {
    Map<String, Object> ring = new HashMap<>();
    ring.put("id", "a");
    ring.put("ring", ring);

    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() -> CATALOG.createEvent("alert.deleted", ring));
  }

  @Test
  void aPayloadMayComeFromJson() {
    WebSocketEvent event = CATALOG.createEvent("alert.deleted", "{\"id\":\"a\", \"x\": 1.50}");

    assertThat(event.payload().toString()).isEqualTo("{\"id\":\"a\",\"x\":1.50}");
    assertThat(CATALOG.createEvent(WebSocketEventType.ALERT_DELETED, "{\"id\":\"a\"}").type())
        .isEqualTo("alert.deleted");
    for (String bad : List.of("{", "[]", "{\"id\":7}", "{}", "\ud800")) {
      assertThatExceptionOfType(InvalidEventException.class)
          .isThrownBy(() -> CATALOG.createEvent("alert.deleted", bad));
    }
    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() -> CATALOG.createEvent("alert.craeted", "{}"))
        .withMessageContaining("did you mean \"alert.created\"");
  }

  @Test
  void aPayloadHasRoomForItsEnvelope() {
    String fits = "{\"id\":\"a\",\"x\":" + "[".repeat(62) + "]".repeat(62) + "}";
    String tooDeep = "{\"id\":\"a\",\"x\":" + "[".repeat(63) + "]".repeat(63) + "}";
    EventEncoder encoder = new EventEncoder(CATALOG, Instant::now);

    assertThat(
            encoder.encode(
                CATALOG
                    .createEvent("alert.deleted", fits)
                    .toJson()
                    .getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(EncodedEvent.class);
    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() -> CATALOG.createEvent("alert.deleted", tooDeep));
  }

  @Test
  void correlationIdAndChannelStandForThemselves() {
    assertThat(CATALOG.createEvent(payload, "c1").correlationId()).isEqualTo("c1");
    assertThat(CATALOG.createEvent(payload, "c1").channel()).isEqualTo("alerts");
    assertThat(CATALOG.createEvent(payload).withCorrelationId("c2").correlationId())
        .isEqualTo("c2");
    assertThat(CATALOG.createEvent(payload).withChannel("mine").channel()).isEqualTo("mine");
    assertThatIllegalArgumentException().isThrownBy(() -> CATALOG.createEvent(payload, "\ud800"));
  }

  @ParameterizedTest
  @EnumSource
  void builtInTypesStandForTheirNames(WebSocketEventType type) {
    String name = type.wireName();

    assertThat(CATALOG.eventChannel(type)).isEqualTo(CATALOG.eventChannel(name));
    assertThat(CATALOG.eventDescription(type)).isEqualTo(CATALOG.eventDescription(name));
    assertThat(CATALOG.requiredPayloadFields(type)).isEqualTo(CATALOG.requiredPayloadFields(name));
    assertThat(CATALOG.find(type)).isEqualTo(CATALOG.find(name).orElseThrow());
    assertThat(CATALOG.payloadSchema(type)).isEqualTo(CATALOG.payloadSchema(name));
    assertThat(CATALOG.jsonSchema(type)).isEqualTo(CATALOG.jsonSchema(name));
    assertThat(CATALOG.validatePayload(type, "{}")).isEqualTo(CATALOG.validatePayload(name, "{}"));
  }

  @Test
  void enumsTellTheirWireNames() {
    assertThat(CameraStatus.ONLINE.wireName()).isEqualTo("online");
    assertThat(
            Arrays.stream(WebSocketEventType.values())
                .map(WebSocketEventType::payloadClass)
                .filter(Objects::nonNull)
                .flatMap(record -> Arrays.stream(record.getRecordComponents()))
                .map(RecordComponent::getType)
                .filter(Class::isEnum))
        .isNotEmpty()
        .allSatisfy(type -> assertThat(WireNamed.class).isAssignableFrom(type));
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
    List<EventType> before = CATALOG.allEventTypes();

    EventCatalog more = CATALOG.with(EventType.of("door.opened", "doors", "A door opened", DOOR));

    assertThat(more.allEventTypes()).hasSize(before.size() + 1).last().hasToString("door.opened");
    assertThat(more.allChannels()).contains("doors");
    assertThat(more.eventTypesByChannel("doors")).hasSize(1);
    assertThat(CATALOG.find("door.opened")).isEmpty();
    assertThat(CATALOG.allEventTypes()).isEqualTo(before);
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
  @SuppressWarnings("NullAway") // what an application without its checks may do
  void typeHasADescriptionAndAPayload() {
    assertThatNullPointerException()
        .isThrownBy(() -> EventType.of("door.opened", "doors", null, DOOR))
        .withMessage("description");
    assertThatNullPointerException()
        .isThrownBy(() -> EventType.of("door.opened", "doors", "A door", null))
        .withMessage("payload");
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

  @Test
  void anEventThatIsLongerThanAHubTakesCannotBeMade() {
    EventCatalog catalog = EventCatalog.builtIn();
    String id = "x".repeat(WebSocketEvent.MAX_BYTES);

    assertThatThrownBy(() -> catalog.createEvent("alert.deleted", Map.of("id", id)))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("it may have 65536");
    assertThatThrownBy(() -> catalog.createEvent(new AlertDeletedPayload("7", "front"), id))
        .isInstanceOf(InvalidEventException.class);
  }

  @Test
  void arraysOfPrimitivesAreListsInJson() {
    WebSocketEvent event =
        EventCatalog.builtIn()
            .createEvent("alert.deleted", Map.of("id", "7", "frames", new int[] {1, 2}));

    assertThat(event.payload().get("frames").toString()).isEqualTo("[1,2]");
  }

  @Test
  void halfACharacterOutsideThePayloadIsAFaultOfTheEventToo() {
    assertThatThrownBy(() ->
            EventCatalog.builtIn()
                .createEvent(new AlertDeletedPayload("7", "front"), "half \uD83D of a pair"))
        .isInstanceOf(InvalidEventException.class)
        .hasMessage("correlation_id holds half of a surrogate pair");
  }
}

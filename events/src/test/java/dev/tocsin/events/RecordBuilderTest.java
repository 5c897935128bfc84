package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tocsin.events.payload.event.EventCreatedPayload;
import dev.tocsin.events.payload.event.RiskLevel;
import dev.tocsin.events.payload.job.JobFailedPayload;
import dev.tocsin.events.payload.worker.WorkerErrorPayload;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBuilderTest {

  private static final Timestamp NOON = new Timestamp("2026-01-09T12:00:00Z");

  @Test
  void componentsAreSetByTheirNames() {
    EventCreatedPayload created =
        RecordBuilder.of(EventCreatedPayload.class)
            .set(EventCreatedPayload::summary)
            .to("A courier")
            .set(EventCreatedPayload::reasoning)
            .to("Daylight")
            .set(EventCreatedPayload::id)
            .to(1)
            .set(EventCreatedPayload::eventId)
            .to(2)
            .set(EventCreatedPayload::cameraId)
            .to("front-door")
            .set(EventCreatedPayload::batchId)
            .to("b1")
            .set(EventCreatedPayload::riskScore)
            .to(12L)
            .set(EventCreatedPayload::riskLevel)
            .to(RiskLevel.LOW)
            .build();

    assertThat(created)
        .isEqualTo(
            new EventCreatedPayload(
                1, 2, "b1", "front-door", 12, RiskLevel.LOW, "A courier", "Daylight", null));
  }

  @Test
  void whatIsNotSetIsAbsent() {
    JobFailedPayload failed = failed().build();

    assertThat(failed.errorCode()).isNull();
    assertThat(failed.retryable()).isFalse();
    assertThat(
            RecordBuilder.of(WorkerErrorPayload.class)
                .set(WorkerErrorPayload::workerName)
                .to("w")
                .set(WorkerErrorPayload::workerType)
                .to(dev.tocsin.events.payload.worker.WorkerType.DETECTION)
                .set(WorkerErrorPayload::error)
                .to("e")
                .set(WorkerErrorPayload::timestamp)
                .to(NOON)
                .build()
                .recoverable())
        .isTrue();
  }

  @Test
  void whatIsMissingIsToldAtOnce() {
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() ->
            RecordBuilder.of(JobFailedPayload.class)
                .set(JobFailedPayload::jobId)
                .to("j")
                .set(JobFailedPayload::errorCode)
                .to(null)
                .build())
        .withMessage("JobFailedPayload is not complete without jobType, failedAt, error");
  }

  @Test
  void anotherRecordIsABeginning() {
    JobFailedPayload failed = failed().build();

    assertThat(RecordBuilder.from(failed).set(JobFailedPayload::retryable).to(true).build())
        .isEqualTo(new JobFailedPayload("j", "export", NOON, "no space", null, true));
    assertThat(RecordBuilder.from(failed).build()).isEqualTo(failed);
  }

  record Mine(
      @Doc(value = "x", example = "1") int count,
      @Doc(value = "x", example = "1") double share,
      @Doc("x") Optional<String> note,
      @Doc("x") Optional<UUID> id) {}

  @Test
  void recordsOfAnApplicationWorkTheSame() {
    UUID id = UUID.randomUUID();

    assertThat(
            RecordBuilder.of(Mine.class)
                .set(Mine::count)
                .to(3)
                .set(Mine::share)
                .to(1)
                .set(Mine::id)
                .to(Optional.of(id))
                .build())
        .isEqualTo(new Mine(3, 1.0, Optional.empty(), Optional.of(id)));
  }

  @Test
  void onlyAReferenceToAnAccessorNamesAComponent() {
    RecordBuilder<JobFailedPayload> builder = RecordBuilder.of(JobFailedPayload.class);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.set((JobFailedPayload record) -> record.jobId()));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.set(JobFailedPayload::toString));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.set(RecordBuilderTest::jobId));
  }

  /// Has the name of an accessor, and is none.
  private static String jobId(JobFailedPayload record) {
    return record.jobId();
  }

  @ParameterizedTest
  @EnumSource
  void everyBuiltInPayloadCanBeBuilt(WebSocketEventType type) {
    if (type.payloadClass() != null) {
      EventCatalog catalog = EventCatalog.builtIn();
      String example = catalog.jsonSchema(type).orElseThrow().get("examples").get(0).toString();
      Record payload =
          ((PayloadValidation.Valid) catalog.validatePayload(type, example)).record().orElseThrow();

      assertThat(RecordBuilder.from(payload).build()).isEqualTo(payload);
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> RecordBuilder.of(type.payloadClass()).build())
          .withMessageContaining(type.payloadClass().getSimpleName() + " is not complete");
    }
  }

  private static RecordBuilder<JobFailedPayload> failed() {
    return RecordBuilder.of(JobFailedPayload.class)
        .set(JobFailedPayload::jobId)
        .to("j")
        .set(JobFailedPayload::jobType)
        .to("export")
        .set(JobFailedPayload::failedAt)
        .to(NOON)
        .set(JobFailedPayload::error)
        .to("no space");
  }
}

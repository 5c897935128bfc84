package dev.tocsin.events;

import dev.tocsin.events.payload.alert.AlertAcknowledgedPayload;
import dev.tocsin.events.payload.alert.AlertCreatedPayload;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.events.payload.alert.AlertDismissedPayload;
import dev.tocsin.events.payload.alert.AlertResolvedPayload;
import dev.tocsin.events.payload.alert.AlertUpdatedPayload;
import dev.tocsin.events.payload.camera.CameraConfigUpdatedPayload;
import dev.tocsin.events.payload.camera.CameraDisabledPayload;
import dev.tocsin.events.payload.camera.CameraEnabledPayload;
import dev.tocsin.events.payload.camera.CameraErrorPayload;
import dev.tocsin.events.payload.camera.CameraOfflinePayload;
import dev.tocsin.events.payload.camera.CameraOnlinePayload;
import dev.tocsin.events.payload.camera.CameraStatusChangedPayload;
import dev.tocsin.events.payload.connection.ConnectionErrorPayload;
import dev.tocsin.events.payload.connection.ConnectionEstablishedPayload;
import dev.tocsin.events.payload.connection.ErrorPayload;
import dev.tocsin.events.payload.detection.DetectionBatchPayload;
import dev.tocsin.events.payload.detection.DetectionNewPayload;
import dev.tocsin.events.payload.event.EventCreatedPayload;
import dev.tocsin.events.payload.event.EventDeletedPayload;
import dev.tocsin.events.payload.event.EventUpdatedPayload;
import dev.tocsin.events.payload.gpu.GPUStatsUpdatedPayload;
import dev.tocsin.events.payload.job.JobCancelledPayload;
import dev.tocsin.events.payload.job.JobCompletedPayload;
import dev.tocsin.events.payload.job.JobFailedPayload;
import dev.tocsin.events.payload.job.JobProgressPayload;
import dev.tocsin.events.payload.job.JobStartedPayload;
import dev.tocsin.events.payload.job.LegacyJobCompletedPayload;
import dev.tocsin.events.payload.job.LegacyJobFailedPayload;
import dev.tocsin.events.payload.scenechange.SceneChangeDetectedPayload;
import dev.tocsin.events.payload.service.ServiceStatusChangedPayload;
import dev.tocsin.events.payload.system.SystemErrorPayload;
import dev.tocsin.events.payload.system.SystemHealthChangedPayload;
import dev.tocsin.events.payload.system.SystemStatusPayload;
import dev.tocsin.events.payload.worker.WorkerErrorPayload;
import dev.tocsin.events.payload.worker.WorkerHealthCheckFailedPayload;
import dev.tocsin.events.payload.worker.WorkerRecoveredPayload;
import dev.tocsin.events.payload.worker.WorkerRestartingPayload;
import dev.tocsin.events.payload.worker.WorkerStartedPayload;
import dev.tocsin.events.payload.worker.WorkerStoppedPayload;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The built-in event types: everything that can be said without adding a type of one's own.
///
/// Each has the name by which it stands in an envelope's `type`, the channel that an event goes to
/// when its producer names none, the record that describes its payload, and a sentence for people.
/// Names are matched exactly: `ALERT.CREATED` is no event type.
public enum WebSocketEventType {
  ALERT_CREATED(
      "alert.created",
      "alerts",
      AlertCreatedPayload.class,
      "A rule matched and a new alert exists"),
  ALERT_UPDATED(
      "alert.updated",
      "alerts",
      AlertUpdatedPayload.class,
      "Fields of an existing alert were changed"),
  ALERT_DELETED(
      "alert.deleted", "alerts", AlertDeletedPayload.class, "An alert was removed for good"),
  ALERT_ACKNOWLEDGED(
      "alert.acknowledged",
      "alerts",
      AlertAcknowledgedPayload.class,
      "A person has seen the alert"),
  ALERT_RESOLVED(
      "alert.resolved", "alerts", AlertResolvedPayload.class, "The cause of the alert is cleared"),
  ALERT_DISMISSED(
      "alert.dismissed",
      "alerts",
      AlertDismissedPayload.class,
      "A person put the alert aside without resolving it"),
  CAMERA_ONLINE(
      "camera.online", "cameras", CameraOnlinePayload.class, "A camera is connected and streaming"),
  CAMERA_OFFLINE(
      "camera.offline", "cameras", CameraOfflinePayload.class, "A camera stopped sending"),
  CAMERA_STATUS_CHANGED(
      "camera.status_changed",
      "cameras",
      CameraStatusChangedPayload.class,
      "A camera moved from one status to another"),
  CAMERA_ENABLED(
      "camera.enabled",
      "cameras",
      CameraEnabledPayload.class,
      "Monitoring of a camera was switched on"),
  CAMERA_DISABLED(
      "camera.disabled",
      "cameras",
      CameraDisabledPayload.class,
      "Monitoring of a camera was switched off"),
  CAMERA_ERROR("camera.error", "cameras", CameraErrorPayload.class, "A camera reported a fault"),
  CAMERA_CONFIG_UPDATED(
      "camera.config_updated",
      "cameras",
      CameraConfigUpdatedPayload.class,
      "Settings of a camera were changed"),
  JOB_STARTED("job.started", "jobs", JobStartedPayload.class, "A background job began"),
  JOB_PROGRESS("job.progress", "jobs", JobProgressPayload.class, "A background job moved forward"),
  JOB_COMPLETED("job.completed", "jobs", JobCompletedPayload.class, "A background job ended well"),
  JOB_FAILED("job.failed", "jobs", JobFailedPayload.class, "A background job ended with an error"),
  JOB_CANCELLED(
      "job.cancelled", "jobs", JobCancelledPayload.class, "A background job was called off"),
  LEGACY_JOB_PROGRESS(
      "job_progress",
      "jobs",
      JobProgressPayload.class,
      "job.progress under its old underscore name"),
  LEGACY_JOB_COMPLETED(
      "job_completed",
      "jobs",
      LegacyJobCompletedPayload.class,
      "job.completed under its old underscore name, as its old senders write it"),
  LEGACY_JOB_FAILED(
      "job_failed",
      "jobs",
      LegacyJobFailedPayload.class,
      "job.failed under its old underscore name, as its old senders write it"),
  SYSTEM_HEALTH_CHANGED(
      "system.health_changed",
      "system",
      SystemHealthChangedPayload.class,
      "The health of the whole system changed"),
  SYSTEM_ERROR("system.error", "system", SystemErrorPayload.class, "The system met an error"),
  SYSTEM_STATUS(
      "system.status",
      "system",
      SystemStatusPayload.class,
      "A regular report on GPU, cameras, queue and health"),
  SERVICE_STATUS_CHANGED(
      "service.status_changed",
      "system",
      ServiceStatusChangedPayload.class,
      "One service changed its status"),
  GPU_STATS_UPDATED(
      "gpu.stats_updated", "system", GPUStatsUpdatedPayload.class, "New GPU readings"),
  WORKER_STARTED(
      "worker.started",
      "workers",
      WorkerStartedPayload.class,
      "A pipeline worker began to process"),
  WORKER_STOPPED(
      "worker.stopped",
      "workers",
      WorkerStoppedPayload.class,
      "A pipeline worker ended in good order"),
  WORKER_HEALTH_CHECK_FAILED(
      "worker.health_check_failed",
      "workers",
      WorkerHealthCheckFailedPayload.class,
      "A pipeline worker failed a health check"),
  WORKER_RESTARTING(
      "worker.restarting",
      "workers",
      WorkerRestartingPayload.class,
      "A pipeline worker is being restarted"),
  WORKER_RECOVERED(
      "worker.recovered",
      "workers",
      WorkerRecoveredPayload.class,
      "A pipeline worker left its error state"),
  WORKER_ERROR(
      "worker.error", "workers", WorkerErrorPayload.class, "A pipeline worker met an error"),
  EVENT_CREATED(
      "event.created",
      "events",
      EventCreatedPayload.class,
      "Analysis produced a new security event"),
  EVENT_UPDATED(
      "event.updated",
      "events",
      EventUpdatedPayload.class,
      "Fields of a security event were changed"),
  EVENT_DELETED(
      "event.deleted", "events", EventDeletedPayload.class, "A security event was removed"),
  DETECTION_NEW(
      "detection.new", "detections", DetectionNewPayload.class, "One object was detected"),
  DETECTION_BATCH(
      "detection.batch",
      "detections",
      DetectionBatchPayload.class,
      "Several objects were detected in one frame or window"),
  SCENE_CHANGE_DETECTED(
      "scene_change.detected",
      "events",
      SceneChangeDetectedPayload.class,
      "The view of a camera changed, tampering possible"),
  CONNECTION_ESTABLISHED(
      "connection.established",
      null,
      ConnectionEstablishedPayload.class,
      "The WebSocket connection is open"),
  CONNECTION_ERROR(
      "connection.error",
      null,
      ConnectionErrorPayload.class,
      "The WebSocket connection met an error"),
  PING("ping", null, null, "Heartbeat question"),
  PONG("pong", null, null, "Heartbeat answer"),
  ERROR("error", null, ErrorPayload.class, "The answer to a message that could not be served");

  private static final Map<String, WebSocketEventType> BY_WIRE_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(WebSocketEventType::wireName, Function.identity()));

  private final String wireName;
  private final @Nullable String domain;
  private final @Nullable String channel;
  private final @Nullable Class<? extends Record> payloadClass;
  private final String description;

  WebSocketEventType(
      String wireName,
      @Nullable String channel,
      @Nullable Class<? extends Record> payloadClass,
      String description) {
    int dot = wireName.indexOf('.');
    this.wireName = wireName;
    this.domain = dot < 0 ? null : wireName.substring(0, dot);
    this.channel = channel;
    this.payloadClass = payloadClass;
    this.description = description;
  }

  /// The name as it stands in an envelope's `type`, for instance `alert.created`.
  public String wireName() {
    return wireName;
  }

  /// The part of the name before the dot; null for the names that have none, such as `ping`.
  public @Nullable String domain() {
    return domain;
  }

  /// The channel that an event goes to when its producer names none; null for the server's own.
  public @Nullable String channel() {
    return channel;
  }

  /// The record that describes the payload; null for `ping` and `pong`, which carry none.
  public @Nullable Class<? extends Record> payloadClass() {
    return payloadClass;
  }

  /// What happened when such an event is seen: a sentence for people, without a final full stop.
  public String description() {
    return description;
  }

  /// Whether only the server itself says it, so that nobody can publish it: `connection.*`, `ping`,
  /// `pong` and `error`.
  public boolean isReserved() {
    return "connection".equals(domain) || this == PING || this == PONG || this == ERROR;
  }

  /// The type of exactly this name; empty when it is none of the built-in ones.
  public static Optional<WebSocketEventType> ofWireName(String wireName) {
    return Optional.ofNullable(BY_WIRE_NAME.get(wireName));
  }

  /// The wire name.
  @Override
  public String toString() {
    return wireName;
  }
}

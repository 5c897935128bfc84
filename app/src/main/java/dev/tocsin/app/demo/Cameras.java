package dev.tocsin.app.demo;

import dev.tocsin.events.payload.camera.CameraErrorPayload;
import dev.tocsin.events.payload.camera.CameraOfflinePayload;
import dev.tocsin.events.payload.camera.CameraOnlinePayload;
import dev.tocsin.events.payload.camera.CameraStatus;
import dev.tocsin.events.payload.camera.CameraStatusChangedPayload;
import dev.tocsin.events.payload.scenechange.SceneChangeDetectedPayload;
import dev.tocsin.events.payload.scenechange.SceneChangeType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// The cameras of the house. Each is seen, now and then lost, and found again:
///
/// ```
/// unknown ──▶ online ──▶ offline ──▶ online …
///                └──▶ error ──▶ offline
/// ```
final class Cameras {

  private static final List<String> SILENCES =
      List.of("No frame for 30 s", "The network cable is unplugged", "Power is gone");

  private final Stage stage;
  private final List<Camera> all;
  private Runnable changed = () -> {};
  private long sceneChanges;

  Cameras(Stage stage) {
    this.stage = stage;
    this.all =
        Stream.of("Front Door", "Driveway", "Garden", "Garage", "Back Door", "Hallway")
            .map(Camera::new)
            .toList();
  }

  /// Switches them on.
  ///
  /// @param whenChanged called after each change of a status
  void begin(Runnable whenChanged) {
    changed = whenChanged;
    for (Camera camera : all) {
      stage.in(0, 5, () -> appear(camera));
    }
  }

  private void appear(Camera camera) {
    boolean back = camera.status == CameraStatus.OFFLINE;
    stage.say(new CameraOnlinePayload(camera.id, camera.name, stage.now()));
    change(camera, CameraStatus.ONLINE, back ? "The stream is back" : "The first frame arrived");
    if (back && stage.chance(0.2)) {
      stage.in(1, 4, () -> noticeSceneChange(camera));
    }
    stage.in(40, 200, stage.chance(0.3) ? () -> stumble(camera) : () -> vanish(camera));
  }

  private void noticeSceneChange(Camera camera) {
    if (camera.isOnline()) {
      stage.say(
          new SceneChangeDetectedPayload(
              ++sceneChanges,
              camera.id,
              stage.now(),
              stage.pick(List.of(SceneChangeType.ANGLE_CHANGED, SceneChangeType.VIEW_BLOCKED)),
              stage.number(10, 45) / 100.0));
    }
  }

  private void stumble(Camera camera) {
    stage.say(
        new CameraErrorPayload(
            camera.id,
            camera.name,
            "The stream cannot be decoded: unexpected end of a key frame",
            "decode_failed",
            stage.now()));
    change(camera, CameraStatus.ERROR, "The stream cannot be decoded");
    stage.in(4, 9, () -> vanish(camera));
  }

  private void vanish(Camera camera) {
    String reason = stage.pick(SILENCES);
    stage.say(new CameraOfflinePayload(camera.id, camera.name, stage.now(), reason));
    change(camera, CameraStatus.OFFLINE, reason);
    stage.in(8, 30, () -> appear(camera));
  }

  private void change(Camera camera, CameraStatus status, String reason) {
    stage.say(
        new CameraStatusChangedPayload(
            camera.id,
            camera.name,
            status,
            camera.status,
            stage.now(),
            reason,
            Map.of("stream", "rtsp")));
    camera.status = status;
    changed.run();
  }

  /// The cameras that see something at the moment.
  List<Camera> online() {
    return all.stream().filter(Camera::isOnline).toList();
  }

  int count() {
    return all.size();
  }

  /// One camera.
  static final class Camera {

    private final String name;
    private final String id;
    private CameraStatus status = CameraStatus.UNKNOWN;

    /// Whether somebody walks through its picture.
    private boolean busy;

    private Camera(String name) {
      this.name = name;
      this.id = name.toLowerCase(Locale.ROOT).replace(' ', '-');
    }

    String id() {
      return id;
    }

    String name() {
      return name;
    }

    boolean isOnline() {
      return status == CameraStatus.ONLINE;
    }

    boolean isBusy() {
      return busy;
    }

    void setBusy(boolean now) {
      busy = now;
    }
  }
}

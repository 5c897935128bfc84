package dev.tocsin.bridges;

import dev.tocsin.events.EventCatalog;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A bridge that appends events to a file, one on each line.
///
/// @param path of the file
/// @param isCloud whether they are written as CloudEvents
/// @param rotation when another file is begun
/// @param catalog of the hub
record FileOutSettings(
    String name,
    Wanted wanted,
    boolean fromOldest,
    Path path,
    boolean isCloud,
    Rotation rotation,
    EventCatalog catalog)
    implements OutSettings {

  static final String KIND = "file-out";

  /// How many events are written at once, and how many bytes: what is written in one piece is taken in one piece.
  static final Bundling BUNDLING = new Bundling(256, 1 << 20, Duration.ZERO);

  /// The smallest file that may be asked for, in bytes.
  static final long LEAST_BYTES = 64 * 1024;

  /// The largest, which is more than any disk has.
  private static final long MOST_BYTES = 1L << 50;

  private static final long USUAL_BYTES = 100L << 20;
  private static final int USUAL_KEPT = 10;

  /// The greatest number of rotated files that may be kept.
  static final int MOST_KEPT = 10_000;

  /// When another file is begun, and what becomes of the one before.
  ///
  /// @param maxBytes how large a file may become
  /// @param daily whether each day has a file of its own
  /// @param zone whose days
  /// @param keep how many files are kept besides the one that is written
  /// @param gzip whether these are compressed
  record Rotation(long maxBytes, boolean daily, ZoneId zone, int keep, boolean gzip) {}

  static FileOutSettings read(String name, Section section, BridgeFile.Context context) {
    List<String> members =
        new ArrayList<>(
            List.of(
                "name",
                "kind",
                "description",
                "path",
                "max_bytes",
                "daily",
                "zone",
                "keep",
                "gzip",
                EventForm.MEMBER));
    members.addAll(WantedReader.MEMBERS);
    section.allow(members.toArray(String[]::new));
    return new FileOutSettings(
        name,
        new WantedReader(context).read(section),
        WantedReader.isFromOldest(section),
        path(section.at("path")),
        EventForm.isCloud(section),
        new Rotation(
            Amounts.whole(section.at("max_bytes"), LEAST_BYTES, MOST_BYTES, USUAL_BYTES),
            Amounts.flag(section.at("daily"), true),
            zone(section.at("zone")),
            (int) Amounts.whole(section.at("keep"), 0, MOST_KEPT, USUAL_KEPT),
            Amounts.flag(section.at("gzip"), false)),
        context.catalog());
  }

  private static Path path(Section section) {
    String text = section.text("the path of a file");
    try {
      Path path = Path.of(text == null ? "x" : text);
      if (path.getFileName() == null || path.endsWith("..") || path.endsWith(".")) {
        section.fault("is no path of a file");
      }
      return path;
    } catch (InvalidPathException e) {
      section.fault("is no path of a file");
      return Path.of("x");
    }
  }

  private static ZoneId zone(Section section) {
    String text = section.optionalText("a time zone, as Europe/Berlin");
    try {
      return text == null ? ZoneOffset.UTC : ZoneId.of(text);
    } catch (DateTimeException e) {
      section.unknown(
          "there is no time zone " + Faults.quoted(text == null ? "" : text),
          text == null ? "" : text,
          ZoneId.getAvailableZoneIds());
      return ZoneOffset.UTC;
    }
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String place() {
    return path.toString();
  }

  @Override
  public String target() {
    return path.toAbsolutePath().normalize().toString();
  }

  @Override
  public Bundling bundling() {
    return BUNDLING;
  }

  @Override
  public void requireSecrets(Map<String, String> environment) {
    // It has none.
  }

  @Override
  public Receiver receiver(Parts parts) {
    return new FileReceiver(this, EventForm.of(isCloud, catalog), parts.clock());
  }
}

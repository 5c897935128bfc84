package dev.tocsin.bridges.out.file;

import dev.tocsin.bridges.bridge.Claim;
import dev.tocsin.bridges.description.BridgeDescription;
import dev.tocsin.bridges.description.Faults;
import dev.tocsin.bridges.description.Section;
import dev.tocsin.bridges.out.Bundling;
import dev.tocsin.bridges.out.EventFormat;
import dev.tocsin.bridges.out.OutSettings;
import dev.tocsin.bridges.out.Outgoing;
import dev.tocsin.bridges.out.Receiver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A bridge that appends events to a file, one on each line.
///
/// @param path of the file
/// @param format in which they are written
/// @param rotation when another file is begun
record FileOutSettings(Outgoing outgoing, Path path, EventFormat format, Rotation rotation)
    implements OutSettings {

  static final String KIND = "file-out";

  private static final String PATH = "path";

  /// Stands for a path that is none, which is told: nothing is ever written there.
  private static final Path NOWHERE = Path.of("");

  private static final List<String> MEMBERS =
      List.of(PATH, "max_bytes", "daily", "zone", "keep", "gzip", EventFormat.MEMBER);

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

  static FileOutSettings read(BridgeDescription bridge) {
    bridge.allow(Outgoing.MEMBERS, MEMBERS);
    return new FileOutSettings(
        Outgoing.read(bridge),
        path(bridge.at(PATH)),
        EventFormat.read(bridge.section(), EventFormat.ENVELOPE, EventFormat.CLOUDEVENTS),
        new Rotation(
            bridge.at("max_bytes").whole(LEAST_BYTES, MOST_BYTES, USUAL_BYTES),
            bridge.at("daily").flag(true),
            zone(bridge.at("zone")),
            (int) bridge.at("keep").whole(0, MOST_KEPT, USUAL_KEPT),
            bridge.at("gzip").flag(false)));
  }

  private static Path path(Section section) {
    Path path = section.path("the path of a file");
    if (path == null) {
      return NOWHERE;
    }
    if (path.getFileName() == null || path.endsWith("..") || path.endsWith(".")) {
      section.fault("is no path of a file");
      return NOWHERE;
    }
    return path;
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
  public List<Claim> claims() {
    return path.equals(NOWHERE) ? List.of() : List.of(new Claim(PATH, target()));
  }

  @Override
  public Optional<String> obstacle() {
    Path folder = path.toAbsolutePath().getParent();
    if (Files.isDirectory(path)) {
      return Optional.of(path + " is a folder");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      return Optional.of("there is no folder " + folder);
    }
    return Files.isWritable(Files.exists(path) ? path : folder)
        ? Optional.empty()
        : Optional.of(path + " cannot be written");
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
    return new FileReceiver(this, format.form(outgoing.catalog()), parts.clock());
  }
}

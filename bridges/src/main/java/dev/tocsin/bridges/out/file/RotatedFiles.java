package dev.tocsin.bridges.out.file;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files that a bridge has written before the one at hand: beside it, with the moment at which they were put aside in their
/// names: `events-20261128T115203.417Z.ndjson`. Their names sort as they were written. One thread, but [#close].
final class RotatedFiles {

  private static final Logger LOG = LoggerFactory.getLogger(RotatedFiles.class);

  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private static final String COMPRESSED = ".gz";
  private static final String UNFINISHED = ".gz.part";

  private final Path path;
  private final FileOutSettings.Rotation rotation;
  private final String stem;
  private final String extension;
  private final Pattern names;
  private volatile boolean isClosed;

  /// A rotated file.
  private record Aside(Path path, Instant moment) {}

  /// @param path of the file that is written
  RotatedFiles(Path path, FileOutSettings.Rotation rotation) {
    this.path = path;
    this.rotation = rotation;
    String name = String.valueOf(path.getFileName());
    int dot = name.lastIndexOf('.');
    this.stem = dot > 0 ? name.substring(0, dot) : name;
    this.extension = dot > 0 ? name.substring(dot) : "";
    this.names =
        Pattern.compile(
            Pattern.quote(stem)
                + "-(\\d{8}T\\d{6}\\.\\d{3}Z)"
                + Pattern.quote(extension)
                + "(\\.gz)?");
  }

  /// Moves the file away, compresses it where that is asked for, and deletes those that are too many.
  ///
  /// @throws IOException when it cannot be moved: then it is where it was
  void putAside(Instant now) throws IOException {
    Files.move(path, freeName(now), StandardCopyOption.ATOMIC_MOVE);
    tidy();
  }

  /// A name behind those of all that are there, also where several are of one moment or the clock was put back.
  private Path freeName(Instant now) throws IOException {
    List<Aside> all = all();
    Instant moment = now.truncatedTo(ChronoUnit.MILLIS);
    if (!all.isEmpty() && !all.getLast().moment().isBefore(moment)) {
      moment = all.getLast().moment().plusMillis(1);
    }
    return path.resolveSibling(stem + '-' + MOMENT.format(moment) + extension);
  }

  /// Compresses and deletes what is to be, also what an earlier process has left. What cannot be done is told, and done the
  /// next time.
  void tidy() {
    try {
      List<Aside> all = all();
      for (Aside old : all.subList(0, Math.max(0, all.size() - rotation.keep()))) {
        Files.deleteIfExists(old.path());
      }
      if (rotation.gzip()) {
        for (Aside kept : all.subList(Math.max(0, all.size() - rotation.keep()), all.size())) {
          if (!isClosed && !kept.path().toString().endsWith(COMPRESSED)) {
            compress(kept.path());
          }
        }
      }
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", path)
          .setCause(e)
          .log("rotated files are not compressed or deleted");
    }
  }

  /// All of them, the oldest first.
  private List<Aside> all() throws IOException {
    List<Aside> all = new ArrayList<>();
    Path folder = path.getParent();
    if (folder == null) {
      return all;
    }
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> {
        Matcher name = names.matcher(String.valueOf(file.getFileName()));
        Instant moment = name.matches() ? moment(name.group(1)) : null;
        if (moment != null) {
          all.add(new Aside(file, moment));
        }
      });
    }
    all.sort(Comparator.comparing(Aside::moment).thenComparing(aside -> aside.path().toString()));
    return all;
  }

  /// The moment of a name; `null` when it is none, as the 32nd of a month.
  private static @Nullable Instant moment(String text) {
    try {
      return MOMENT.parse(text, Instant::from);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private void compress(Path file) throws IOException {
    Path whole = Path.of(file + COMPRESSED);
    if (!Files.exists(whole)) {
      Path part = Path.of(file + UNFINISHED);
      if (!compress(file, part)) {
        Files.deleteIfExists(part);
        return;
      }
      Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.delete(file);
  }

  /// @return whether it came to the end
  private boolean compress(Path file, Path to) throws IOException {
    try (InputStream in = new FileInputStream(file.toFile());
        FileOutputStream out = new FileOutputStream(to.toFile());
        OutputStream packed = new GZIPOutputStream(out, 1 << 16)) {
      byte[] chunk = new byte[1 << 16];
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        if (isClosed) {
          return false;
        }
        packed.write(chunk, 0, n);
      }
      packed.flush();
      ((GZIPOutputStream) packed).finish();
      out.getFD().sync();
      return true;
    }
  }

  /// Ends compressing: what is half compressed is compressed anew the next time. Any thread.
  void close() {
    isClosed = true;
  }
}

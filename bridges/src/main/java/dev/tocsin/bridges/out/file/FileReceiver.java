package dev.tocsin.bridges.out.file;

import dev.tocsin.bridges.description.FileTrouble;
import dev.tocsin.bridges.hub.FollowedEvent;
import dev.tocsin.bridges.hub.HubPosition;
import dev.tocsin.bridges.out.EventForm;
import dev.tocsin.bridges.out.OutState;
import dev.tocsin.bridges.out.Receiver;
import dev.tocsin.bridges.out.Shipment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Appends events to a file, one on each line, and begins another one when it is time.
///
/// What a process that was killed has written, and has not noted, is found in the file: the state says how long the file was
/// when the position was noted, and all that stands behind that is of the same log. So each event is in the files once, also
/// after a kill. A line that was not finished is cut off, and written anew. A loss of power may take away what was written
/// after the last flush; the position is noted only after that, so it is written again.
///
/// The state is noted right before a file is put aside and right after: what stands behind the noted length never is of two
/// files.
///
/// One thread, but [#close], which waits until what is being written is written.
final class FileReceiver implements Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(FileReceiver.class);

  // immutable
  private final FileOutSettings settings;
  private final Path path;
  private final EventForm form;
  private final InstantSource clock;
  private final RotatedFiles rotated;

  // guarded by this
  private @Nullable OutState state;
  private @Nullable RandomAccessFile file;
  private @Nullable Object identity;
  private long length;
  private @Nullable LocalDate day;
  private boolean isDirty;
  private boolean isClosed;

  FileReceiver(FileOutSettings settings, EventForm form, InstantSource clock) {
    this.settings = settings;
    this.path = settings.path().toAbsolutePath();
    this.form = form;
    this.clock = clock;
    this.rotated = new RotatedFiles(path, settings.rotation());
  }

  @Override
  public synchronized String open(OutState now) {
    state = now;
    now.beforeWriting(this::flush);
    shut();
    try {
      recover(now);
      rotated.tidy();
      return "";
    } catch (IOException e) {
      shut();
      return sentence(e);
    }
  }

  /// Finds out how far the file has come.
  private void recover(OutState now) throws IOException {
    FileNote note = FileNote.of(now.note());
    HubPosition position = now.position();
    if (!Files.exists(path)) {
      // Where there is none, one is made when there is something to write.
      begin(now, 0);
      return;
    }
    RandomAccessFile found = openFile();
    long whole = found.length();
    if (position != null && note.isOf(path) && note.length() <= whole) {
      WrittenLines written = WrittenLines.after(path, note.length(), position);
      if (written.end() < whole) {
        LOG.atWarn()
            .addKeyValue("file", path)
            .addKeyValue("bytes", whole - written.end())
            .log("what was not written to its end is cut off");
        found.setLength(written.end());
      }
      noteLength(written.end(), note.day());
      if (!written.position().equals(position)) {
        now.advance(written.position(), 0);
      }
      return;
    }
    // Somebody else has written it, or has put it in the place of ours: it stays as it is.
    beginBehind(found, now);
  }

  /// Begins behind what stands in a file.
  private void beginBehind(RandomAccessFile found, OutState now) throws IOException {
    long whole = found.length();
    if (whole > 0 && !endsWithLine(found)) {
      found.seek(whole);
      found.write('\n');
    }
    begin(now, found.length());
  }

  /// Notes where it begins, before anything is written: what stands behind that has to be of this file and this log.
  private void begin(OutState now, long from) throws IOException {
    noteLength(from, null);
    if (!now.save()) {
      throw new IOException("the state of the bridge cannot be written");
    }
  }

  private static boolean endsWithLine(RandomAccessFile file) throws IOException {
    file.seek(file.length() - 1);
    return file.read() == '\n';
  }

  private RandomAccessFile openFile() throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException("it is no file that can be appended to");
    }
    RandomAccessFile opened = new RandomAccessFile(path.toFile(), "rw");
    file = opened;
    identity = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return opened;
  }

  @Override
  public synchronized Answer send(Shipment shipment) throws InterruptedException {
    OutState now = state;
    if (now == null) {
      throw new IllegalStateException("it is not open");
    }
    if (isClosed) {
      throw new InterruptedException("closed");
    }
    try {
      if (!isOurs()) {
        reopen(now);
      }
      LocalDate today = LocalDate.ofInstant(clock.instant(), settings.rotation().zone());
      int next = form.write(shipment.epoch(), shipment.events().getFirst()).length + 1;
      if (length > 0 && isTimeForAnother(today, next) && !rotate(now)) {
        return new Answer.Later(
            0, "another file cannot be begun: the state cannot be written", Duration.ZERO);
      }
      day = day == null ? today : day;
      return append(shipment);
    } catch (IOException e) {
      shut();
      return new Answer.Later(0, sentence(e), Duration.ZERO);
    }
  }

  /// Whether the file is still the one that is at the path. It may have been moved away, or emptied.
  private boolean isOurs() throws IOException {
    RandomAccessFile open = file;
    if (open == null || open.length() != length) {
      return false;
    }
    try {
      Object there = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return there == null || there.equals(identity);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /// Opens the file, or makes it. What was written by this process stands in it already; no line is half.
  private void reopen(OutState now) throws IOException {
    boolean wasOpen = file != null;
    Object before = identity;
    shut();
    RandomAccessFile opened = openFile();
    boolean isSame = identity != null && identity.equals(before);
    if (!wasOpen && isSame && length > 0 && length <= opened.length()) {
      // A failed attempt may have left a part of a line behind.
      opened.setLength(length);
      return;
    }
    beginBehind(opened, now);
  }

  /// @param next how many bytes come next
  private boolean isTimeForAnother(LocalDate today, int next) {
    return length + next > settings.rotation().maxBytes()
        || (settings.rotation().daily() && day != null && !today.equals(day));
  }

  /// Puts the file aside.
  ///
  /// @return whether the state could be written
  private boolean rotate(OutState now) throws IOException {
    if (!flush() || !now.save()) {
      return false;
    }
    shut();
    rotated.putAside(clock.instant());
    begin(now, 0);
    openFile();
    return true;
  }

  /// Writes as many of the events as this file still takes, one at least.
  private Answer append(Shipment shipment) throws IOException {
    RandomAccessFile open = file == null ? openFile() : file;
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    int count = 0;
    for (FollowedEvent event : shipment.events()) {
      byte[] line = form.write(shipment.epoch(), event);
      if (count > 0 && length + lines.size() + line.length + 1 > settings.rotation().maxBytes()) {
        break;
      }
      lines.writeBytes(line);
      lines.write('\n');
      count++;
    }
    try {
      open.seek(length);
      open.write(lines.toByteArray());
    } catch (IOException e) {
      open.setLength(length);
      throw e;
    }
    isDirty = true;
    noteLength(length + lines.size(), day);
    return new Answer.Taken(count);
  }

  private void noteLength(long now, @Nullable LocalDate ofDay) {
    length = now;
    day = ofDay;
    if (state != null) {
      state.note(new FileNote(path.toString(), now, ofDay).json());
    }
  }

  /// Has the disk take what was written.
  ///
  /// @return whether it has
  private synchronized boolean flush() {
    RandomAccessFile open = file;
    if (open == null || !isDirty) {
      return !isDirty;
    }
    try {
      open.getFD().sync();
      isDirty = false;
      return true;
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", path).setCause(e).log("a file is not taken by the disk");
      return false;
    }
  }

  private void shut() {
    flush();
    RandomAccessFile open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.atDebug().setCause(e).log("a file does not close");
      }
    }
  }

  private String sentence(IOException e) {
    String reason = FileTrouble.of(e);
    // Plain streams say the path, and the reason in brackets.
    String twice = path + " (";
    return path
        + " cannot be written: "
        + (reason.startsWith(twice) && reason.endsWith(")")
            ? reason.substring(twice.length(), reason.length() - 1)
            : reason);
  }

  /// Waits until what is being written is written, and closes the file.
  @Override
  public void close() {
    rotated.close();
    synchronized (this) {
      isClosed = true;
      shut();
    }
  }
}

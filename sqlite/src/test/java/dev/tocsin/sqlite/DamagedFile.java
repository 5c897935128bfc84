package dev.tocsin.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.SampleEvents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A log in a directory, and what a disk or a stranger may do to its file.
record DamagedFile(Path directory) {

  static final int PAGE = 4_096;
  static final int EVENTS = 600;

  SqliteEventLog open() throws LogOpenException {
    return SqliteEventLog.open(SqliteSettings.of(directory), InstantSource.system());
  }

  /// Some 20 events a page, half of type a.a and half of type a.b.
  void write() throws Exception {
    try (SqliteEventLog log = open()) {
      List<Append> appends = new ArrayList<>();
      for (int i = 1; i <= EVENTS; i++) {
        appends.add(
            new Append(
                SampleEvents.event(i % 2 == 0 ? "a.a" : "a.b", "n" + i + "x".repeat(150)), null));
      }
      assertThat(log.append(appends).join().getLast()).isInstanceOf(AppendResult.Stored.class);
    }
  }

  /// The place in the file of the page that has an event.
  long pageOf(int event) throws IOException {
    return pageOf("\"n" + event + "x");
  }

  long pageOf(String searched) throws IOException {
    return placeOf(searched) / PAGE * PAGE;
  }

  long placeOf(String searched) throws IOException {
    byte[] file = Files.readAllBytes(directory.resolve(LogFile.NAME));
    byte[] text = searched.getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at < file.length - text.length; at++) {
      if (Arrays.equals(file, at, at + text.length, text, 0, text.length)) {
        return at;
      }
    }
    throw new IOException(searched + " is not there");
  }

  void spoil(long page) throws IOException {
    spoil(page, PAGE);
  }

  void spoil(long place, int bytes) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve(LogFile.NAME).toFile(), "rw")) {
      file.seek(place);
      file.write(new byte[bytes]);
    }
  }

  void spoilIndex() throws Exception {
    long root;
    try (Connection connection = LogFile.openForReading(directory)) {
      root =
          LogFile.number(
              connection, "SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_type'");
    }
    spoil((root - 1) * PAGE);
  }

  /// Spoils the page of the index in which a type begins. The log has a second one for each type.
  void spoilIndexLeaf(String type) throws Exception {
    try (Connection connection = LogFile.openForReading(directory)) {
      long leaf =
          LogFile.number(
              connection,
              "SELECT pageno FROM dbstat WHERE name = 'events_by_type' AND pagetype = 'leaf'"
                  + " ORDER BY path "
                  + (type.equals("a.a") ? "" : "DESC"));
      spoil((leaf - 1) * PAGE);
    }
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = LogFile.openForFoldingBack(directory)) {
      LogFile.execute(connection, sql);
    }
  }

  /// Throws away the oldest events, up to a sequence, as retention does.
  void throwAway(long last) throws SQLException {
    execute("DELETE FROM events WHERE sequence <= " + last);
    execute("INSERT OR REPLACE INTO log VALUES ('oldest', '" + (last + 1) + "')");
    execute("INSERT OR REPLACE INTO log VALUES ('newest', '" + EVENTS + "')");
  }
}

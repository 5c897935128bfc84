package dev.tocsin.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/// A place beside a log where one note is kept: what its owner would otherwise have to read the log for after a restart. The
/// log does not look into it.
///
/// Whoever reads finds the note that was written last, or one before it, or none. After a loss of power it may be
/// broken, and whoever restores a backup may leave a note of another log: it has to tell by itself what it belongs to.
/// Both methods may block. Any thread, one at a time.
public interface LogNote {

  /// Writes what the note says.
  interface Text {
    void writeTo(OutputStream out) throws IOException;
  }

  /// Puts a note in the place of the one before. When that fails, the one before stays.
  void write(Text text) throws IOException;

  /// Opens the note; empty when there is none.
  Optional<InputStream> open() throws IOException;
}

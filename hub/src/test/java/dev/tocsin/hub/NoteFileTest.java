package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoteFileTest {

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve("note");
  }

  private byte[] read(NoteFile note) throws IOException {
    try (InputStream in = note.open().orElseThrow()) {
      return in.readAllBytes();
    }
  }

  @Test
  void whatACrashHasLeftUnfinishedIsNoNote() throws IOException {
    Files.write(directory.resolve("note.new"), new byte[] {9});
    NoteFile note = new NoteFile(file());

    assertThat(note.open()).isEmpty();
    note.write(out -> out.write(1));

    assertThat(read(note)).containsExactly(1);
    assertThat(directory.resolve("note.new")).doesNotExist();
  }

  @Test
  void theFolderIsMadeWhereThereIsNone() throws IOException {
    NoteFile note = new NoteFile(directory.resolve("a").resolve("b").resolve("note"));
    assertThat(note.open()).isEmpty();

    note.write(out -> out.write(1));

    assertThat(read(note)).containsExactly(1);
  }

  @Test
  void nobodyElseMayReadIt() throws IOException {
    NoteFile note = new NoteFile(file());

    note.write(out -> out.write(1));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  /// The folder may be another server's by then.
  @Test
  void nothingIsWrittenOnceTheLogIsClosed() throws IOException {
    NoteFile note = new NoteFile(file());
    note.write(out -> out.write(1));

    note.close();

    assertThatThrownBy(() -> note.write(out -> out.write(2))).isInstanceOf(IOException.class);
    assertThat(read(new NoteFile(file()))).containsExactly(1);
  }

  @Test
  void whatStandsInItsPlaceAndIsNoFileIsNoNote() throws IOException {
    Files.createDirectory(file());
    NoteFile note = new NoteFile(file());

    assertThat(note.open()).isEmpty();
    assertThatThrownBy(() -> note.write(out -> out.write(1))).isInstanceOf(IOException.class);
  }
}

package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedFileTest {

  @TempDir private Path folder;
  private Path path;
  private FollowedFile<String> file;

  @BeforeEach
  void begin() {
    path = folder.resolve("file");
    file =
        new FollowedFile<>(
            path,
            "nothing yet",
            () -> {
              String text = new String(FollowedFile.bytes(path, 1 << 20), StandardCharsets.UTF_8);
              if (text.startsWith("broken")) {
                throw new BrokenFileException(path + " is " + text);
              }
              return text;
            });
    RecordedLogs.take();
    RecordedLogs.takeInformation();
  }

  @Test
  void isReadWhenItHasChanged() throws Exception {
    Files.writeString(path, "one");
    assertThat(file.content()).isEqualTo("nothing yet");
    assertThat(file.look()).isTrue();
    assertThat(file.look()).isFalse();
    assertThat(file.content()).isEqualTo("one");

    // As Kubernetes and careful operators replace files.
    Path next = Files.writeString(folder.resolve("next"), "two");
    Files.setLastModifiedTime(next, Files.getLastModifiedTime(path));
    Files.move(next, path, StandardCopyOption.REPLACE_EXISTING);
    assertThat(file.look()).isTrue();
    assertThat(file.content()).isEqualTo("two");
    assertThat(RecordedLogs.take()).isEmpty();
  }

  @Test
  void whatIsBrokenIsToldOnceAndWhatItSaidBeforeStays() throws Exception {
    Files.writeString(path, "one");
    file.look();
    Files.writeString(path, "broken");
    assertThat(file.look()).isFalse();
    file.look();
    Files.writeString(path, "broken");
    file.look();

    assertThat(file.content()).isEqualTo("one");
    assertThat(RecordedLogs.take()).singleElement().asString().contains(path + " is broken");
    Files.delete(path);
    file.look();
    file.look();
    assertThat(RecordedLogs.take()).singleElement().asString().contains("does not exist");

    Files.writeString(path, "two");
    assertThat(file.look()).isTrue();
    assertThat(file.fault()).isNull();
    assertThat(RecordedLogs.takeInformation()).singleElement().asString().contains("read again");
  }
}

package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.SampleEvents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HeadNoteTest {

  @TempDir Path folder;

  private final Delivery delivery = new Delivery("epoch", 0);
  private final byte[] body = EventCodec.body(SampleEvents.event("a.a"));

  private Path file() {
    return folder.resolve("data").resolve("newest-tocsin");
  }

  private void deliver(long sequence) {
    delivery.events(List.of(new LoggedEvent(sequence, SampleEvents.event("a.a"))), body);
  }

  private HeadNote.Known noted() {
    return new HeadNote(file()).read().orElse(null);
  }

  private void awaitNoted(HeadNote.Known expected) throws Exception {
    OnRealServers.await(() -> expected.equals(noted()));
  }

  @Test
  void theNewestIsNotedWhileItRuns() throws Exception {
    String digest = new Witness(1, body).digest();
    try (HeadNote note = new HeadNote(file())) {
      assertThat(note.read()).isEmpty();
      note.start(delivery);
      deliver(1);
      awaitNoted(new HeadNote.Known("epoch", 1, 1, digest));

      delivery.lost(2, 3);
      awaitNoted(new HeadNote.Known("epoch", 3, 1, digest));

      delivery.restarted("other", 7, null, Map.of());
      awaitNoted(new HeadNote.Known("other", 7, 0, ""));
    }
  }

  @Test
  void theLastIsNotedAtTheEndAndNothingAfterIt() throws Exception {
    HeadNote note = new HeadNote(file());
    note.start(delivery);
    for (long sequence = 1; sequence <= 100; sequence++) {
      deliver(sequence);
    }
    note.close();
    assertThat(noted().newest()).isEqualTo(100);

    deliver(101);
    note.close();

    assertThat(noted().newest()).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"epoch\":\"e\",\"new", "7", "{}", "{\"epoch\":7,\"newest\":-1}"})
  void aBrokenNoteIsPassedOver(String text) throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), text);

    assertThat(noted()).isNull();
  }

  @Test
  void whereNothingCanBeNotedTheLogGoesOn() throws Exception {
    Files.writeString(folder.resolve("data"), "no folder");
    try (HeadNote note = new HeadNote(file())) {
      note.start(delivery);
      deliver(1);
      Files.delete(folder.resolve("data"));
      deliver(2);

      OnRealServers.await(() -> noted() != null && noted().newest() == 2);
    }
  }
}

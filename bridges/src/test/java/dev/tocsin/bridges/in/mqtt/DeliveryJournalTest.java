package dev.tocsin.bridges.in.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is known of messages after a restart.
class DeliveryJournalTest {

  @TempDir private Path folder;

  private DeliveryJournal open(List<String> known) {
    return new DeliveryJournal(
        folder.resolve("state/a.deliveries"),
        (number, topic, content) -> known.add(number + topic + content));
  }

  @Test
  void whatWasNotedIsKnownAfterAProcessThatDidNotClose() {
    DeliveryJournal first = open(new ArrayList<>());
    first.add(1, "aa", "01");
    first.add(2, "aa", "02");
    first.add(1, "bb", "03");

    List<String> known = new ArrayList<>();
    DeliveryJournal second = open(known);
    assertThat(second.taken()).isEqualTo(3);
    assertThat(second.has(1, "03")).isTrue();
    assertThat(second.has(1, "01")).isFalse();
    assertThat(second.has(2, "02")).isTrue();
    assertThat(known).containsExactly("0aa01", "1aa02", "2bb03");
    first.close();
  }

  @Test
  void threadThatIsInterruptedWritesAllTheSame() {
    DeliveryJournal first = open(new ArrayList<>());
    first.add(1, "aa", "01");
    Thread.currentThread().interrupt();
    first.add(2, "aa", "02");
    assertThat(Thread.interrupted()).isTrue();

    assertThat(open(new ArrayList<>()).has(2, "02")).isTrue();
    first.close();
  }

  @Test
  void lineThatWasNotFinishedIsNone() throws Exception {
    DeliveryJournal first = open(new ArrayList<>());
    first.add(1, "aa", "01");
    first.close();
    Files.writeString(folder.resolve("state/a.deliveries"), "1 2 a", StandardOpenOption.APPEND);

    DeliveryJournal second = open(new ArrayList<>());
    assertThat(second.taken()).isEqualTo(1);
    second.add(2, "aa", "02");
    second.close();
    assertThat(Files.readString(folder.resolve("state/a.deliveries")))
        .isEqualTo("0 1 aa 01\n1 2 aa 02\n");
  }

  @Test
  void fileIsWrittenAnewBeforeItGrowsForEver() throws Exception {
    DeliveryJournal journal = open(new ArrayList<>());
    for (int i = 0; i <= 3 * DeliveryJournal.MAX_DELIVERIES; i++) {
      journal.add(i % 5 + 1, "aa", Integer.toHexString(i));
    }
    journal.close();

    assertThat(Files.readAllLines(folder.resolve("state/a.deliveries")))
        .hasSizeLessThanOrEqualTo(2 * DeliveryJournal.MAX_DELIVERIES);
    assertThat(open(new ArrayList<>()).taken()).isEqualTo(3 * DeliveryJournal.MAX_DELIVERIES + 1);
  }

  @Test
  void moreIdentifiersThanAreRememberedDropTheOldest() {
    DeliveryJournal journal = open(new ArrayList<>());
    for (int i = 0; i <= DeliveryJournal.MAX_DELIVERIES; i++) {
      journal.add(i + 1, "aa", "01");
    }

    assertThat(journal.has(1, "01")).isFalse();
    assertThat(journal.has(2, "01")).isTrue();
    journal.forget();
    assertThat(journal.has(2, "01")).isFalse();
  }
}

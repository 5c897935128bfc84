package dev.tocsin.bridges.in.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.bridges.bridge.StateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownAlertsTest {

  private static final KnownAlerts.Known FIRING = new KnownAlerts.Known("d", false, 3, 2);

  @TempDir private Path folder;

  @Test
  void alertsThatAreToldLongestAgoAreForgotten() {
    KnownAlerts known = new KnownAlerts(null);
    for (int i = 0; i < KnownAlerts.MAX_ALERTS; i++) {
      known.note("a" + i, new KnownAlerts.Known("", false, 0, 0));
    }
    known.note("a0", new KnownAlerts.Known("", true, 0, 0));
    known.note("new", new KnownAlerts.Known("", false, 0, 0));

    assertThat(known.get("a0")).isNotNull();
    assertThat(known.get("a1")).isNull();
    assertThat(known.get("a2")).isNotNull();
  }

  @Test
  void touchingAnAlertThatIsNotKnownDoesNotMakeItKnown() {
    KnownAlerts known = new KnownAlerts(null);
    known.touch("a");

    assertThat(known.get("a")).isNull();
  }

  @Test
  void whatIsKnownIsReadAsItWasWritten() {
    Path file = folder.resolve("prod.json");
    KnownAlerts known = new KnownAlerts(new StateFile(file));
    known.note("a", FIRING);
    known.save();

    assertThat(new KnownAlerts(new StateFile(file)).get("a")).isEqualTo(FIRING);
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenTheNextTimeWithoutAnotherChange() throws Exception {
    Path state = folder.resolve("bridges");
    Path file = state.resolve("prod.json");
    KnownAlerts known = new KnownAlerts(new StateFile(file));
    // A file where the folder should be: nothing can be written in it.
    Files.createFile(state);
    known.note("a", FIRING);
    known.save();
    assertThat(state).isRegularFile();
    Files.delete(state);

    known.save();

    assertThat(new KnownAlerts(new StateFile(file)).get("a")).isEqualTo(FIRING);
  }

  @Test
  void whatHasNotChangedIsNotWrittenAgain() throws Exception {
    Path file = folder.resolve("prod.json");
    KnownAlerts known = new KnownAlerts(new StateFile(file));
    known.note("a", FIRING);
    known.save();
    Files.delete(file);

    known.touch("a");
    known.save();

    assertThat(file).doesNotExist();
  }
}

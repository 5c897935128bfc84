package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file of bridges is checked.
class BridgeCommandTest {

  private final TestProcess process = new TestProcess();

  @TempDir private Path folder;

  private String file(String content) throws IOException {
    return Files.writeString(folder.resolve("bridges.json"), content).toString();
  }

  @Test
  void soundFileIsListedAndMissingSecretsAreNotes() throws Exception {
    String file =
        file(
            """
            {"bridges":[{"name":"prod","kind":"alertmanager",
                         "verify":{"scheme":"shared-secret","header":"X-Token","secret":{"env":"TOKEN"}}}]}\
            """);

    assertThat(process.run("bridge", "check", file)).isZero();

    assertThat(process.out().strip()).isEqualTo("prod (alertmanager, /hooks/alertmanager/prod)");
    assertThat(process.err()).contains("note: prod: ", "TOKEN");
  }

  @Test
  void whatIsHardlyMeantIsANote() throws Exception {
    String out =
        "{\"name\":\"%s\",\"kind\":\"mqtt-out\",\"broker\":\"mqtt://b\",\"events\":[\"*\"]}";
    String file = file("{\"bridges\":[" + out.formatted("a") + ",\n" + out.formatted("b") + "]}");

    assertThat(process.run("bridge", "check", file)).isZero();

    assertThat(process.out().lines()).hasSize(2);
    assertThat(process.err())
        .contains(
            "note: line 2: /bridges/1/status: is the same status as that of /bridges/0/status");
  }

  @Test
  void faultsAreToldWithTheirPlaces() throws Exception {
    String file = file("{\"bridges\":[\n{\"name\":\"a\",\"kind\":\"webhok\"}]}");

    assertThat(process.run("bridge", "check", file)).isEqualTo(1);

    assertThat(process.out().strip())
        .isEqualTo(
            "line 2: /bridges/0/kind: there is no kind \"webhok\"; did you mean \"webhook\"?");
  }

  @Test
  void typesOfACatalogCount() throws Exception {
    String file =
        file(
            """
            {"bridges":[{"name":"a","kind":"webhook","map":[{"event":"door.opened","payload":{"door_id":"{payload.id}"}}]}]}\
            """);

    assertThat(process.run("bridge", "check", file)).isEqualTo(1);
    assertThat(process.out()).contains("there is no event type \"door.opened\"");
  }

  @Test
  void fileThatIsNotThereIsAFailure() {
    assertThat(process.run("bridge", "check", folder.resolve("none").toString())).isEqualTo(1);

    assertThat(process.err()).contains("there is no such file");
  }

  @Test
  void outputThatCannotBeWrittenIsAFailureAndASentence() throws Exception {
    process.outputFails("No space left on device");

    assertThat(
            process.run(
                "bridge",
                "check",
                file("{\"bridges\":[{\"name\":\"prod\",\"kind\":\"alertmanager\"}]}")))
        .isEqualTo(1);

    assertThat(process.err()).contains("cannot write to standard output: No space left on device");
  }

  @Test
  void serverDoesNotStartWithFaultyBridges() throws Exception {
    assertThat(
            process.run(
                "serve", "--memory", "--port", "0", "--bridges", file("{\"bridges\":[{}]}")))
        .isEqualTo(1);

    assertThat(process.out()).isEmpty();
    assertThat(process.err())
        .contains("cannot be had:", "line 1: /bridges/0/name: is required", "/bridges/0/kind");
  }
}

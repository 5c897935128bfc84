package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// `doctor`, as an operator meets it.
@Timeout(120)
class DoctorTest extends AtTheDoctor {

  @Test
  void aSoundServerThatHasNotStartedYetIsGood() throws Exception {
    String port = String.valueOf(freePort());

    List<JsonNode> findings = doctor("--data", data(), "--retain-bytes", "1m", "--port", port);

    assertThat(of("program", findings)).singleElement().asString().startsWith("good: tocsin ");
    assertThat(of("data", findings))
        .anyMatch(line -> line.startsWith("good: " + data() + " will be made, and is writable"));
    assertThat(of("log", findings)).last().asString().contains("there is none in " + data());
    assertThat(of("port", findings)).containsExactly("good: 127.0.0.1:" + port + " is free");
    assertThat(of("access", findings)).singleElement().asString().startsWith("good: nobody");
    assertThat(folder).as("nothing is made").isEmptyDirectory();
  }

  @Test
  void aLogThatNoServerCouldStartWithIsToldInItsWords() throws Exception {
    Files.createDirectories(Path.of(data()));
    Files.writeString(Path.of(data(), "events.db"), "no database at all");

    assertThat(of("log", doctor("--data", data())))
        .anyMatch(line -> line.contains("events.db is damaged or not a database"));
  }

  @Test
  void whatIsNoFileWhereTheLogBelongsIsTold() throws Exception {
    for (String name : List.of("events.db", "events.db-wal", "lock")) {
      Path other = Files.createDirectories(Path.of(data(), name));

      assertThat(of("log", doctor("--data", data())))
          .anyMatch(line -> line.startsWith("mend: " + other + " is not a file"));
      Files.delete(other);
    }
  }

  @Test
  void filesThatABridgeCouldNotWriteAreToBeMended() throws Exception {
    Path bridges =
        Files.writeString(
            folder.resolve("bridges.json"),
            """
            {"bridges":[
              {"name":"astray","kind":"file-out","path":"%1$s/none/events.ndjson","events":["*"]},
              {"name":"taken","kind":"file-out","path":"%1$s","events":["*"]},
              {"name":"sound","kind":"file-out","path":"%1$s/events.ndjson","events":["*"]}]}\
            """
                .formatted(folder));

    assertThat(of("bridges", doctor("--memory", "--bridges", bridges.toString())))
        .filteredOn(line -> line.startsWith("mend: "))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("mend: astray: there is no folder " + folder),
            line -> assertThat(line).startsWith("mend: taken: " + folder + " is a folder"));
  }

  @Test
  void everyFaultOfTheBridgesIsAFinding() throws Exception {
    Path bridges = Files.writeString(folder.resolve("bridges.json"), "{\"bridges\":[{},{}]}");

    assertThat(of("bridges", doctor("--memory", "--bridges", bridges.toString())))
        .anyMatch(line -> line.startsWith("mend: line 1: /bridges/0/name: is required"))
        .anyMatch(line -> line.startsWith("mend: line 1: /bridges/1/name: is required"));
  }

  @Test
  void brokenCatalogAndBridgesAreFindingsAndNotTheEnd() throws Exception {
    Path bridges = Files.writeString(folder.resolve("bridges.json"), "{\"bridges\":[{}]}");

    List<JsonNode> findings = doctor("--memory", "--bridges", bridges.toString());

    assertThat(of("bridges", findings))
        .first()
        .asString()
        .startsWith("mend: line 1: /bridges/0/name: is required");
    assertThat(of("catalog", findings)).singleElement().asString().startsWith("good: ");
    assertThat(of("catalog", doctor("--memory", "--catalog", "/nowhere")))
        .singleElement()
        .asString()
        .startsWith("mend: the catalog cannot be loaded");
  }

  @Test
  void bridgesThatLackASecretOrTheirFileAreToBeMended() throws Exception {
    Path bridges =
        Files.writeString(
            folder.resolve("bridges.json"),
            """
            {"bridges":[{"name":"signed","kind":"webhook",
              "verify":{"scheme":"shared-secret","header":"X-Token","secret":{"env":"TOKEN"}},
              "map":[{"event":"alert.deleted","payload":{"id":"{payload.id}"}}]}]}\
            """);
    String[] options = {"--memory", "--bridges", bridges.toString()};

    assertThat(of("bridges", doctor(options)))
        .singleElement()
        .asString()
        .startsWith("mend: signed: ")
        .contains("TOKEN");
    TestProcess secret = new TestProcess().with("TOKEN", "s3");
    assertThat(of("bridges", doctor(secret, options)))
        .singleElement()
        .asString()
        .startsWith("good: ")
        .contains("signed");
    Files.delete(bridges);
    assertThat(of("bridges", doctor(options)))
        .singleElement()
        .asString()
        .startsWith("mend: cannot read " + bridges);
  }

  @Test
  void whereNothingIsToMendItIsSaid() {
    Findings findings = new Findings();
    findings.good("data", "it is there");
    assertThat(findings.lines(80, new Colours(false)))
        .containsExactly("good  data  it is there", "", "nothing to mend");
  }

  @Test
  void natsThatIsNotThereIsToldInItsWordsAndWithoutAPassword() throws Exception {
    TestProcess process = new TestProcess();

    List<JsonNode> findings =
        doctor(
            process, "--data", data(), "--jetstream", "nats://me:hidden@127.0.0.1:" + freePort());

    assertThat(of("nats", findings))
        .singleElement()
        .asString()
        .startsWith("mend: No NATS server could be reached at nats://127.0.0.1:");
    assertThat(process.out()).doesNotContain("hidden");
  }

  @Test
  void aPersonIsToldInLinesWithWhatToDoBelow() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    TestProcess process = new TestProcess();

    assertThat(process.onTerminal(80).run("doctor", "--data", file.toString(), "--port", "0"))
        .isEqualTo(1);

    assertThat(process.outLines())
        .anyMatch(line -> line.matches("\\u001b\\[31mmend\\u001b\\[0m +data +.*"))
        .anyMatch(line -> line.matches(" +-> choose another --data"))
        .last()
        .asString()
        .matches("\\d+ to mend");
  }

  @Test
  void anOptionOfServeComesFromTheEnvironmentToo() {
    TestProcess process =
        new TestProcess()
            .with("TOCSIN_MEMORY", "true")
            .with("TOCSIN_JWT_KEYS", folder.resolve("none").toString());

    assertThat(of("access", doctor(process)))
        .anyMatch(line -> line.contains("none does not exist"));
  }
}

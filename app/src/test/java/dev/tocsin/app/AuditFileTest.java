package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tocsin.gateway.Audit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuditFileTest {

  @TempDir private Path folder;

  @Test
  void whatIsDeniedToAPrincipalIsOneLineWhateverItIs() throws Exception {
    List<JsonNode> lines =
        written(
            entry(Audit.What.PUBLISH_DENIED, "anna", "not alert.created"),
            entry(Audit.What.PUBLISH_DENIED, "anna", "not alert.deleted"),
            entry(Audit.What.PUBLISH_DENIED, "bert", "not alert.created"),
            entry(Audit.What.PUBLISH_DENIED, "anna", "not alert.created"));

    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst().path("name").asString()).isEqualTo("anna");
    assertThat(lines.getFirst().path("count").asInt()).isEqualTo(3);
    assertThat(lines.getFirst().path("reason").asString()).isEqualTo("not alert.created");
    assertThat(lines.getLast().has("count")).isFalse();
  }

  @Test
  void whatIsDeniedWithinASecondIsOneLineWheneverTheSecondBegins() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
    Path path = folder.resolve("audit.log");
    try (AuditFile file = AuditFile.open(path, now::get)) {
      file.note(entry(Audit.What.PUBLISH_DENIED, "bert", "before"));
      now.updateAndGet(before -> before.plusMillis(600));
      file.note(entry(Audit.What.PUBLISH_DENIED, "anna", "first"));
      now.updateAndGet(before -> before.plusMillis(400));
      awaitLine(path); // of bert
      file.note(entry(Audit.What.PUBLISH_DENIED, "anna", "second"));
    }

    assertThat(lines(path))
        .extracting(line -> line.path("name").asString() + line.path("count").asInt())
        .containsExactly("bert0", "anna2");
  }

  @Test
  void aPipeThatNobodyReadsHoldsUpNoStart() throws Exception {
    Path pipe = pipe();

    assertThatThrownBy(() -> AuditFile.open(pipe, InstantSource.system()))
        .isInstanceOf(Failure.class)
        .hasMessage(
            "--audit-log: cannot write to "
                + pipe
                + ": it does not open, as a pipe that nobody reads");
  }

  @Test
  void aPipeTakesLinesForItsReader() throws Exception {
    Path pipe = pipe();
    Process reader = new ProcessBuilder("head", "-n", "1", pipe.toString()).start();
    try (AuditFile file = AuditFile.open(pipe, InstantSource.system())) {
      file.note(entry(Audit.What.CREDENTIAL_ENDED, "anna", "expired"));
    }
    assertThat(reader.inputReader().readLine()).contains("credential_ended");
  }

  private Path pipe() throws Exception {
    Path pipe = folder.resolve("audit.pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    return pipe;
  }

  @Test
  void aClockThatIsSetBackHoldsNothingBack() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
    Path path = folder.resolve("audit.log");
    try (AuditFile file = AuditFile.open(path, now::get)) {
      file.note(entry(Audit.What.PUBLISH_DENIED, "anna", "first"));
      now.updateAndGet(before -> before.minusSeconds(3_600));

      awaitLine(path);
    }
  }

  @Test
  void credentialsThatAreRefusedForAnotherReasonAreAnotherLine() throws Exception {
    List<JsonNode> lines =
        written(
            entry(Audit.What.CREDENTIAL_REFUSED, null, "unknown"),
            entry(Audit.What.CREDENTIAL_REFUSED, null, "expired"),
            entry(Audit.What.CREDENTIAL_REFUSED, null, "unknown"));

    assertThat(lines)
        .extracting(line -> line.path("reason").asString() + line.path("count").asInt())
        .containsExactly("unknown2", "expired0");
  }

  @Test
  void repeatsNoCredentialThatSomebodyPutWhereItDoesNotBelong() throws Exception {
    String key = "tocsin_abc_Zq7xW3vK9pLmN2bR5tYcG8hJ4dFsA6eUq1w2e3r4t5y";

    assertThat(
            written(
                    entry(Audit.What.PUBLISH_DENIED, "anna", "not to publish this " + key),
                    new Audit.Entry(
                        Audit.What.SUBSCRIPTION_DENIED, "bert", null, null, List.of(key)))
                .toString())
        .contains("not to publish this tocsin_…", "\"patterns\":[\"tocsin_…\"]")
        .doesNotContain(key);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void afterARenameLinesGoToAFileOfTheSameName(boolean madeAnew) throws Exception {
    Path path = folder.resolve("audit.log");
    Path before = folder.resolve("audit.log.1");
    try (AuditFile file = AuditFile.open(path, InstantSource.system())) {
      file.note(entry(Audit.What.PUBLISH_DENIED, "anna", "first"));
      awaitLine(path);
      Files.move(path, before);
      if (madeAnew) {
        Files.createFile(path);
      }
      file.note(entry(Audit.What.PUBLISH_DENIED, "bert", "second"));
    }

    assertThat(Files.readString(before)).contains("anna").doesNotContain("bert");
    assertThat(Files.readString(path)).contains("bert").doesNotContain("anna");
  }

  @Test
  void aFileThatIsGoneIsMadeAnewForItsOwnerAlone() throws Exception {
    Path path = folder.resolve("audit.log");
    try (AuditFile file = AuditFile.open(path, InstantSource.system())) {
      Files.delete(path);
      file.note(entry(Audit.What.PUBLISH_DENIED, "anna", "first"));
    }

    assertThat(Files.readAllLines(path)).hasSize(1);
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  private static void awaitLine(Path path) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (Files.size(path) == 0) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private List<JsonNode> written(Audit.Entry... entries) throws Exception {
    Path path = folder.resolve("audit.log");
    try (AuditFile file = AuditFile.open(path, InstantSource.system())) {
      List.of(entries).forEach(file::note);
    }
    return lines(path);
  }

  private static List<JsonNode> lines(Path path) throws Exception {
    return Files.readAllLines(path).stream().map(JsonMapper.shared()::readTree).toList();
  }

  private static Audit.Entry entry(Audit.What what, @Nullable String name, String reason) {
    return new Audit.Entry(what, name, "127.0.0.1", reason, List.of());
  }
}

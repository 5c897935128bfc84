package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.access.ApiKey;
import dev.tocsin.access.KeysFile;
import dev.tocsin.access.StoredKey;
import dev.tocsin.events.Json;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Keys are made, listed and revoked.
class KeyCommandTest {

  private static final String CAMERA = "{\"camera_id\":[\"front\"]}";

  private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

  @TempDir private Path folder;

  private static TestProcess process() {
    return new TestProcess().at(InstantSource.fixed(NOW));
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private Path file() {
    return folder.resolve("data").resolve("keys.json");
  }

  /// Runs a command on this folder.
  private TestProcess run(int code, String... words) {
    TestProcess process = process();
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--data", data()));
    assertThat(process.run(all.toArray(String[]::new))).as(process.err()).isEqualTo(code);
    return process;
  }

  private ApiKey make(String... options) {
    List<String> all = new ArrayList<>(List.of("key", "new"));
    all.addAll(List.of(options));
    return ApiKey.parse(run(0, all.toArray(String[]::new)).outLines().getFirst());
  }

  private Map<String, StoredKey> stored() throws Exception {
    return new KeysFile(file()).read();
  }

  @Test
  void aKeyThatCannotBeShownIsNone() throws Exception {
    TestProcess process = process().outputFails("No space left on device");

    assertThat(process.run("key", "new", "front desk", "--data", data())).isEqualTo(1);

    assertThat(process.err())
        .contains("cannot write to standard output: No space left on device")
        .doesNotContain("shown this once");
    assertThat(stored()).isEmpty();
  }

  @Test
  void theKeyAloneIsOnStdoutAndOpensEverything() throws Exception {
    TestProcess process = run(0, "key", "new", "front desk");

    assertThat(process.outLines()).hasSize(1);
    ApiKey key = ApiKey.parse(process.outLines().getFirst());
    assertThat(key).isNotNull();
    assertThat(process.err())
        .contains("front desk", "everything", "expires never", "shown this once")
        .doesNotContain(process.outLines().getFirst());
    StoredKey stored = stored().get(key.id());
    assertThat(stored.isOpenedBy(key, NOW)).isTrue();
    assertThat(stored.rights().manage()).isEqualTo(Rights.MANAGEABLE);
    assertThat(Files.getPosixFilePermissions(file()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.readString(file()))
        .doesNotContain(key.text().substring(key.text().length() - 43));
  }

  @Test
  void grantsLimitsAndEndAreAsTheyAreGiven() throws Exception {
    ApiKey key =
        make(
            "yard",
            "--subscribe",
            "detection.*",
            "--subscribe",
            "camera.*",
            "--where",
            "{\"camera_id\":[\"front\"]}",
            "--manage",
            "metrics",
            "--expires",
            "90d",
            "--connections",
            "3",
            "--publishes-per-second",
            "20",
            "--bytes-per-second",
            "1000");

    StoredKey stored = stored().get(key.id());

    assertThat(KeyText.rights(stored))
        .isEqualTo(
            "subscribe detection.*, camera.* where {\"camera_id\":[\"front\"]}; manage metrics;"
                + " connections at most 3; publishes a second at most 20; bytes a second at most"
                + " 1000");
    assertThat(stored.limits()).isEqualTo(new Limits(3L, 20L, 1_000L));
    assertThat(stored.expires()).isEqualTo(NOW.plus(Duration.ofDays(90)));
    assertThat(stored.rights().publish().grants()).isEmpty();
  }

  @Test
  void aPatternThatMatchesNothingIsToldWithASuggestion() {
    assertThat(run(0, "key", "new", "n", "--subscribe", "alrt.*").err())
        .contains("note: the pattern alrt.* matches no event type", "did you mean alert.*?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "key new n --subscribe [|unclosed [",
        "key new n --where {}|--where narrows patterns",
        "key new n --manage metrics --where {}|--where narrows patterns",
        "key new n --subscribe detection.* --where {\"camra_id\":1}|camera_id",
        "key new n --subscribe detection.* --where nonsense|--where",
        "key new n --manage metric|did you mean metrics?",
        "key new n --expires soon|such as 90s",
        "key new n --expires 3651d|at most 3650d",
        "key new n --connections 0|--connections is a number from 1",
        "key new n --bytes-per-second -5|--bytes-per-second is a number from 1",
        "key new ``|NAME is 1 to 100 characters",
        "key new a\u0007b|printable",
        "key new|NAME",
        "key revoke|ID",
        "key new n --keys x|leave out --data",
      })
  void wrongUseIsTold(String command, String says) {
    String[] words = command.replace("\\u0007", "\u0007").split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].equals("``") ? "" : words[i];
    }

    TestProcess process = run(2, words);

    assertThat(process.out()).isEmpty();
    assertThat(process.err()).contains(says).doesNotContain("\tat ");
    assertThat(file()).doesNotExist();
  }

  @Test
  void whatIsPublishedAndWhatIsReadIsNarrowedAlike() throws Exception {
    ApiKey key =
        make("n", "--publish", "camera.*", "--subscribe", "detection.*", "--where", CAMERA);

    assertThat(KeyText.rights(stored().get(key.id())))
        .isEqualTo(
            "subscribe detection.* where {\"camera_id\":[\"front\"]}; publish camera.* where"
                + " {\"camera_id\":[\"front\"]}");
  }

  @Test
  void aFieldThatNoKnownTypeHasIsWarnedOfWhereTypesAreNotKnownYet() {
    assertThat(run(0, "key", "new", "n", "--subscribe", "later.*", "--where", CAMERA).err())
        .contains("warning: ", "camera_id", "such events are not granted");
  }

  @Test
  void patternsAreBounded() {
    List<String> words = new ArrayList<>(List.of("key", "new", "n"));
    for (int i = 0; i < 257; i++) {
      words.addAll(List.of("--subscribe", "alert.*"));
    }

    assertThat(run(2, words.toArray(String[]::new)).err())
        .contains("--subscribe may be given 256 times at most");
    assertThat(file()).doesNotExist();
  }

  @Test
  void aNameIsBounded() {
    assertThat(run(2, "key", "new", "n".repeat(101)).err()).contains("1 to 100 characters");
  }

  @Test
  void theListShowsWhatThereIsButNoDigest() throws Exception {
    ApiKey everything = make("admin");
    ApiKey short_ = make("guest", "--subscribe", "alert.*", "--expires", "1h");
    TestProcess later = new TestProcess().at(InstantSource.fixed(NOW.plusSeconds(7_200)));

    assertThat(later.run("key", "list", "--data", data())).isZero();

    assertThat(later.outLines()).hasSize(3);
    assertThat(later.outLines().getFirst()).startsWith("ID").contains("NAME", "EXPIRES", "WHAT");
    assertThat(later.outLines().get(1))
        .contains(everything.id(), "admin", "2026-11-27 12:00", "never", "everything");
    assertThat(later.outLines().get(2))
        .contains(short_.id(), "guest", "expired 2026-11-27 13:00", "subscribe alert.*");
    assertThat(later.out()).doesNotContainPattern("[0-9a-f]{64}");
  }

  @Test
  void theListAsJsonHasNoDigestEither() {
    ApiKey key = make("guest", "--subscribe", "alert.*", "--connections", "2");

    String out = run(0, "key", "list", "--json").out();

    assertThat(out).doesNotContain("sha256").doesNotContainPattern("[0-9a-f]{64}");
    JsonNode first = ((Json.Value) Json.read(out.strip())).tree().path("keys").path(0);
    assertThat(first.path("id").asString()).isEqualTo(key.id());
    assertThat(first.path("expired").booleanValue()).isFalse();
    assertThat(first.path("limits").path("connections").intValue()).isEqualTo(2);
    assertThat(first.path("grants").path("subscribe").size()).isEqualTo(1);
  }

  @Test
  void whereThereAreNoKeysTheListIsEmpty() {
    TestProcess process = run(0, "key", "list");

    assertThat(process.out()).isEmpty();
    assertThat(process.err()).contains("there are no keys in " + file());
  }

  @Test
  void severalKeysAreRevokedAtOnce() throws Exception {
    ApiKey first = make("a");
    ApiKey second = make("b");
    ApiKey third = make("c");

    TestProcess process = run(0, "key", "revoke", first.id(), third.id());

    assertThat(process.outLines())
        .containsExactly("revoked " + first.id() + ", of a", "revoked " + third.id() + ", of c");
    assertThat(stored().keySet()).containsExactly(second.id());
  }

  @Test
  void anUnknownIdIsToldWithTheNearestAndTheOthersAreRevoked() throws Exception {
    ApiKey first = make("a");
    ApiKey second = make("b");
    String slip = first.id().substring(0, 9) + (first.id().endsWith("a") ? "b" : "a");

    TestProcess process = run(1, "key", "revoke", slip, second.id());

    assertThat(process.err())
        .contains("there is no key " + slip + "; did you mean " + first.id() + "?");
    assertThat(stored().keySet()).containsExactly(first.id());
  }

  @Test
  void aNameIsNoIdButLeadsToIt() {
    ApiKey key = make("front desk");

    assertThat(run(1, "key", "revoke", "front desk").err())
        .contains("the key of that name is " + key.id());
  }

  @Test
  void aWholeKeyIsTakenForItsIdAndNotRepeated() throws Exception {
    ApiKey key = make("a");

    TestProcess process = run(0, "key", "revoke", key.text());

    assertThat(stored()).isEmpty();
    assertThat(process.out() + process.err()).doesNotContain(key.text());
  }

  @Test
  void aFileThatOthersCouldReadIsTold() throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "{\"keys\":[]}");
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(run(0, "key", "new", "n").err()).contains("others could read", "0600 now");

    assertThat(Files.getPosixFilePermissions(file()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void aBrokenFileIsASentenceAndStaysAsItIs() throws Exception {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), "{}");

    TestProcess process = run(1, "key", "new", "n");

    assertThat(process.out()).isEmpty();
    assertThat(process.err()).contains("must be an object with an array \"keys\"");
    assertThat(Files.readString(file())).isEqualTo("{}");
  }

  @Test
  void aFolderThatIsNotThereIsASentence() {
    TestProcess process = process();

    assertThat(process.run("key", "new", "n", "--keys", folder.resolve("no/k.json").toString()))
        .isEqualTo(1);

    assertThat(process.out()).isEmpty();
    assertThat(process.err()).contains("cannot write", "there is no such folder");
  }

  @Test
  void aFolderThatCannotBeMadeIsASentence() throws Exception {
    Files.writeString(folder.resolve("data"), "a file");

    TestProcess process = run(1, "key", "new", "n");

    assertThat(process.out()).isEmpty();
    assertThat(process.err()).startsWith("tocsin: cannot ").doesNotContain("Exception");
  }
}

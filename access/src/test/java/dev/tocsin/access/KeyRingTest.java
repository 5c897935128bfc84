package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.Access;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.ManualClock;
import dev.tocsin.hub.Pass;
import dev.tocsin.hub.Rights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {

  @TempDir private Path folder;
  private final ManualClock clock = new ManualClock();
  private KeysFile file = new KeysFile(Path.of(""));
  private KeyRing ring = new KeyRing(file, clock);

  @BeforeEach
  void begin() {
    file = new KeysFile(folder.resolve("keys.json"));
    ring = new KeyRing(file, clock);
  }

  private ApiKey add(String name, Instant expires) throws Exception {
    ApiKey key = ApiKey.generate(new SecureRandom());
    file.add(stored(key.id(), name, key, Rights.ALL, expires));
    return key;
  }

  private StoredKey stored(String id, String name, ApiKey key, Rights rights, Instant expires) {
    return new StoredKey(id, name, key.digest(), rights, Limits.NONE, clock.instant(), expires);
  }

  @Test
  void followsItsFile() throws Exception {
    assertThat(ring.look()).isTrue();
    assertThat(ring.isEmpty()).isTrue();
    ApiKey anna = add("anna", null);
    assertThat(ring.find(anna)).as("not looked yet").isEmpty();

    assertThat(ring.look()).isTrue();
    assertThat(ring.look()).as("nothing new").isFalse();
    assertThat(ring.find(anna).flatMap(Pass::access)).map(Access::name).contains("anna");
    assertThat(ring.find(ApiKey.generate(new SecureRandom()))).isEmpty();
    assertThat(ring.find(ApiKey.parse("tocsin_" + anna.id() + "_" + "A".repeat(43)))).isEmpty();

    ApiKey late = add("late", clock.instant());
    ring.look();
    assertThat(ring.find(late)).as("expired").isEmpty();
    file.remove(anna.id());
    ring.look();
    assertThat(ring.find(anna)).as("revoked").isEmpty();
  }

  @Test
  void aPassFollowsTheFile() throws Exception {
    Instant end = clock.instant().plusSeconds(60);
    ApiKey anna = add("anna", end);
    ring.look();
    Pass pass = ring.find(anna).orElseThrow();
    Access first = pass.access().orElseThrow();
    assertThat(first.expires()).isEqualTo(end);

    add("another", null);
    ring.look();
    assertThat(pass.access()).as("nothing has changed for her").containsSame(first);

    file.write(List.of(stored(anna.id(), "anna", anna, Roles.NOTHING, end)));
    ring.look();
    assertThat(pass.access().orElseThrow().rights()).isEqualTo(Roles.NOTHING);

    clock.advance(Duration.ofSeconds(60));
    assertThat(pass.access()).as("expired").isEmpty();
    file.write(List.of(stored(anna.id(), "anna", anna, Roles.NOTHING, null)));
    ring.look();
    assertThat(pass.access()).as("prolonged").isPresent();

    ApiKey other = ApiKey.generate(new SecureRandom());
    file.write(List.of(stored(anna.id(), "mallory", other, Rights.ALL, null)));
    ring.look();
    assertThat(pass.access()).as("the same id, another key").isEmpty();
    file.write(List.of());
    ring.look();
    assertThat(pass.access()).as("revoked").isEmpty();
  }

  @Test
  void keepsWhatItHasWhenTheFileIsBroken() throws Exception {
    ApiKey anna = add("anna", null);
    ring.look();
    Pass pass = ring.find(anna).orElseThrow();

    Files.writeString(file.path(), "{");
    assertThat(ring.look()).isFalse();
    assertThat(ring.find(anna)).isPresent();
    assertThat(pass.access()).isPresent();
    assertThat(ring.fault()).contains("keys.json").contains("Not valid JSON");

    RecordedLogs.take();
    Files.delete(file.path());
    assertThat(ring.look()).isTrue();
    assertThat(ring.find(anna)).as("without a file there are no keys").isEmpty();
    assertThat(ring.fault()).isNull();
    assertThat(RecordedLogs.take())
        .anySatisfy(line -> assertThat(line.toString()).contains("the file of API keys is gone"));
  }
}

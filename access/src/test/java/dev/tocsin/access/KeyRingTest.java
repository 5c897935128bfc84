package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Access;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {

  private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

  @TempDir private Path folder;
  private KeysFile file = new KeysFile(Path.of(""));
  private KeyRing ring = new KeyRing(file, () -> NOW);

  @BeforeEach
  void begin() {
    file = new KeysFile(folder.resolve("keys.json"));
    ring = new KeyRing(file, () -> NOW);
  }

  private ApiKey add(String name, Instant expires) throws Exception {
    ApiKey key = ApiKey.generate(new SecureRandom());
    file.add(new StoredKey(key.id(), name, key.digest(), Rights.ALL, Limits.NONE, NOW, expires));
    return key;
  }

  @Test
  void followsItsFile() throws Exception {
    assertThat(ring.look()).isTrue();
    assertThat(ring.isEmpty()).isTrue();
    ApiKey anna = add("anna", null);
    assertThat(ring.find(anna)).as("not looked yet").isEmpty();

    assertThat(ring.look()).isTrue();
    assertThat(ring.look()).as("nothing new").isFalse();
    assertThat(ring.find(anna)).map(Access::name).contains("anna");
    assertThat(ring.find(ApiKey.generate(new SecureRandom()))).isEmpty();
    assertThat(ring.find(ApiKey.parse("tocsin_" + anna.id() + "_" + "A".repeat(43)))).isEmpty();

    ApiKey late = add("late", NOW);
    ring.look();
    assertThat(ring.find(late)).as("expired").isEmpty();
    file.remove(anna.id());
    ring.look();
    assertThat(ring.find(anna)).as("revoked").isEmpty();
  }

  @Test
  void keepsWhatItHasWhenTheFileIsBroken() throws Exception {
    ApiKey anna = add("anna", null);
    ring.look();

    Files.writeString(file.path(), "{");
    assertThat(ring.look()).isFalse();
    assertThat(ring.find(anna)).isPresent();

    Files.delete(file.path());
    assertThat(ring.look()).isTrue();
    assertThat(ring.find(anna)).as("without a file there are no keys").isEmpty();
  }
}

package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.events.Where;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.Grants;
import dev.tocsin.hub.Limits;
import dev.tocsin.hub.Rights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysFileTest {

  private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

  @TempDir private Path folder;

  private KeysFile file() {
    return new KeysFile(folder.resolve("keys.json"));
  }

  private static StoredKey stored(ApiKey key, Instant expires) {
    Grants front =
        new Grants(
            List.of(
                new Grants.Grant(
                    List.of(EventPattern.of("detection.*")),
                    Where.of("{\"camera_id\":[\"front\"]}"))));
    return new StoredKey(
        key.id(),
        "front desk",
        key.digest(),
        new Rights(front, new Grants(List.of()), Set.of("metrics")),
        new Limits(5L, null, 1_000L),
        NOW,
        expires);
  }

  @Test
  void keepsWhatItWasGivenButNoSecret() throws Exception {
    ApiKey key = ApiKey.generate(new SecureRandom());
    ApiKey other = ApiKey.generate(new SecureRandom());
    assertThat(file().read()).isEmpty();

    file().add(stored(key, null));
    file().add(stored(other, NOW));

    Map<String, StoredKey> read = file().read();
    assertThat(read.keySet()).containsExactly(key.id(), other.id());
    StoredKey first = read.get(key.id());
    assertThat(first.rights()).isEqualTo(stored(key, null).rights());
    assertThat(first.limits()).isEqualTo(new Limits(5L, null, 1_000L));
    assertThat(first.isOpenedBy(key, NOW)).isTrue();
    assertThat(first.isOpenedBy(other, NOW)).isFalse();
    assertThat(read.get(other.id()).isOpenedBy(other, NOW.minusMillis(1))).isTrue();
    assertThat(read.get(other.id()).isOpenedBy(other, NOW)).as("expired").isFalse();
    String secret = key.text().substring(key.text().length() - 43);
    assertThat(Files.readString(file().path())).doesNotContain(secret);
    assertThat(Files.getPosixFilePermissions(file().path()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));

    assertThat(file().remove(key.id())).isTrue();
    assertThat(file().remove(key.id())).isFalse();
    assertThat(file().read().keySet()).containsExactly(other.id());
    try (var left = Files.list(folder)) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void everythingIsWrittenAsThePatternOfEverything() throws Exception {
    ApiKey key = ApiKey.generate(new SecureRandom());
    file()
        .write(
            List.of(
                new StoredKey(
                    key.id(), "admin", key.digest(), Rights.ALL, Limits.NONE, NOW, null)));

    assertThat(Files.readString(file().path())).contains("\"*\"").contains("console");
    assertThat(file().read().get(key.id()).rights().manage()).isEqualTo(Rights.MANAGEABLE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{|Not valid JSON",
        "[]|must be an object with an array",
        "{'keys':[{'id':'a','name':'n','sha256':'12','grants':{}}]}|sha256",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{'subscrbe':[]}}]}|subscribe",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{'subscribe':[{'events':['[']}]}}]}|keys[0].grants.subscribe[0].events",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{'subscribe':[{'events':['*'],'where':{'a':[]}}]}}]}|where",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{'manage':['all']}}]}|metrics",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{},'expires':'soon'}]}|expires",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{},'limits':{'connections':0}}]}|limits",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{},'limits':{'connections':99999999999999999999}}]}|limits",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{},'limits':5}]}|limits must be an"
            + " object",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{},'expire':'2026-12-31T00:00:00Z'}]}|no"
            + " member \"expire\"",
        "{'keys':[{'id':'a','name':'n\\n','sha256':'$','grants':{}}]}|keys[0].name",
        "{'keys':[{'name':'n','sha256':'$','grants':{}}]}|keys[0].id",
        "{'keys':[{'id':'a','name':'n','sha256':'$','grants':{}},{'id':'a','name':'n','sha256':'$','grants':{}}]}|twice",
      })
  void saysWhatIsWrongWithIt(String json, String says) throws Exception {
    Files.writeString(file().path(), json.replace('\'', '"').replace("$", "0".repeat(64)));

    assertThatThrownBy(() -> file().read())
        .isInstanceOf(BrokenFileException.class)
        .hasMessageStartingWith(file().path().toString())
        .hasMessageContaining(says);
  }
}

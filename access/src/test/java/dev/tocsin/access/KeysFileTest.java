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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

  /// To open a pipe waits for somebody who writes into it: the thread that follows all files would follow none any more.
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPipeIsRefusedAndNotWaitedFor() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", file().path().toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> file().read())
        .isInstanceOf(BrokenFileException.class)
        .hasMessageEndingWith("keys.json is not a regular file");
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
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("keys.json", ".keys.json.lock");
    }
  }

  @Test
  void whoAddsAtTheSameTimeLosesNoKey() throws Exception {
    List<Callable<Void>> adding = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      StoredKey key = stored(ApiKey.generate(new SecureRandom()), null);
      adding.add(() -> {
        file().add(key);
        return null;
      });
    }

    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Void> one : threads.invokeAll(adding)) {
        one.get();
      }
    }

    assertThat(file().read()).hasSize(40);
  }

  /// The other process holds the lock while it says so and until it is told to go on.
  @Test
  void anotherProcessIsWaitedFor() throws Exception {
    Path lock = folder.resolve(".keys.json.lock");
    Path source =
        Files.writeString(
            folder.resolve("Holder.java"),
            """
            import java.nio.channels.FileChannel;
            import java.nio.file.*;
            class Holder {
              public static void main(String[] args) throws Exception {
                try (var channel = FileChannel.open(
                        Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                  System.out.println("held");
                  System.in.read();
                }
              }
            }
            """);
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                source.toString(),
                lock.toString())
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("held");
      StoredKey key = stored(ApiKey.generate(new SecureRandom()), null);
      CompletableFuture<Void> added =
          CompletableFuture.runAsync(() -> {
            try {
              file().add(key);
            } catch (Exception e) {
              throw new CompletionException(e);
            }
          });

      assertThatThrownBy(() -> added.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      other.getOutputStream().close();
      added.get(20, TimeUnit.SECONDS);

      assertThat(file().read()).containsKey(key.id());
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aFileThatOthersCouldReadIsTheOwnersAloneAgain() throws Exception {
    Files.writeString(file().path(), "{\"keys\":[]}");
    Files.setPosixFilePermissions(file().path(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(file().isOpenToOthers()).isTrue();

    file().add(stored(ApiKey.generate(new SecureRandom()), null));

    assertThat(file().isOpenToOthers()).isFalse();
    assertThat(Files.getPosixFilePermissions(file().path()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
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
        .hasMessageStartingWith(file().path() + ": ")
        .hasMessageContaining(says);
  }
}

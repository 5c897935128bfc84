package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is told of a file that is broken repeats no secret that stands in it: the file of a key where the file of keys should
/// be, a secret without quotes.
class SecretsInFilesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "%s\n",
        "{\"keys\":[%s]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":%s}]}",
        "{\"kty\":\"oct\",\"k\": %s}",
        "{%s}",
        "{\"keys\":[]} %s",
        "{\"%1$s\":1,\"%1$s\":2}"
      })
  void noFaultRepeatsASecret(String form) {
    String text = ApiKey.generate(new SecureRandom()).text();
    String secret = text.substring(text.indexOf('_', "tocsin_".length()) + 1);
    byte[] content = form.formatted(text).getBytes(StandardCharsets.UTF_8);
    List<ThrowingCallable> readers =
        List.of(
            () -> new KeysFile(Path.of("keys.json")).read(content),
            () -> RolesFile.read(content, "roles.json"),
            () -> KeySetReader.read(content, "jwks.json", Instant.EPOCH));
    for (ThrowingCallable reader : readers) {
      BrokenFileException fault = catchThrowableOfType(BrokenFileException.class, reader);
      assertThat(fault).isNotNull();
      assertThat(fault.getMessage()).doesNotContain(secret.substring(0, 12));
    }
  }
}

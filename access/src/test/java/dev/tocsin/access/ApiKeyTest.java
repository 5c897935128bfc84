package dev.tocsin.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTest {

  private final ApiKey key = ApiKey.generate(new SecureRandom());

  @Test
  void isReadAsItWasWritten() {
    assertThat(key.text()).matches("tocsin_[a-z0-9]{10}_[A-Za-z0-9_-]{43}");
    assertThat(ApiKey.parse(key.text())).isEqualTo(key);
    assertThat(ApiKey.parse(key.text()).digest()).isEqualTo(key.digest()).hasSize(32);
    assertThat(ApiKey.generate(new SecureRandom()).digest()).isNotEqualTo(key.digest());
  }

  @Test
  void showsItsSecretByItsTextAlone() {
    String secret = key.text().substring(key.text().indexOf('_', 8) + 1);

    assertThat(key.toString()).contains(key.id()).doesNotContain(secret.substring(0, 6));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tocsin_",
        "tocsin_abc",
        "tocsin_abc_",
        "tocsin__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "tocsin_ABC_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Tocsin_abc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "tocsin_abc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "tocsin_abc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "tocsin_abc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        " tocsin_abc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      })
  void takesNothingElseForAKey(String text) {
    assertThat(ApiKey.parse(text)).isNull();
  }
}

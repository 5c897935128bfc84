package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

  private static final String KEY = "tocsin_abcdefghjk_Zq7xW3vK9pLmN2bR5tYcG8hJ4dFsA6eUq1w2e3r4t5y";

  @ParameterizedTest
  @CsvSource({
    "'no type \"{KEY}\" here',          'no type \"tocsin_…\" here'",
    "'{KEY} and {KEY}',                 'tocsin_… and tocsin_…'",
    "x{KEY}y,                           xtocsin_…",
    "tocsin_abc_Zq7xW3vK9pLm…,          tocsin_……",
    "'=eyJhbGciOiJub25lIn0.eyJzdWIi.c2ln;', '=eyJ…;'",
    "eyJhbGciOiJub25lIn0…,              eyJ……"
  })
  void hidesWhatIsSecretAlsoWhereItsEndIsMissing(String text, String masked) {
    assertThat(Secrets.masked(text.replace("{KEY}", KEY))).isEqualTo(masked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "alert.created",
        "the server's option --allow-host tocsin_server_1 allows it",
        "tocsin_log_bytes",
        "there is no field \"keyJoinColumns\"",
        "tocsin_<id>_<secret>"
      })
  void leavesOtherTextsAsTheyAre(String text) {
    assertThat(Secrets.masked(text)).isSameAs(text);
    assertThat(Secrets.areIn(text)).isFalse();
  }

  @Test
  void leavesJsonWithoutAnyAsItIs() {
    byte[] json = "{\"a\":\"gr\u00FCn\"}".getBytes(StandardCharsets.UTF_8);

    assertThat(Secrets.masked(json)).isSameAs(json);
    assertThat(
            new String(
                Secrets.masked(
                    ("{\"gr\u00FCn\":\"" + KEY + "\"}").getBytes(StandardCharsets.UTF_8)),
                StandardCharsets.UTF_8))
        .isEqualTo("{\"gr\u00FCn\":\"tocsin_…\"}");
  }
}

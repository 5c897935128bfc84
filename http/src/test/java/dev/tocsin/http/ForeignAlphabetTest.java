package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Programs send names of hosts in their own alphabet, where browsers send punycode.
class ForeignAlphabetTest {

  private static final BrowserRules NOBODY = new BrowserRules(Set.of(), Set.of());

  /// As Netty hands them on: a character for each byte.
  private static HttpHeaders headers(String host, String... origin) {
    HttpHeaders headers =
        DefaultHttpHeadersFactory.headersFactory()
            .withValidation(false)
            .newHeaders()
            .add("Host", bytes(host));
    for (String one : origin) {
      headers.add("Origin", bytes(one));
    }
    return headers;
  }

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @Test
  void theOptionThatIsNamedIsTheOneThatAllowsIt() {
    assertThat(NOBODY.fault(headers("bücher.example"), null))
        .endsWith("--allow-host xn--bcher-kva.example allows it");
    assertThat(NOBODY.fault(headers("localhost", "https://bücher.example"), null))
        .endsWith("--allow-origin https://xn--bcher-kva.example allows it");
  }

  @Test
  void whatIsAllowedInPunycodeIsAllowedInItsAlphabet() {
    BrowserRules rules =
        new BrowserRules(Set.of("https://xn--bcher-kva.example"), Set.of("xn--bcher-kva.example"));

    assertThat(rules.fault(headers("bücher.example"), null)).isNull();
    assertThat(rules.fault(headers("BÜCHER.example", "https://bücher.example"), null)).isNull();
    assertThat(rules.fault(headers("bucher.example"), null)).isNotNull();
  }
}

package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an operator writes, against what a browser sends.
class BrowserNamesTest {

  @ParameterizedTest
  @CsvSource({
    "https://console.example,            https://console.example",
    "HTTPS://Console.Example:443/,       https://console.example",
    "http://a.example:0080,              http://a.example",
    "http://a.example:0443,              http://a.example:443",
    "https://bücher.example,             https://xn--bcher-kva.example",
    "http://tocsin_server:3000,          http://tocsin_server:3000",
    "http://[2001:DB8:0:0:0:0:0:1]:80/,  http://[2001:db8::1]",
    "http://[1:0:0:2:0:0:0:3],           http://[1:0:0:2::3]",
    "http://[::ffff:10.0.0.7]:1,         http://[::ffff:a00:7]:1",
    "http://10.0.0.7:3000,               http://10.0.0.7:3000",
    "capacitor://localhost,              capacitor://localhost",
    "ionic://localhost/,                 ionic://localhost",
    "ionic://,                           ionic://",
    "tauri://localhost,                  tauri://localhost",
    "app://.,                            app://.",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop,"
        + " chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    "moz-extension://5a2b-77,            moz-extension://5a2b-77",
    "file://,                            file://",
  })
  void anOriginIsTurnedIntoWhatABrowserSends(String written, String sent) {
    assertThat(BrowserNames.origin(written)).isEqualTo(sent);

    BrowserRules rules = new BrowserRules(Set.of(sent), Set.of());
    HttpHeaders headers = new DefaultHttpHeaders().add("Host", "localhost").add("Origin", sent);
    assertThat(rules.fault(headers, null)).isNull();
    assertThat(rules.corsOrigin(headers)).isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource({
    "null,                         hides its origin",
    "*,                            name each",
    "https://*.example,            name each",
    "console.example,              is not an origin; one looks like https://console.example",
    "https://,                     is not an origin",
    "https://a.example/app,        has a path; 'write https://a.example'",
    "file:///home/page.html,       has a path",
    "https://user@a.example,       has a user",
    "wss://a.example,              has an origin such as https://a.example",
    "https://a.example:70000,      has the port 70000",
    "https://straße.example,       write it as browsers send it",
    "http://10.0.0.777,            is not an IPv4 address",
    "http://[::g],                 has no IPv6 address",
    "http://a b.example,           is not the name of a host",
    "'',                           is not an origin",
  })
  void anOriginThatNoPageHasIsRefusedInWords(String written, String sentence) {
    for (String part : sentence.split("; ", -1)) {
      assertThatThrownBy(() -> BrowserNames.origin(written))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(part.replace("'", ""));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HUB.example,     hub.example",
    "my_service,      my_service",
    "bücher.example,  xn--bcher-kva.example",
    "10.0.0.7,        10.0.0.7",
    "[::1],           [::1]",
    "::1,             [::1]",
  })
  void aHostIsTurnedIntoWhatABrowserSends(String written, String sent) {
    assertThat(BrowserNames.host(written)).isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource({
    "*,                  DNS rebinding",
    "*.example,          name each",
    "hub.example:8080,   the host is hub.example",
    "http://hub.example, is an address",
    "'',                 is not the name of a host",
    "a/b,                is not the name of a host",
    "10.0.0.777,         is not an IPv4 address",
  })
  void aHostThatNoRequestNamesIsRefusedInWords(String written, String sentence) {
    assertThatThrownBy(() -> BrowserNames.host(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  private static String fault(String host, String origin) {
    HttpHeaders headers = new DefaultHttpHeaders().add("Host", host);
    if (!origin.isEmpty()) {
      headers.add("Origin", origin);
    }
    return new BrowserRules(Set.of(), Set.of()).fault(headers, null);
  }

  @Test
  void aRefusalNamesTheOptionThatWouldAllowIt() {
    assertThat(fault("localhost", "https://Console.example:443"))
        .endsWith("--allow-origin https://console.example allows it");
    assertThat(fault("bücher.example:80", ""))
        .endsWith("--allow-host xn--bcher-kva.example allows it");
    assertThat(fault("localhost", "null")).doesNotContain("--allow-origin");
    assertThat(fault("localhost", "x\" y")).endsWith("--allow-origin cannot allow it");
  }
}

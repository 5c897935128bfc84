package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who has sent a request, and who is believed what he says of it.
class SenderTest {

  private static final TrustedProxies PROXIES =
      TrustedProxies.of(List.of("10.0.0.0/8", "192.0.2.5", "2001:db8::/32"));

  private static HttpHeaders forwarded(String... hops) {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.set("X-Forwarded-Host", "evil.example, hub.example");
    headers.set("X-Forwarded-Proto", "http, https");
    Arrays.stream(hops).forEach(hop -> headers.add("X-Forwarded-For", hop));
    return headers;
  }

  private static Sender sender(@Nullable String peer, String... hops) {
    return Sender.of(peer == null ? null : InetAddress.ofLiteral(peer), forwarded(hops), PROXIES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.1", "11.0.0.1", "192.0.2.4", "192.0.2.6", "2001:db9::1"})
  void whoIsNoTrustedProxyIsBelievedNothing(String peer) {
    Sender sender = sender(peer, "198.51.100.7");

    assertThat(sender).isEqualTo(Sender.direct(InetAddress.ofLiteral(peer)));
    assertThat(sender.text()).isEqualTo(peer);
    assertThat(sender.proxied()).isFalse();
    assertThat(sender.host()).isNull();
    assertThat(sender.scheme()).isNull();
  }

  @Test
  void whereNobodyIsTrustedNobodyIsBelieved() {
    InetAddress peer = InetAddress.ofLiteral("127.0.0.1");
    assertThat(Sender.of(peer, forwarded("198.51.100.7"), TrustedProxies.NONE))
        .isEqualTo(Sender.direct(peer));
  }

  @Test
  void whoseAddressIsNotKnownIsBelievedNothing() {
    assertThat(sender(null, "198.51.100.7")).isEqualTo(Sender.direct(null));
    assertThat(Sender.direct(null).text()).isEqualTo("unknown");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "10.255.255.255", "192.0.2.5", "2001:db8:ffff::1"})
  void aTrustedProxySaysWhomItSpeaksForAndTheLastWordCounts(String peer) {
    Sender sender = sender(peer, "198.51.100.7");

    assertThat(sender.text()).isEqualTo("198.51.100.7");
    assertThat(sender.proxied()).isTrue();
    assertThat(sender.host()).isEqualTo("hub.example");
    assertThat(sender.scheme()).isEqualTo("https");
  }

  /// Traefik, for one, names `wss` for a WebSocket that has come over TLS.
  @ParameterizedTest
  @CsvSource({"https, https", "HTTPS, https", "wss, https", "ws, http", "http, http"})
  void theSchemeOfAWebSocketIsThatOfThePageThatOpensIt(String told, String scheme) {
    HttpHeaders headers = new DefaultHttpHeaders().set("X-Forwarded-Proto", told);

    assertThat(Sender.of(InetAddress.ofLiteral("10.0.0.1"), headers, PROXIES).scheme())
        .isEqualTo(scheme);
  }

  /// What io_uring says of every IPv6 address: a scope, which is none.
  @Test
  void anAddressIsToldWithoutAScopeThatIsNone() throws Exception {
    byte[] loopback = InetAddress.ofLiteral("::1").getAddress();

    assertThat(Sender.direct(Inet6Address.getByAddress(null, loopback, 0)).text()).isEqualTo("::1");
    assertThat(Sender.direct(Inet6Address.getByAddress(null, loopback, 2)).text())
        .isEqualTo("::1%2");
  }

  @Test
  void aHeaderWithoutAValueSaysNothing() {
    HttpHeaders headers =
        new DefaultHttpHeaders()
            .set("X-Forwarded-Proto", "")
            .set("X-Forwarded-Host", "")
            .set("X-Forwarded-For", "");
    InetAddress proxy = InetAddress.ofLiteral("10.0.0.1");

    assertThat(Sender.of(proxy, headers, PROXIES)).isEqualTo(new Sender(proxy, true, null, null));
  }

  /// What a client has written itself stands before what the proxies have.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1.2.3.4, 198.51.100.7            | 198.51.100.7",
        "1.2.3.4, 198.51.100.7, 10.1.1.1  | 198.51.100.7",
        "10.9.9.9, 198.51.100.7, 10.1.1.1 | 198.51.100.7",
        "10.9.9.9, 10.1.1.1               | 10.9.9.9",
        "198.51.100.7:4711                | 198.51.100.7",
        "[2001:db9::7]:4711               | 2001:db9::7",
        "[2001:db9::7]                    | 2001:db9::7",
        "2001:db9::7                      | 2001:db9::7",
        "198.51.100.7, nonsense           | 10.0.0.1",
        "198.51.100.7, nonsense, 10.1.1.1 | 10.1.1.1",
        "198.51.100.7,                    | 10.0.0.1",
        "localhost                        | 10.0.0.1",
        "''                               | 10.0.0.1"
      })
  void theClientIsTheLastOnTheWayThatIsNoTrustedProxy(String header, String client) {
    assertThat(sender("10.0.0.1", header).text()).isEqualTo(client);
    assertThat(sender("10.0.0.1", header.split(" *, *", -1)).text())
        .as("in several headers")
        .isEqualTo(client);
  }

  @Test
  void aTrustedProxyThatSaysNothingSpeaksForItself() {
    assertThat(sender("10.0.0.1").text()).isEqualTo("10.0.0.1");
  }

  @Test
  void noMoreThanThirtyTwoAreLookedAt() {
    String[] hops =
        Stream.concat(
                Stream.of("198.51.100.7"), IntStream.range(0, 40).mapToObj(i -> "10.2.0." + i))
            .toArray(String[]::new);
    assertThat(sender("10.0.0.1", hops).text()).isEqualTo("10.2.0.8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "2001:db8::/129",
        "/8",
        "*",
        "10",
        "10.1",
        "10.1.2",
        "10.1/16"
      })
  void whatIsNoNetworkIsTold(String text) {
    assertThatThrownBy(() -> TrustedProxies.of(List.of("10.0.0.1", text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was '" + text + "'");
  }

  @Test
  void everybodyCanBeTrustedOfOneKindOfAddress() {
    TrustedProxies all = TrustedProxies.of(List.of("0.0.0.0/0"));
    assertThat(all.trusts(InetAddress.ofLiteral("203.0.113.1"))).isTrue();
    assertThat(all.trusts(InetAddress.ofLiteral("2001:db8::1"))).isFalse();
    assertThat(all.isEmpty()).isFalse();
    assertThat(TrustedProxies.NONE.isEmpty()).isTrue();
  }
}

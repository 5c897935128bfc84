package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Addresses are read as a newer Java reads them.
class IpLiteralTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1", "1.2.3", "1.2", "1", "010.1.1.1", "4294967295", "255.255.255.255",
        "1.16777215", "1.2.65535", "::1", "[::1]", "::1%lo", "::ffff:1.2.3.4", "2001:DB8::1",
        "1:2:3:4:5:6:7:8", "::1%1"
      })
  void anAddressIsReadAsJavaReadsIt(String text) {
    assertThat(IpLiteral.of(text)).isEqualTo(InetAddress.ofLiteral(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "localhost",
        "256.1.1.1",
        "1.2.3.256",
        "4294967296",
        "1.16777216",
        "1.2.65536",
        "1.2.3.4.5",
        "1.2.3.4.",
        ".1.2.3",
        "1..2",
        "0x7f.1",
        "-1",
        "+1",
        "1.2.3.4 ",
        "0000000001.2.3.4",
        "٣.1.1.1",
        "::g",
        "g::1",
        "1:2:3:4:5:6:7:8:9",
        "[::1",
        "::1]",
        "[1.2.3.4]",
        "a:b",
        "host:80",
        "fe80::1%nosuchcard",
        "[[::1]]",
        ":",
        "1.2.3.4%lo",
        "[]",
        "[:]"
      })
  void anythingElseIsNone(String text) {
    assertThat(read(text)).isEqualTo("none").isEqualTo(readByJava(text));
  }

  @Property(tries = 2_000)
  void nothingIsReadOtherwise(
      @ForAll
          @Chars({'.', ':', '[', ']', '%', 'x', 'f'})
          @CharRange(from = '0', to = '9')
          @StringLength(max = 18)
          String text) {
    assertThat(read(text)).isEqualTo(readByJava(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "localhost", "LOCALHOST"})
  void loopbackIsThisMachineOnly(String host) {
    assertThat(IpLiteral.isLoopback(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0", "::", "192.168.1.2", "128.0.0.1", "localhost.example", "", "x"})
  void everythingElseIsBeyond(String host) {
    assertThat(IpLiteral.isLoopback(host)).isFalse();
  }

  private static String read(String text) {
    try {
      return IpLiteral.of(text).toString();
    } catch (IllegalArgumentException e) {
      return "none";
    }
  }

  private static String readByJava(String text) {
    try {
      return InetAddress.ofLiteral(text).toString();
    } catch (IllegalArgumentException e) {
      return "none";
    }
  }
}

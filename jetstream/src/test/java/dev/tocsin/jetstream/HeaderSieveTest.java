package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a server sends, before and after.
class HeaderSieveTest {

  private static final String DELIVERED = "HMSG log.e.a 7 $JS.ACK.log.c.1.2.3.4.0 ";

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// What comes out of it when it is given so many bytes at a time.
  private static byte[] sieved(byte[] sent, int atATime) throws IOException {
    HeaderSieve sieve = new HeaderSieve();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] some = new byte[3];
    for (int from = 0; from < sent.length; from += atATime) {
      byte[] part = Arrays.copyOfRange(sent, from, Math.min(sent.length, from + atATime));
      sieve.take(part, part.length);
      while (sieve.hasAny()) {
        out.write(some, 0, sieve.give(some, 0, some.length));
      }
    }
    return out.toByteArray();
  }

  /// A message with headers, as a server sends it.
  private static String message(String start, String headers, String body) {
    int head = bytes(headers).length;
    return start + head + " " + (head + bytes(body).length) + "\r\n" + headers + body + "\r\n";
  }

  private static void assertSieved(String sent, String read) throws IOException {
    for (int atATime : new int[] {1, 2, 7, 1 << 16}) {
      assertThat(new String(sieved(bytes(sent), atATime), StandardCharsets.UTF_8)).isEqualTo(read);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INFO {\"server_id\":\"ü\"}\r\nPING\r\n+OK\r\n-ERR 'no'\r\n",
        "MSG a 1 5\r\nHMSG \r\nPING\r\n",
        "MSG a 1 reply 0\r\n\r\nPONG\r\n",
        "MSG a 1 3\r\nü\n\r\n",
        "HMSG a 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n",
        "HMSG a 1 r 22 25\r\nNATS/1.0\r\nX: y\r\nZ:\r\n\r\nabc\r\nPING\r\n",
        "HMSG nonsense\r\nPING\r\n"
      })
  void whatCanBeReadGoesThrough(String sent) throws IOException {
    assertSieved(sent, sent);
  }

  static Stream<Arguments> unreadable() {
    return Stream.of(
        Arguments.of("NATS/1.0\r\nAuthor: Jürgen\r\nX: y\r\n\r\n", "Author: J??rgen\r\nX: y\r\n"),
        Arguments.of("NATS/1.0\r\nÄ: x\r\nX: y\r\n\r\n", "X: y\r\n"),
        Arguments.of("NATS/1.0\r\n: x\r\n\r\n", ""),
        Arguments.of("NATS/1.0\r\na b: x\r\n\r\n", ""),
        Arguments.of("NATS/1.0\r\nabc\r\nX: y\r\n\r\n", "X: y\r\n"),
        Arguments.of("NATS/1.0\r\nX: a\u0001b\r\n\r\n", "X: a?b\r\n"),
        Arguments.of("NATS/1.0\r\nX: a\nY: b\r\n\r\n", "X: a\r\nY: b\r\n"),
        Arguments.of("NATS/1.0\r\nX: a\r\r\n\r\n", "X: a?\r\n"),
        Arguments.of("NATS/1.0\r\nX: a", "X: a\r\n"),
        Arguments.of("NATS/1.0\r\nX: a\r\n", "X: a\r\n"),
        Arguments.of("NATS/1.0\r\n\r\nX: a\r\n\r\n", "X: a\r\n"),
        Arguments.of("NATS/1.0", ""),
        Arguments.of("NATS/2.0\r\nX: y\r\n\r\n", "X: y\r\n"),
        Arguments.of("X: y\r\nZ: z\r\n\r\n", "X: y\r\nZ: z\r\n"),
        Arguments.of("N", ""),
        Arguments.of("", ""),
        Arguments.of("\u0000\r\n\r\n", ""),
        Arguments.of("NATS/1.0 abc\r\nX: y\r\n\r\n", "X: y\r\n"),
        Arguments.of("NATS/1.0 40\r\n\r\n", ""),
        Arguments.of("NATS/1.0 404 \r\n\r\n", ""),
        Arguments.of("NATS/1.0 404x\r\n\r\n", ""));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void whatCannotBeReadIsMadeReadable(String headers, String read) throws IOException {
    assertSieved(
        message("HMSG a 1 ", headers, "body") + "PING\r\n",
        message("HMSG a 1 ", "NATS/1.0\r\n" + read + "\r\n", "body") + "PING\r\n");
  }

  @Test
  void theStatusOfAMessageOfAStreamIsNotTheServers() throws IOException {
    String status = "NATS/1.0 409 Consumer Deleted\r\n";
    assertSieved(
        message(DELIVERED, status + "X: y\r\n\r\n", "body"),
        message(DELIVERED, "NATS/1.0\r\nX: y\r\n\r\n", "body"));
    assertSieved(
        message("HMSG inbox 7 ", status + "Nats-Sequence: 8\r\n\r\n", "body"),
        message("HMSG inbox 7 ", "NATS/1.0\r\nNats-Sequence: 8\r\n\r\n", "body"));
  }

  @Test
  void theServersOwnStatusStays() throws IOException {
    for (String headers :
        new String[] {
          "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 5\r\n\r\n",
          "NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 3\r\n\r\n"
        }) {
      String sent = message("HMSG inbox 7 $JS.FC.log.c.x ", headers, "");
      assertSieved(sent, sent);
    }
  }

  /// Whatever it is, the sizes that are told are those of what follows.
  @Test
  void anyHeadersAreMadeReadable() throws IOException {
    Random random = new Random(7);
    String alphabet = "NATS/1.0 \r\n:x4ü\u0001";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder headers = new StringBuilder(random.nextBoolean() ? "NATS/1.0" : "");
      for (int length = random.nextInt(30); length > 0; length--) {
        headers.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String body = "b".repeat(random.nextInt(4));
      String sent = message(DELIVERED, headers.toString(), body) + "PING\r\n";

      String read = new String(sieved(bytes(sent), 1 + random.nextInt(40)), StandardCharsets.UTF_8);

      String[] words = read.substring(0, read.indexOf('\r')).split(" ", -1);
      int head = Integer.parseInt(words[4]);
      int begin = read.indexOf('\n') + 1;
      assertThat(read).startsWith(DELIVERED).endsWith(body + "\r\nPING\r\n");
      assertThat(Integer.parseInt(words[5])).isEqualTo(head + body.length());
      assertThat(read.substring(begin, begin + head))
          .matches("NATS/1\\.0\r\n([!-9;-~]+:[ -~\t]*\r\n)*\r\n");
      assertThat(read.length()).isEqualTo(begin + head + body.length() + 2 + 6);
    }
  }

  @Test
  void headersLargerThanAnyMessageAreAFailure() {
    byte[] sent = bytes(DELIVERED + (1 << 30) + " " + (1 << 30) + "\r\n");

    assertThatThrownBy(() -> new HeaderSieve().take(sent, sent.length))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger than any message");
  }

  @Test
  void aLineWithoutAnEndIsAFailure() {
    byte[] endless = new byte[(1 << 20) + 1];
    assertThatThrownBy(() -> new HeaderSieve().take(endless, endless.length))
        .isInstanceOf(IOException.class);
  }
}

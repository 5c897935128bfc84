package dev.tocsin.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BreaksTest {

  private static Stream<Arguments> breaks() {
    return Stream.of(
        Arguments.of(new IOException("closed output"), "the server has ended the connection"),
        Arguments.of(new IOException("Output closed"), "the server has ended the connection"),
        Arguments.of(new EOFException(), "the server has ended the connection"),
        Arguments.of(
            new EOFException("EOF reached while reading"), "the server has ended the connection"),
        Arguments.of(
            new IOException("HTTP/1.1 header parser received no bytes"),
            "the server has ended the connection"),
        Arguments.of(new SocketException("Connection reset"), "the connection was reset"),
        Arguments.of(new IOException("Broken pipe"), "the connection was reset"),
        Arguments.of(new IOException("Connection timed out"), "the network gave no answer in time"),
        Arguments.of(new SocketException("No route to host"), "the network does not reach it"),
        Arguments.of(new ClosedChannelException(), "the connection broke"),
        Arguments.of(new IOException("bad frame"), "the connection broke: bad frame"));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void whatJavaThrowsIsToldInWordsHoweverItIsWrapped(Throwable thrown, String words) {
    assertThat(Breaks.describe(thrown)).isEqualTo(words);
    assertThat(Breaks.describe(new CompletionException(new IOException(thrown)))).isEqualTo(words);
  }

  @Test
  void alsoWhereNoConnectionCameAbout() {
    ConnectFailedException failure =
        ConnectFailedException.of(
            URI.create("ws://h:1"),
            new CompletionException(new IOException("java.io.IOException: closed output")));

    assertThat(failure).hasMessage("cannot reach ws://h:1: the server has ended the connection");
  }
}

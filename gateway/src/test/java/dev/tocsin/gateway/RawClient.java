package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A client that speaks HTTP by hand, so that it can also speak it wrongly. Every read has a deadline.
final class RawClient implements AutoCloseable {

  static final int DEADLINE_MILLIS = 10_000;
  private static final int MAX_LINE = 64 * 1024;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    this.out = socket.getOutputStream();
  }

  static RawClient to(int port) {
    return to(port, 0);
  }

  /// A client whose kernel buffer for what it receives is small.
  ///
  /// @param receiveBytes 0 for the usual size
  static RawClient to(int port, int receiveBytes) {
    try {
      Socket socket = new Socket();
      if (receiveBytes > 0) {
        socket.setReceiveBufferSize(receiveBytes);
      }
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(DEADLINE_MILLIS);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), DEADLINE_MILLIS);
      return new RawClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A request with a `Host` and, where there is a body, its `Content-Length`.
  static String request(String method, String target, String body, String... headers) {
    StringBuilder request =
        new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    if (!body.isEmpty()) {
      int length = body.getBytes(StandardCharsets.UTF_8).length;
      request.append("Content-Length: ").append(length).append("\r\n");
    }
    return request.append("\r\n").append(body).toString();
  }

  static String get(String target, String... headers) {
    return request("GET", target, "", headers);
  }

  static String post(String target, String json) {
    return request("POST", target, json, "Content-Type: application/json");
  }

  static String chunk(String text) {
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    return Integer.toHexString(length) + "\r\n" + text + "\r\n";
  }

  RawClient send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawClient send(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends until it is done or the server no longer takes it; whether it was done.
  boolean trySend(byte[] bytes) {
    try {
      out.write(bytes);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Says that nothing more will be sent; can still receive.
  RawClient finishSending() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  HttpAnswer ask(String request) {
    return send(request).answer();
  }

  HttpAnswer answer() {
    return answer(false);
  }

  /// The answer to a HEAD request, which has no body whatever its headers say.
  HttpAnswer answerToHead() {
    return answer(true);
  }

  private HttpAnswer answer(boolean toHead) {
    try {
      String[] status = line().split(" ", 3);
      assertThat(status[0]).isEqualTo("HTTP/1.1");
      Map<String, String> headers = new TreeMap<>();
      for (String line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.merge(
            line.substring(0, colon).toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip(),
            (a, b) -> a + ", " + b);
      }
      int code = Integer.parseInt(status[1]);
      boolean empty = toHead || code < 200 || code == 204;
      int length = empty ? 0 : Integer.parseInt(headers.getOrDefault("content-length", "0"));
      return new HttpAnswer(code, headers, bytes(length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < MAX_LINE) {
      int b = readByte();
      if (b == '\n') {
        assertThat(line.charAt(line.length() - 1)).isEqualTo('\r');
        return line.substring(0, line.length() - 1);
      }
      line.append((char) b);
    }
    throw new IOException("an endless line");
  }

  int readByte() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the server closed the connection");
    }
    return b;
  }

  byte[] bytes(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the server closed the connection after " + bytes.length + " bytes");
    }
    return bytes;
  }

  /// Whether nothing arrives for a moment. For what must not happen.
  boolean isSilentFor(int millis) throws IOException {
    socket.setSoTimeout(millis);
    in.mark(1);
    try {
      in.read();
      in.reset();
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } finally {
      socket.setSoTimeout(DEADLINE_MILLIS);
    }
  }

  /// Waits for the server's end of the connection; whether it came, rather than more bytes.
  boolean isClosed() {
    try {
      return in.read() < 0;
    } catch (SocketException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Waits for an answer; whether there was one, rather than the end of the connection.
  boolean isAnswered() {
    try {
      return answer().status() > 0;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /// Everything until the end of the connection.
  String rest() {
    try {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.tocsin.client;

import dev.tocsin.events.EventCatalog;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/// A WebSocket server for one connection after another, whose every frame the test decides: what
/// the real one does is tested with the real one.
final class TinyWebSocketServer implements AutoCloseable {

  private static final String PING = "<ping>";
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final ServerSocket socket;

  TinyWebSocketServer() throws IOException {
    this(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
  }

  /// On a socket of the test's, for instance one that speaks TLS.
  TinyWebSocketServer(ServerSocket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(10_000);
  }

  URI uri() {
    return URI.create("ws://127.0.0.1:" + socket.getLocalPort());
  }

  /// A client's options for this server: it comes back within milliseconds.
  ClientOptions options(Duration silenceLimit) {
    return options(silenceLimit, RandomGenerator.getDefault());
  }

  /// The same, with delays that are drawn by `random`.
  ClientOptions options(Duration silenceLimit, RandomGenerator random) {
    return new ClientOptions(
        uri(),
        List.of(),
        Duration.ofMillis(1),
        Duration.ofMillis(10),
        silenceLimit,
        random,
        EventCatalog.builtIn(),
        null,
        null,
        null,
        null,
        Outbox.STANDARD,
        null,
        null,
        null,
        null);
  }

  /// Waits for a connection and upgrades it.
  Peer accept() throws IOException {
    Request request = request();
    request.answer(
        "101 Switching Protocols",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + accept(request.key)
            + "\r\n",
        "");
    return new Peer(request);
  }

  /// Waits for a connection and refuses it.
  void refuse(String status, String body) throws IOException {
    refuse(status, "application/problem+json", body);
  }

  /// The same with a body of another type, as a proxy does it.
  void refuse(String status, String contentType, String body) throws IOException {
    refuse(status, contentType, "Location: /maintenance\r\n", body);
  }

  /// The same with further headers.
  void refuse(String status, String contentType, String headers, String body) throws IOException {
    Request request = request();
    request.answer(
        status,
        headers + "Content-Type: " + contentType + "\r\nContent-Length: " + body.length() + "\r\n",
        body);
    request.socket.close();
  }

  private Request request() throws IOException {
    return new Request(socket.accept());
  }

  private static String accept(String key) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static final class Request {

    final Socket socket;
    final DataInputStream in;
    final OutputStream out;
    final String target;
    String key = "";
    String host = "";
    String authorization = "";

    @SuppressWarnings("deprecation") // readLine is right for a head in ASCII
    Request(Socket socket) throws IOException {
      this.socket = socket;
      socket.setSoTimeout(10_000);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      out = socket.getOutputStream();
      target = in.readLine().split(" ", -1)[1];
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:")) {
          key = line.substring(line.indexOf(':') + 1).trim();
        } else if (line.toLowerCase(Locale.ROOT).startsWith("host:")) {
          host = line.substring(line.indexOf(':') + 1).trim();
        } else if (line.toLowerCase(Locale.ROOT).startsWith("authorization:")) {
          authorization = line.substring(line.indexOf(':') + 1).trim();
        }
      }
    }

    void answer(String status, String headers, String body) throws IOException {
      out.write(
          ("HTTP/1.1 " + status + "\r\n" + headers + "\r\n" + body)
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
  }

  /// The server's end of one connection.
  static final class Peer {

    private final Request request;

    private Peer(Request request) {
      this.request = request;
    }

    /// What the request said as `Host`.
    String host() {
      return request.host;
    }

    /// What the request said as `Authorization`.
    String authorization() {
      return request.authorization;
    }

    /// Path and query of the upgrade request.
    String target() {
      return request.target;
    }

    void established(String epoch, long sequence) throws IOException {
      send(
          """
          {"type":"connection.established","payload":{"connection_id":"c1",\
          "timestamp":"2026-01-09T12:00:00Z","epoch":"%s","sequence":%d},\
          "timestamp":"2026-01-09T12:00:00Z"}\
          """
              .formatted(epoch, sequence));
    }

    void resumed(long since, long sequence) throws IOException {
      send(
          "{\"action\":\"resumed\",\"since\":%d,\"sequence\":%d,\"complete\":true}"
              .formatted(since, sequence));
    }

    void resumedInPart(long since, String reason, long firstAvailable) throws IOException {
      send(
          """
          {"action":"resumed","since":%d,"sequence":99,"complete":false,"reason":"%s",\
          "first_available":%d}\
          """
              .formatted(since, reason, firstAvailable));
    }

    void event(long sequence, long previous) throws IOException {
      send(
          """
          {"type":"camera.enabled","payload":{"camera_id":"c","enabled_at":"2026-01-09T12:00:00Z"},\
          "timestamp":"2026-01-09T12:00:00Z","channel":"cameras","sequence":%d,"previous":%d}\
          """
              .formatted(sequence, previous));
    }

    /// A longer event, for tasks: what goes wrong is unchecked.
    void event(long sequence, long previous, String cameraId) {
      try {
        send(
            """
            {"type":"camera.enabled","payload":{"camera_id":"%s","enabled_at":"2026-01-09T12:00:00Z"},\
            "timestamp":"2026-01-09T12:00:00Z","channel":"cameras","sequence":%d,"previous":%d}\
            """
                .formatted(cameraId, sequence, previous));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void refused(String id, String code, String message) throws IOException {
      send(
          """
          {"type":"error","payload":{"error":"%s","message":"%s"},\
          "timestamp":"2026-01-09T12:00:00Z","id":"%s"}\
          """
              .formatted(code, message, id));
    }

    void send(String text) throws IOException {
      frame(0x81, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a text in two frames.
    void sendInParts(String first, String second) throws IOException {
      frame(0x01, first.getBytes(StandardCharsets.UTF_8));
      frame(0x80, second.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends a close frame and ends the connection.
    void close(int code, String reason) throws IOException {
      byte[] text = reason.getBytes(StandardCharsets.UTF_8);
      frame(0x88, ByteBuffer.allocate(2 + text.length).putShort((short) code).put(text).array());
      // Until the client has closed as well, so that no reset overtakes our frame.
      request.in.transferTo(OutputStream.nullOutputStream());
      request.socket.close();
    }

    /// Ends the connection without a word.
    void vanish() throws IOException {
      request.socket.close();
    }

    private void frame(int head, byte[] data) throws IOException {
      ByteBuffer frame = ByteBuffer.allocate(data.length + 4);
      frame.put((byte) head);
      if (data.length < 126) {
        frame.put((byte) data.length);
      } else {
        frame.put((byte) 126).putShort((short) data.length);
      }
      frame.put(data);
      request.out.write(frame.array(), 0, frame.position());
      request.out.flush();
    }

    /// The next text of the client; the close code in angle brackets when it closes. Pings are
    /// passed over.
    String receive() throws IOException {
      String frame = receiveFrame();
      while (frame.equals(PING)) {
        frame = receiveFrame();
      }
      return frame;
    }

    private String receiveFrame() throws IOException {
      int opcode = request.in.readUnsignedByte() & 0x0F;
      int length = request.in.readUnsignedByte() & 0x7F;
      if (length == 126) {
        length = request.in.readUnsignedShort();
      }
      byte[] mask = request.in.readNBytes(4);
      byte[] data = request.in.readNBytes(length);
      for (int i = 0; i < data.length; i++) {
        data[i] ^= mask[i % 4];
      }
      return switch (opcode) {
        case 8 -> "<" + ByteBuffer.wrap(data).getShort() + ">";
        case 9 -> PING;
        default -> new String(data, StandardCharsets.UTF_8);
      };
    }
  }
}

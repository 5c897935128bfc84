package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A client that speaks RFC 6455 by hand, so that it can also break it.
final class RawWebSocket implements AutoCloseable {

  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};

  private final RawClient client;
  private JsonNode established;

  private RawWebSocket(RawClient client) {
    this.client = client;
  }

  static String handshake(String target, String... headers) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: " + KEY));
    all.addAll(List.of(headers));
    return RawClient.get(target, all.toArray(String[]::new));
  }

  /// Shakes hands and takes `connection.established`.
  static RawWebSocket open(int port, String query) {
    return open(RawClient.to(port), query);
  }

  static RawWebSocket open(RawClient client, String query) {
    client.send(handshake("/ws/events" + query));
    return opened(client);
  }

  /// The handshake has been sent: takes its answer.
  static RawWebSocket opened(RawClient client) {
    HttpAnswer answer = client.answer();
    assertThat(answer.status()).as(answer::toString).isEqualTo(101);
    assertThat(answer.header("upgrade")).isEqualToIgnoringCase("websocket");
    assertThat(answer.header("connection")).isEqualToIgnoringCase("upgrade");
    assertThat(answer.header("sec-websocket-accept")).isEqualTo(ACCEPT);
    RawWebSocket socket = new RawWebSocket(client);
    socket.established = socket.message();
    assertThat(socket.established.path("type").asString()).isEqualTo("connection.established");
    return socket;
  }

  /// A client that has shaken hands and is told nothing at first.
  static RawWebSocket of(RawClient client) {
    return new RawWebSocket(client);
  }

  JsonNode established() {
    return established;
  }

  /// The position that the connection began with.
  long position() {
    return established.path("payload").path("sequence").asLong();
  }

  /// The bytes of a masked frame.
  static byte[] frame(int first, byte[] payload) {
    return frame(first, payload, true);
  }

  static byte[] frame(int first, byte[] payload, boolean masked) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    int flag = masked ? 0x80 : 0;
    if (payload.length < 126) {
      out.write(flag | payload.length);
    } else if (payload.length < 65_536) {
      out.write(flag | 126);
      out.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
    } else {
      out.write(flag | 127);
      out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
    }
    if (masked) {
      out.writeBytes(MASK);
    }
    for (int i = 0; i < payload.length; i++) {
      out.write(masked ? payload[i] ^ MASK[i % 4] : payload[i]);
    }
    return out.toByteArray();
  }

  static byte[] textFrame(String text) {
    return frame(Frame.TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  RawWebSocket say(String text) {
    return send(textFrame(text));
  }

  RawWebSocket send(int first, byte[] payload) {
    return send(frame(first, payload));
  }

  RawWebSocket send(byte[] bytes) {
    client.send(bytes);
    return this;
  }

  Frame frame() {
    try {
      int first = client.readByte();
      int second = client.readByte();
      assertThat(second & 0x80).as("masked").isZero();
      long length = second;
      if (second == 126) {
        length = ByteBuffer.wrap(client.bytes(2)).getShort() & 0xFFFF;
      } else if (second == 127) {
        length = ByteBuffer.wrap(client.bytes(8)).getLong();
      }
      return new Frame(first, client.bytes(Math.toIntExact(length)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The next frame, which has to be a text message.
  JsonNode message() {
    Frame frame = frame();
    assertThat(frame.first()).as(frame::toString).isEqualTo(Frame.TEXT);
    return frame.json();
  }

  JsonNode ask(String text) {
    return say(text).message();
  }

  /// Subscribes and takes the answer.
  JsonNode subscribe(String... patterns) {
    JsonNode answer =
        ask("{\"action\":\"subscribe\",\"events\":[\"" + String.join("\",\"", patterns) + "\"]}");
    assertThat(answer.path("action").asString()).as(answer.toString()).isEqualTo("subscribed");
    return answer;
  }

  /// Reads until the close frame.
  Frame closeFrame() {
    Frame frame = frame();
    while (frame.first() != Frame.CLOSE) {
      frame = frame();
    }
    return frame;
  }

  /// All frames until the end of the connection.
  List<Frame> rest() {
    List<Frame> frames = new ArrayList<>();
    try {
      while (true) {
        frames.add(frame());
      }
    } catch (UncheckedIOException e) {
      boolean ended =
          e.getCause() instanceof EOFException || e.getCause() instanceof SocketException;
      assertThat(ended).as(e.toString()).isTrue();
      return frames;
    }
  }

  RawClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
  }
}

package dev.tocsin.bridges.out.mqtt;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// A broker of MQTT 5 that answers each message as a test wants it.
final class MoodyBroker implements AutoCloseable {

  /// What it may answer to a message, its packet identifier in the middle.
  record Mood(String before, String after) {}

  static final Mood TAKEN = new Mood("4002", "");
  static final Mood REFUSED = new Mood("4004", "8700");
  static final Mood QUOTA = new Mood("4004", "9700");
  static final Mood SILENT = new Mood("silent", "");
  static final Mood CLOSE = new Mood("close", "");

  private static final String ACCEPTED = "2003000000";

  /// By the topic of a message.
  volatile Function<String, Mood> rule;

  /// @param mood of the answer
  private record Heard(String topic, boolean isRetained, Mood mood) {}

  private final ServerSocket server;
  private final List<Heard> heard = new ArrayList<>();
  private int connections;

  MoodyBroker(Function<String, Mood> rule) throws IOException {
    this.rule = rule;
    this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  private void accept() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        synchronized (heard) {
          connections++;
        }
        serve(socket);
      } catch (IOException e) {
        // The other side, or the test, has ended it.
      }
    }
  }

  private void serve(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    OutputStream out = socket.getOutputStream();
    for (int first = in.read(); first >= 0; first = in.read()) {
      byte[] packet = new byte[length(in)];
      in.readFully(packet);
      switch (first >>> 4) {
        case 1 -> out.write(HexFormat.of().parseHex(ACCEPTED));
        case 3 -> {
          if (!take((first & 1) != 0, packet, out)) {
            return;
          }
        }
        case 12 -> out.write(HexFormat.of().parseHex("d000"));
        case 14 -> {
          return;
        }
        default -> {}
      }
    }
  }

  /// Whether the connection goes on.
  private boolean take(boolean isRetained, byte[] packet, OutputStream out) throws IOException {
    int topicBytes = ByteBuffer.wrap(packet).getShort() & 0xFFFF;
    String topic = new String(packet, 2, topicBytes, StandardCharsets.UTF_8);
    Mood mood = rule.apply(topic);
    synchronized (heard) {
      heard.add(new Heard(topic, isRetained, mood));
    }
    if (!mood.equals(CLOSE) && !mood.equals(SILENT)) {
      String id = HexFormat.of().formatHex(packet, topicBytes + 2, topicBytes + 4);
      out.write(HexFormat.of().parseHex(mood.before() + id + mood.after()));
    }
    return !mood.equals(CLOSE);
  }

  private static int length(DataInputStream in) throws IOException {
    int length = 0;
    for (int shift = 0; ; shift += 7) {
      int digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      if (digit < 0x80) {
        return length;
      }
    }
  }

  int port() {
    return server.getLocalPort();
  }

  int connections() {
    synchronized (heard) {
      return connections;
    }
  }

  private List<String> topics(Predicate<Heard> which) {
    synchronized (heard) {
      return heard.stream().filter(which).map(Heard::topic).toList();
    }
  }

  /// What came, in that order.
  List<String> topics(String beginning) {
    return topics(one -> one.topic().startsWith(beginning));
  }

  /// What came and was acknowledged.
  List<String> taken(String beginning) {
    return topics(one -> one.topic().startsWith(beginning) && one.mood().equals(TAKEN));
  }

  List<String> retained() {
    return topics(Heard::isRetained);
  }

  List<String> unretained() {
    return topics(one -> !one.isRetained());
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

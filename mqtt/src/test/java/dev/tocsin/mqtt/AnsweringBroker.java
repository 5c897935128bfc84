package dev.tocsin.mqtt;

import java.io.DataInputStream;
import java.io.EOFException;
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

/// A broker of MQTT 5 that answers each message at QoS 1 with what a test has written down for it.
final class AnsweringBroker implements AutoCloseable {

  /// The word for ending the connection.
  static final String CLOSE = "close";

  private final ServerSocket server;
  private final List<String> topics = new ArrayList<>();
  private final List<String> contents = new ArrayList<>();

  /// What is said when a message comes.
  @FunctionalInterface
  interface Rule {
    /// Says what is answered.
    ///
    /// @param id the packet identifier, as four hexadecimal digits
    /// @param number of the message, from 0
    /// @return packets in hexadecimal digits; none where that is empty
    String answer(String id, int number);
  }

  /// @param accepted its CONNACK, in hexadecimal digits
  AnsweringBroker(String accepted, Rule rule) throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = server.accept()) {
            serve(socket, accepted, rule);
          } catch (IOException e) {
            // The test is over.
          }
        });
  }

  private void serve(Socket socket, String accepted, Rule rule) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    OutputStream out = socket.getOutputStream();
    while (true) {
      int first = in.read();
      if (first < 0) {
        throw new EOFException();
      }
      byte[] packet = new byte[length(in)];
      in.readFully(packet);
      if (first >>> 4 == 1) {
        out.write(HexFormat.of().parseHex(accepted));
      } else if (first >>> 4 == 3) {
        int topic = ByteBuffer.wrap(packet).getShort() & 0xFFFF;
        int number;
        synchronized (topics) {
          String flags = (first & 1) == 0 ? "" : " retained";
          topics.add(new String(packet, 2, topic, StandardCharsets.UTF_8) + flags);
          contents.add(HexFormat.of().formatHex(packet, topic + 4, packet.length));
          number = topics.size() - 1;
        }
        String answer = rule.answer(HexFormat.of().formatHex(packet, topic + 2, topic + 4), number);
        if (answer.equals(CLOSE)) {
          return;
        }
        out.write(HexFormat.of().parseHex(answer));
      }
    }
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

  /// The topics of what came, in that order.
  List<String> topics() {
    synchronized (topics) {
      return List.copyOf(topics);
    }
  }

  /// Properties and payloads of what came, in that order, as hexadecimal digits.
  List<String> contents() {
    synchronized (topics) {
      return List.copyOf(contents);
    }
  }

  MqttConnection connect() throws IOException {
    return MqttConnection.open(
        new MqttOptions(
            new MqttAddress("127.0.0.1", server.getLocalPort(), false),
            null,
            MqttVersion.V5,
            "me",
            null,
            null,
            60,
            true,
            0,
            10,
            100,
            null));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

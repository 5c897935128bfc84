package dev.tocsin.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;

/// A broker that says what a test has written down, whatever it hears.
final class ScriptedBroker implements AutoCloseable {

  /// CONNACK of 3.1.1: accepted, no session.
  static final String ACCEPTED = "20020000";

  private final ServerSocket server;
  private final ByteArrayOutputStream heard = new ByteArrayOutputStream();

  /// @param packets what it says at once, in hexadecimal digits
  /// @param closes whether it ends the connection then
  ScriptedBroker(boolean closes, String... packets) throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = server.accept()) {
            socket.getOutputStream().write(HexFormat.of().parseHex(String.join("", packets)));
            if (!closes) {
              hear(socket.getInputStream());
            }
          } catch (IOException e) {
            // The test is over.
          }
        });
  }

  private void hear(InputStream in) throws IOException {
    for (int b = in.read(); b >= 0; b = in.read()) {
      synchronized (heard) {
        heard.write(b);
        heard.notifyAll();
      }
    }
  }

  /// Waits until something was heard.
  ///
  /// @param packet in hexadecimal digits
  void awaitHeard(String packet) throws InterruptedException {
    synchronized (heard) {
      while (!HexFormat.of().formatHex(heard.toByteArray()).contains(packet)) {
        heard.wait();
      }
    }
  }

  MqttOptions options(MqttVersion version, int keepAliveSeconds) {
    return new MqttOptions(
        new MqttAddress("127.0.0.1", server.getLocalPort(), false),
        null,
        version,
        "me",
        null,
        null,
        keepAliveSeconds,
        false,
        60,
        10,
        100,
        null);
  }

  MqttConnection connect() throws IOException {
    return MqttConnection.open(options(MqttVersion.V3_1_1, 60));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

package dev.tocsin.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A blocking connection of the producer.
///
/// @param in what comes from the server
record Wire(Socket socket, InputStream in) implements AutoCloseable {

  private static final int CONNECT_MILLIS = 10_000;
  private static final int ANSWER_MILLIS = 10_000;

  static Wire open(LoadPlan plan) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(ANSWER_MILLIS);
      socket.connect(new InetSocketAddress(plan.host(), plan.port()), CONNECT_MILLIS);
      Socket ready = plan.entrance().around(socket, plan.host(), plan.port());
      return new Wire(ready, ready.getInputStream());
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /// From now on a read waits for as long as it takes.
  void waitForever() throws IOException {
    socket.setSoTimeout(0);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // it is gone either way
    }
  }
}

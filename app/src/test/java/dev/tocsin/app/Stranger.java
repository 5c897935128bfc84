package dev.tocsin.app;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Something that answers and is no Tocsin: another program that has the port, or a proxy.
final class Stranger implements AutoCloseable {

  private final HttpServer server;
  private final AtomicInteger asked = new AtomicInteger();

  /// @param body empty for none
  record Said(int status, String body) {}

  /// It says the same to everybody.
  Stranger(int status, String body) throws IOException {
    this(List.of(new Said(status, body)));
  }

  /// @param said one after the other, and the last one from then on
  Stranger(List<Said> said) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Said now = said.get(Math.min(asked.getAndIncrement(), said.size() - 1));
          byte[] bytes = now.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(now.status(), bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /// How many requests came.
  int asked() {
    return asked.get();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}

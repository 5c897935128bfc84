package example;

import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.server.TocsinServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A hub with a log on disk and a client of it, in one program.
public final class Watch {

  private Watch() {}

  public static void main(String[] args) throws Exception {
    try (TocsinServer server = TocsinServer.builder().port(0).onDisk(Path.of(args[0])).start()) {
      System.out.println("heard " + publishAndHear(server.uri()));
    }
  }

  static String publishAndHear(URI hub) throws Exception {
    try (TocsinClient client = new TocsinClient(ClientOptions.of(hub))) {
      CompletableFuture<String> first = new CompletableFuture<>();
      client.on(AlertDeletedPayload.class, (alert, event) -> first.complete(alert.id()));
      client.connect().join();
      client.publish(new AlertDeletedPayload("a-17", "duplicate")).join();
      return first.get(30, TimeUnit.SECONDS);
    }
  }
}

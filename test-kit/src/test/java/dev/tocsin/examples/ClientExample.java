package dev.tocsin.examples;

// @start region="example"
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

class ClientExample {
  public static void main(String[] args) {
    URI hub = URI.create(args.length > 0 ? args[0] : "http://127.0.0.1:8080");
    try (TocsinClient client = new TocsinClient(ClientOptions.of(hub))) {
      CompletableFuture<String> first = new CompletableFuture<>();
      client.on(AlertDeletedPayload.class, (alert, event) -> first.complete(alert.id()));
      client.connect().join();

      client.publish(new AlertDeletedPayload("a-17", "duplicate")).join();
      System.out.println(first.join() + " is gone");
    }
  }
}
// @end

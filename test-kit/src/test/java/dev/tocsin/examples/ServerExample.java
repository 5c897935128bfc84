package dev.tocsin.examples;

// @start region="example"
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.server.TocsinServer;
import java.util.concurrent.CompletableFuture;

class ServerExample {
  public static void main(String[] args) {
    try (TocsinServer server = TocsinServer.builder().port(0).start()) {
      System.out.println("listening on " + server.url());

      CompletableFuture<String> first = new CompletableFuture<>();
      server.follow(AlertDeletedPayload.class, (alert, event) -> first.complete(alert.id()));
      server.publish(new AlertDeletedPayload("a-17", "duplicate")).join();
      System.out.println(first.join() + " is gone");
    }
  }
}
// @end

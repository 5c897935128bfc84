import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// An application that publishes, and has no code for what may go wrong meanwhile.
///
/// Publisher.java URL COUNT: prints what came of each event, a line each.
final class Publisher {

  private Publisher() {}

  public static void main(String[] args) throws Exception {
    ClientOptions options =
        ClientOptions.of(URI.create(args[0]))
            .withDelays(Duration.ofMillis(50), Duration.ofMillis(300));
    try (TocsinClient client = new TocsinClient(options)) {
      client.connectPatiently().join();
      List<CompletableFuture<PublishOutcome>> outcomes = new ArrayList<>();
      for (int i = 1; i <= Integer.parseInt(args[1]); i++) {
        outcomes.add(client.publish(new AlertDeletedPayload("a-" + i, null)));
        Thread.sleep(20);
      }
      for (CompletableFuture<PublishOutcome> outcome : outcomes) {
        System.out.println(
            outcome.join() instanceof PublishOutcome.Published(long sequence)
                ? sequence
                : outcome.join());
      }
    }
  }
}

package example;

import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.spring.TocsinListener;
import dev.tocsin.spring.TocsinTemplate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/// An application with a hub of its own, which hears what it publishes.
@SpringBootApplication
public class Application {

  private final CompletableFuture<String> first = new CompletableFuture<>();

  @TocsinListener("alert.*")
  void onAlert(AlertDeletedPayload alert) {
    first.complete(alert.id());
  }

  public static void main(String[] args) throws Exception {
    try (ConfigurableApplicationContext context =
        SpringApplication.run(
            Application.class, "--tocsin.server.enabled=true", "--tocsin.server.port=0")) {
      context.getBean(TocsinTemplate.class).send(new AlertDeletedPayload("a-17", "a false alarm"));
      System.out.println(
          "heard " + context.getBean(Application.class).first.get(30, TimeUnit.SECONDS));
    }
  }
}

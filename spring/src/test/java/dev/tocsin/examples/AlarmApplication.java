package dev.tocsin.examples;

// @start region="example"
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.spring.TocsinListener;
import dev.tocsin.spring.TocsinTemplate;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

@EnableAutoConfiguration
class AlarmApplication {
  public static void main(String[] args) {
    SpringApplication.run(
        AlarmApplication.class, args); // --tocsin.client.url=http://127.0.0.1:8080
  }

  @TocsinListener("alert.*")
  void onAlert(AlertDeletedPayload alert) {
    System.out.println(alert.id() + " is gone");
  }

  @Bean
  CommandLineRunner dismiss(TocsinTemplate tocsin) {
    return args -> tocsin.send(new AlertDeletedPayload("a-17", "a false alarm"));
  }
}
// @end

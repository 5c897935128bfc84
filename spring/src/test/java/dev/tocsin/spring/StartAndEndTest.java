package dev.tocsin.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.server.TocsinServer;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.support.SpringFactoriesLoader;

/// Applications that begin and end with events under way, or that cannot begin.
@Timeout(120)
class StartAndEndTest {

  private static final BlockingQueue<String> CAME = new LinkedBlockingQueue<>();

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  TocsinAutoConfiguration.class, TocsinServerAutoConfiguration.class));

  private final ApplicationContextRunner withHub =
      runner.withPropertyValues("tocsin.server.enabled=true", "tocsin.server.port=0");

  @BeforeEach
  void nothingCame() {
    CAME.clear();
  }

  private static String next() throws InterruptedException {
    return CAME.poll(30, TimeUnit.SECONDS);
  }

  private static AlertDeletedPayload alert(String id) {
    return new AlertDeletedPayload(id, null);
  }

  /// Publishes while it is made.
  static class Eager {
    final List<CompletableFuture<PublishOutcome>> outcomes;

    Eager(TocsinTemplate template) {
      outcomes = IntStream.range(0, 10).mapToObj(i -> template.publish(alert("a" + i))).toList();
    }
  }

  static class Listener {
    @TocsinListener
    void on(AlertDeletedPayload alert) {
      CAME.add(alert.id());
    }
  }

  @Test
  void whatABeanPublishesWhileItIsMadeIsInTheLogInItsOrder() {
    withHub
        .withBean(Eager.class)
        .run(context -> {
          for (int i = 0; i < 10; i++) {
            assertThat(context.getBean(Eager.class).outcomes.get(i).get(30, TimeUnit.SECONDS))
                .isEqualTo(new PublishOutcome.Published(i + 1));
          }
        });
  }

  @Test
  void whatWaitsForTheStartIsBounded() {
    ClientStart start = new ClientStart();
    for (int i = 0; i < ClientStart.MAX_WAITING; i++) {
      assertThat(start.publish(CompletableFuture::new)).isNotDone();
    }

    assertThat(start.publish(CompletableFuture::new).join())
        .isEqualTo(new PublishOutcome.OutboxFull(ClientStart.MAX_WAITING, 0));
  }

  /// Waits for an answer while it is made.
  static class Impatient {
    Impatient(TocsinTemplate template) {
      assertThatThrownBy(() -> template.send(alert("a")))
          .isInstanceOf(TocsinPublishException.class)
          .hasMessageContaining("ApplicationRunner");
      CAME.add("refused");
    }
  }

  @Test
  void aSendBeforeTheStartIsRefusedAtOnce() {
    withHub
        .withBean(Impatient.class)
        .run(context -> {
          assertThat(next()).isEqualTo("refused");
          assertThat(context.getBean(TocsinServer.class).hub().log().state().newest()).isZero();
        });
  }

  /// A listener that takes its time, and has to be closed after it.
  static class Slow implements DisposableBean {
    final CountDownLatch goOn = new CountDownLatch(1);

    @TocsinListener
    void on(AlertDeletedPayload alert) throws InterruptedException {
      CAME.add("begins " + alert.id());
      goOn.await(30, TimeUnit.SECONDS);
      CAME.add("ends " + alert.id());
    }

    @Override
    public void destroy() {
      CAME.add("closed");
    }
  }

  @Test
  void aListenerIsWaitedForBeforeBeansGoAndNoOtherBegins() throws Exception {
    withHub
        .withBean(Slow.class)
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a"));
          context.getBean(TocsinServer.class).publish(alert("b")).join();
          assertThat(next()).isEqualTo("begins a");
          Slow slow = context.getBean(Slow.class);
          TocsinClient client = context.getBean(TocsinClient.class);
          Thread.ofVirtual()
              .start(() -> {
                awaitClosed(client);
                slow.goOn.countDown();
              });
        });

    assertThat(next()).isEqualTo("ends a");
    assertThat(next()).isEqualTo("closed");
    assertThat(CAME).isEmpty();
  }

  /// Once it is, nothing is sent any more.
  private static void awaitClosed(TocsinClient client) {
    while (!(client.publish(alert("x")).join() instanceof PublishOutcome.NotSent)) {
      Thread.onSpinWait();
    }
  }

  static class Heard<R extends Record> {
    @TocsinListener
    void on(R payload) {
      CAME.add(payload.toString());
    }
  }

  static class HeardAlerts extends Heard<AlertDeletedPayload> {}

  @Test
  void whatASuperclassLeavesOpenTheBeanSays() {
    withHub
        .withBean(HeardAlerts.class)
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a"));
          assertThat(next()).contains("id=a");
        });
  }

  @Retention(RetentionPolicy.RUNTIME)
  @TocsinListener("alert.*")
  @interface OnAlert {}

  static class Composed {
    @OnAlert
    void on(AlertDeletedPayload alert) {
      CAME.add(alert.id());
    }
  }

  @Test
  void anAnnotationOfTheApplicationsMayStandForIt() {
    withHub
        .withBean(Composed.class)
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a"));
          assertThat(next()).isEqualTo("a");
        });
  }

  static class Later {
    @TocsinListener
    CompletableFuture<Void> on(AlertDeletedPayload alert) {
      CAME.add(alert.id());
      return CompletableFuture.failedFuture(new IllegalStateException("later"));
    }
  }

  @Test
  void aFutureThatFailsIsAFailureOfItsListener() {
    withHub
        .withBean(Later.class)
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a"));
          assertThat(next()).isEqualTo("a");
          ClientFigures figures = context.getBean(ClientFigures.class);
          long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
          while (figures.failureCount() == 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
          }
          assertThat(figures.failureCount()).isEqualTo(1);
        });
  }

  @Test
  void anEmptyKeyIsNone() {
    withHub
        .withBean(Listener.class)
        .withPropertyValues("tocsin.client.key=")
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a"));
          assertThat(next()).isEqualTo("a");
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tocsin.client.url=foo | tocsin.client.url: \"foo\" is no address",
        "tocsin.client.first-delay=0s | first-delay or longest-delay: not a positive",
        "tocsin.client.longest-delay=1000000d | longer than a year",
        "tocsin.client.timeout=0s | tocsin.client.timeout: not a positive",
        "tocsin.client.authorities=/nowhere.pem | tocsin.client.authorities: ",
        "tocsin.server.host=0.0.0.0 | at 0.0.0.0 others than this machine",
        "tocsin.server.retain=0 | a log keeps 1 byte at least",
        "tocsin.server.keys=/etc/passwd | /etc/passwd",
        "tocsin.server.allowed-origins=foo | is not an origin",
      })
  void aWrongSettingIsASentenceAndARemedy(String property, String sentence) {
    withHub
        .withPropertyValues(property)
        .run(context -> {
          assertThat(context).hasFailed();
          FailureAnalysis analysis = analysis(context.getStartupFailure());
          assertThat(analysis.getDescription()).contains(sentence).doesNotContain("--");
          assertThat(analysis.getAction()).contains("tocsin.");
        });
  }

  private static FailureAnalysis analysis(Throwable failure) {
    return SpringFactoriesLoader.forDefaultResourceLocation()
        .load(FailureAnalyzer.class, (type, name, unmade) -> {}) // some take parameters
        .stream()
        .filter(analyzer -> analyzer instanceof WrongSettingAnalyzer)
        .map(analyzer -> analyzer.analyze(failure))
        .findFirst()
        .orElseThrow();
  }
}

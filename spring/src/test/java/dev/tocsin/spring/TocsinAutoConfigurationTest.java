package dev.tocsin.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.Beginning;
import dev.tocsin.client.ClientListener;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.Position;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.TocsinClient;
import dev.tocsin.events.Doc;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadSchema;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.payload.alert.AlertDeletedPayload;
import dev.tocsin.fixtures.FreePorts;
import dev.tocsin.http.Transport;
import dev.tocsin.server.TocsinServer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;

/// Applications with the starter, and real hubs.
class TocsinAutoConfigurationTest {

  private static final BlockingQueue<String> CAME = new LinkedBlockingQueue<>();

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  TocsinAutoConfiguration.class,
                  TocsinServerAutoConfiguration.class,
                  TocsinHealthAutoConfiguration.class,
                  TocsinMetricsAutoConfiguration.class));

  private final ApplicationContextRunner withHub =
      runner.withPropertyValues("tocsin.server.enabled=true", "tocsin.server.port=0");

  TocsinAutoConfigurationTest() {
    CAME.clear();
  }

  private static String next() throws InterruptedException {
    return CAME.poll(30, TimeUnit.SECONDS);
  }

  private static AlertDeletedPayload alert(String id) {
    return new AlertDeletedPayload(id, null);
  }

  private static WebSocketEvent cameraOffline() {
    return EventCatalog.builtIn()
        .createEvent(
            "camera.offline",
            "{\"camera_id\":\"c\",\"camera_name\":\"C\",\"timestamp\":\"2026-01-01T00:00:00Z\"}");
  }

  /// An application that listens.
  @Configuration(proxyBeanMethods = false)
  static class Listening {

    @TocsinListener
    void throwing(AlertDeletedPayload alert) {
      throw new IllegalStateException("broken listener of " + alert.id());
    }

    @TocsinListener("alert.*")
    void typed(AlertDeletedPayload alert, WebSocketEvent event) {
      CAME.add("typed " + alert.id() + " " + event.sequence());
    }

    @TocsinListener({"alert.dismissed", "camera.*"})
    void any(WebSocketEvent event) {
      CAME.add("any " + event.type());
    }
  }

  @Test
  void listenersOfAnApplicationGetWhatItsTemplatePublishes() {
    withHub
        .withUserConfiguration(Listening.class)
        .run(context -> {
          TocsinTemplate template = context.getBean(TocsinTemplate.class);

          assertThat(template.send(alert("a-1"))).isEqualTo(1);
          assertThat(next()).isEqualTo("typed a-1 1");
          assertThat(template.publish(cameraOffline()).join())
              .isEqualTo(new PublishOutcome.Published(2));
          assertThat(next()).isEqualTo("any camera.offline");
          assertThat(context.getBean(ClientFigures.class).failureCount()).isEqualTo(1);
        });
  }

  @Test
  void anApplicationIsAClientOfAHubElsewhere() {
    try (TocsinServer hub = TocsinServer.builder().port(0).transport(Transport.NIO).start()) {
      runner
          .withUserConfiguration(Listening.class)
          .withPropertyValues("tocsin.client.url=" + hub.url(), "tocsin.client.connect=at-once")
          .run(context -> {
            assertThat(context).doesNotHaveBean(TocsinServer.class);
            hub.publish(alert("a-7")).join();
            assertThat(next()).isEqualTo("typed a-7 1");
          });
    }
  }

  @Test
  void anApplicationThatOnlyPublishesReceivesNothing() {
    withHub
        .withPropertyValues("tocsin.client.connect=at-once")
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a-1"));

          TocsinServer hub = context.getBean(TocsinServer.class);
          assertThat(hub.hub().stats().subscriptions().totalConnections()).isEqualTo(1);
          assertThat(hub.hub().stats().subscriptions().explicitSubscriptions()).isEqualTo(1);
          assertThat(context.getBean(ClientFigures.class).receivedCount()).isZero();
        });
  }

  @Test
  void allFaultsOfAnEventAreInTheException() {
    withHub.run(context -> {
      TocsinTemplate template = context.getBean(TocsinTemplate.class);
      WebSocketEvent wrong =
          WebSocketEvent.fromJson(
              "{\"type\":\"job.progress\",\"payload\":{\"job_id\":\"j\",\"progress\":120}}");

      assertThatThrownBy(() -> template.send(wrong))
          .isInstanceOf(TocsinPublishException.class)
          .hasMessageContaining("/progress")
          .hasMessageContaining("/job_type");
      assertThat(context.getBean(ClientFigures.class).publishedCount()).isZero();
      assertThat(context.getBean(ClientFigures.class).unpublishedCount()).isEqualTo(1);
    });
  }

  @Test
  void aListenerThatCanNeverBeCalledStopsTheStart() {
    withHub
        .withBean(WrongListener.class)
        .run(context ->
            assertThat(context)
                .getFailure()
                .hasMessageContaining("@TocsinListener on ")
                .hasMessageContaining("takes one payload record"));
    withHub
        .withUserConfiguration(PrototypeListener.class)
        .run(context -> assertThat(context).getFailure().hasMessageContaining("no singleton"));
  }

  static class WrongListener {
    @TocsinListener("alert.*")
    void wrong(String text) {}
  }

  @Configuration(proxyBeanMethods = false)
  static class PrototypeListener {
    @Bean
    @Scope("prototype")
    OfPrototype listener() {
      return new OfPrototype();
    }

    static class OfPrototype {
      @TocsinListener
      void on(WebSocketEvent event) {}
    }
  }

  /// A bean that another stands in front of, as transactions and security do.
  @Configuration(proxyBeanMethods = false)
  static class Proxied {
    @Bean
    static Behind behind() {
      ProxyFactory factory = new ProxyFactory(new Behind());
      factory.setProxyTargetClass(true);
      return (Behind) factory.getProxy();
    }

    static class Behind {
      @TocsinListener
      public void on(AlertDeletedPayload alert) {
        CAME.add("behind " + alert.id());
      }
    }
  }

  interface Bell {
    void on(AlertDeletedPayload alert);
  }

  /// The same where the other has nothing of the bean's class but its interface.
  @Configuration(proxyBeanMethods = false)
  static class ProxiedByInterface {
    @Bean
    static DefaultAdvisorAutoProxyCreator proxies() {
      return new DefaultAdvisorAutoProxyCreator();
    }

    @Bean
    static DefaultPointcutAdvisor inFront() {
      return new DefaultPointcutAdvisor(
          new ComposablePointcut(type -> Bell.class.isAssignableFrom(type)),
          (MethodInterceptor) MethodInvocation::proceed);
    }

    @Bean
    static Bell bell() {
      return new Rung();
    }

    static class Rung implements Bell {
      @Override
      @TocsinListener
      public void on(AlertDeletedPayload alert) {
        CAME.add("rung " + alert.id());
      }
    }
  }

  @Test
  void aListenerBehindAProxyIsFound() {
    withHub
        .withUserConfiguration(Proxied.class)
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a-1"));
          assertThat(next()).isEqualTo("behind a-1");
        });
    withHub
        .withUserConfiguration(ProxiedByInterface.class)
        .run(context -> {
          assertThat(context.getBean(Bell.class)).isNotInstanceOf(ProxiedByInterface.Rung.class);
          context.getBean(TocsinTemplate.class).send(alert("a-2"));
          assertThat(next()).isEqualTo("rung a-2");
        });
  }

  /// A payload of an application's own.
  record DoorOpenedPayload(@Doc(value = "Which door", example = "front") String door) {}

  @Configuration(proxyBeanMethods = false)
  static class OwnTypes {
    @Bean
    EventCatalog catalog() {
      return EventCatalog.builtIn()
          .with(
              EventType.of(
                  "door.opened", "doors", "A door", PayloadSchema.of(DoorOpenedPayload.class)));
    }

    @TocsinListener("door.*")
    void on(DoorOpenedPayload door) {
      CAME.add(door.door());
    }
  }

  @Test
  void aCatalogOfTheApplicationsIsThatOfHubAndClient() {
    withHub
        .withUserConfiguration(OwnTypes.class)
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(new DoorOpenedPayload("front"));
          assertThat(next()).isEqualTo("front");
        });
  }

  @Test
  @Timeout(180)
  void anApplicationStartsBeforeItsHubAndIsWellOnceThatIsThere() throws Exception {
    int port = FreePorts.find(1).getFirst();
    runner
        .withUserConfiguration(Listening.class)
        .withPropertyValues(
            "tocsin.client.url=http://127.0.0.1:" + port, "tocsin.client.first-delay=50ms")
        .run(context -> {
          HealthIndicator health = context.getBean("tocsinHealthIndicator", HealthIndicator.class);
          assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
          assertThat(health.health().getDetails()).containsKeys("url", "reason");
          var outcome = context.getBean(TocsinTemplate.class).publish(alert("early"));

          try (TocsinServer hub =
              TocsinServer.builder().port(port).transport(Transport.NIO).start()) {
            assertThat(outcome.get(60, TimeUnit.SECONDS))
                .isEqualTo(new PublishOutcome.Published(1));
            assertThat(next()).isEqualTo("typed early 1");
            Health now = health.health();
            assertThat(now.getStatus()).isEqualTo(Status.UP);
            assertThat(now.getDetails())
                .containsEntry("epoch", hub.hub().log().state().epoch())
                .containsEntry("sequence", 1L);
          }
          Health away = health.health();
          while (away.getStatus().equals(Status.UP)) {
            TimeUnit.MILLISECONDS.sleep(10);
            away = health.health();
          }
          assertThat(away.getDetails()).containsEntry("sequence", 1L);
          assertThat(away.getDetails().get("reason")).asString().isNotEmpty();
        });
  }

  @Test
  void anApplicationThatWantsItsHubAtOnceDoesNotStartWithoutIt() throws Exception {
    runner
        .withPropertyValues(
            "tocsin.client.url=http://127.0.0.1:" + FreePorts.find(1).getFirst(),
            "tocsin.client.connect=at-once")
        .run(context ->
            assertThat(context).getFailure().hasStackTraceContaining("connection refused"));
  }

  @Test
  void aSendThatIsNotAnsweredEndsInTime() throws Exception {
    runner
        .withPropertyValues(
            "tocsin.client.url=http://127.0.0.1:" + FreePorts.find(1).getFirst(),
            "tocsin.client.timeout=100ms")
        .run(context ->
            assertThatThrownBy(() -> context.getBean(TocsinTemplate.class).send(alert("a-1")))
                .isInstanceOf(TocsinPublishException.class)
                .hasMessageContaining("may be published yet"));
  }

  @Test
  void theHubsHealthAndFiguresAreTold() {
    withHub
        .withUserConfiguration(Listening.class)
        .withPropertyValues("tocsin.client.connect=at-once")
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a-1"));
          next();
          SimpleMeterRegistry registry = new SimpleMeterRegistry();
          context.getBeansOfType(MeterBinder.class).values().forEach(b -> b.bindTo(registry));

          assertThat(registry.get("tocsin.client.connected").gauge().value()).isEqualTo(1);
          assertThat(registry.get("tocsin.client.received").functionCounter().count()).isEqualTo(1);
          assertThat(registry.get("tocsin.listener.failures").functionCounter().count())
              .isEqualTo(1);
          assertThat(
                  registry
                      .get("tocsin.client.published")
                      .tag("outcome", "published")
                      .functionCounter()
                      .count())
              .isEqualTo(1);
          assertThat(registry.get("tocsin.server.published").functionCounter().count())
              .isEqualTo(1);
          assertThat(registry.get("tocsin.server.newest").gauge().value()).isEqualTo(1);

          HealthIndicator server =
              context.getBean("tocsinServerHealthIndicator", HealthIndicator.class);
          assertThat(server.health().getStatus()).isEqualTo(Status.UP);
          context.getBean(TocsinServer.class).close();
          assertThat(server.health().getStatus()).isEqualTo(Status.DOWN);
        });
  }

  /// An application with a listener of its own, and another way to start the hub.
  @Configuration(proxyBeanMethods = false)
  static class OwnListener {
    @Bean
    ClientListener listener() {
      return new ClientListener() {
        @Override
        public void onEvent(WebSocketEvent event, String json) {
          CAME.add("listener " + event.type());
        }
      };
    }

    @Bean
    TocsinServerCustomizer customizer() {
      return builder -> builder.transport(Transport.NIO).loops(1);
    }
  }

  @Test
  void aListenerThatIsABeanHearsEverything() {
    withHub
        .withUserConfiguration(OwnListener.class)
        .withPropertyValues("tocsin.client.connect=at-once")
        .run(context -> {
          assertThat(context.getBean(TocsinServer.class).gateway().transport()).isEqualTo("nio");
          context.getBean(TocsinTemplate.class).send(alert("a-1"));
          assertThat(next()).isEqualTo("listener alert.deleted");
        });
  }

  /// An application that begins with the past, and is told how far the client has come.
  @Configuration(proxyBeanMethods = false)
  static class OwnBeginning {
    @Bean
    ClientOptions options(TocsinServer server) {
      server.publish(alert("past")).join();
      return ClientOptions.of(server.uri()).withBeginning(Beginning.latest());
    }

    @Bean
    ClientListener listener() {
      return new ClientListener() {
        @Override
        public void onPosition(Position position, long newest) {
          CAME.add("position " + position.sequence());
        }

        @Override
        public void onInitialEvent(WebSocketEvent event, String json) {
          CAME.add("initial " + event.sequence());
        }
      };
    }

    @TocsinListener
    void method(AlertDeletedPayload alert) {
      CAME.add("method " + alert.id());
    }
  }

  @Test
  void aListenerThatIsABeanIsToldPositionsAndThePast() {
    withHub
        .withUserConfiguration(OwnBeginning.class)
        .withPropertyValues("tocsin.client.connect=at-once")
        .run(context ->
            assertThat(List.of(next(), next(), next()))
                .containsExactlyInAnyOrder("position 1", "initial 1", "method past"));
  }

  /// An application that makes the client itself.
  @Configuration(proxyBeanMethods = false)
  static class OwnClient {
    @Bean
    TocsinClient client(
        ClientOptions options, @Qualifier("tocsinListenerMethods") ClientListener listeners) {
      return new TocsinClient(options, listeners);
    }

    @TocsinListener
    void method(AlertDeletedPayload alert) {
      CAME.add("method " + alert.id());
    }
  }

  @Test
  void aClientOfTheApplicationsOwnCallsTheListenersThatItIsMadeWith() {
    withHub
        .withUserConfiguration(OwnClient.class, OwnListener.class)
        .withPropertyValues("tocsin.client.connect=at-once")
        .run(context -> {
          context.getBean(TocsinTemplate.class).send(alert("a-1"));
          assertThat(List.of(next(), next()))
              .containsExactly("listener alert.deleted", "method a-1");
          assertThat(context.getBean(ClientFigures.class).standing().isConnected()).isTrue();
        });
  }

  @Test
  void withoutAHubHealthOrMetricsThereIsStillAClient() {
    runner
        .withClassLoader(
            new FilteredClassLoader(
                "dev.tocsin.server", "org.springframework.boot.health", "io.micrometer"))
        .withPropertyValues("tocsin.server.enabled=true", "tocsin.client.connect=never")
        .run(context -> {
          assertThat(context).hasNotFailed().hasSingleBean(TocsinClient.class);
          assertThat(context).doesNotHaveBean("tocsinServer");
        });
  }

  @Test
  void whatIsSwitchedOffIsNotThere() {
    runner
        .withPropertyValues("tocsin.client.enabled=false", "tocsin.server.enabled=false")
        .run(context -> {
          assertThat(context).doesNotHaveBean(TocsinClient.class);
          assertThat(context).doesNotHaveBean(TocsinServer.class);
          assertThat(context).doesNotHaveBean(HealthIndicator.class);
        });
  }

  @Test
  void theHubEndsWithTheApplication() {
    TocsinServer[] hub = new TocsinServer[1];
    withHub.run(context -> {
      hub[0] = context.getBean(TocsinServer.class);
      assertThat(hub[0].isAlive()).isTrue();
    });
    assertThat(hub[0].isAlive()).isFalse();
  }

  @Test
  void anAnswerMayBeWaitedForAsLongAsAnybodyLikes() {
    withHub
        .withPropertyValues("tocsin.client.timeout=106751991168d", "tocsin.client.connect=at-once")
        .run(context ->
            assertThat(context.getBean(TocsinTemplate.class).send(alert("a-1"))).isEqualTo(1));
  }

  /// A bean that publishes when it goes.
  static final class Parting implements DisposableBean {
    private final TocsinClient client;

    Parting(TocsinClient client) {
      this.client = client;
    }

    @Override
    public void destroy() {
      CAME.add(client.publish(alert("late")).join().getClass().getSimpleName());
    }
  }

  @Test
  void theClientIsClosedBeforeAnyBeanGoes() throws Exception {
    withHub
        .withBean(Parting.class)
        .withPropertyValues("tocsin.client.connect=at-once")
        .run(context -> assertThat(context).hasNotFailed());
    assertThat(next()).isEqualTo("NotSent");
  }
}

package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.WebSocketEvent;
import dev.tocsin.events.Where;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriptionManagerTest {

  private final SubscriptionManager manager = new SubscriptionManager();

  @AfterEach
  void resetShared() {
    SubscriptionManager.resetShared();
  }

  @Test
  void aRegisteredConnectionReceivesEverythingUntilItSubscribes() {
    manager.registerConnection("c");

    assertThat(manager.shouldSend("c", "alert.created")).isTrue();
    assertThat(manager.shouldSend("c", "no.such_type")).isTrue();
    assertThat(manager.getRecipients("alert.created")).containsExactly("c");
    assertThat(manager.getRecipients("no.such_type")).containsExactly("c");
    assertThat(manager.hasExplicitSubscriptions("c")).isFalse();
    assertThat(manager.getSubscriptions("c")).isEmpty();
  }

  @Test
  void aSubscriberReceivesWhatItsPatternsMatchAndNothingElse() {
    manager.registerConnection("c");
    manager.subscribe("c", List.of("alert.*", "camera.online"));

    assertThat(manager.shouldSend("c", "alert.created")).isTrue();
    assertThat(manager.shouldSend("c", "camera.online")).isTrue();
    assertThat(manager.shouldSend("c", "camera.offline")).isFalse();
    assertThat(manager.shouldSend("c", "alert.no_such_type")).isTrue();
    assertThat(manager.shouldSend("c", "no.such_type")).isFalse();
    assertThat(manager.getRecipients("camera.offline")).isEmpty();
    assertThat(manager.hasExplicitSubscriptions("c")).isTrue();
  }

  @Test
  void subscribingRegisters() {
    manager.subscribe("c", List.of("alert.*"));

    assertThat(manager.getConnectionCount()).isEqualTo(1);
    assertThat(manager.getRecipients("alert.created")).containsExactly("c");
  }

  @Test
  void registeringAgainChangesNothing() {
    manager.subscribe("c", List.of("alert.*"));
    manager.registerConnection("c");

    assertThat(manager.getSubscriptions("c")).containsExactly("alert.*");
    assertThat(manager.getConnectionCount()).isEqualTo(1);
  }

  @Test
  void anEmptySetOfPatternsReceivesNothing() {
    assertThat(manager.subscribe("c", List.of())).isEmpty();

    assertThat(manager.hasExplicitSubscriptions("c")).isTrue();
    assertThat(manager.shouldSend("c", "alert.created")).isFalse();
    assertThat(manager.shouldSend("c", "no.such_type")).isFalse();
    assertThat(manager.getRecipients("alert.created")).isEmpty();
  }

  @Test
  void unsubscribingFromEverythingForgetsTheConnection() {
    manager.subscribe("c", List.of("b.*", "alert.*"));
    manager.registerConnection("default");

    assertThat(manager.unsubscribe("c")).containsExactly("b.*", "alert.*");
    assertThat(manager.unsubscribe("default")).isEmpty();

    assertThat(manager.hasExplicitSubscriptions("c")).isFalse();
    assertThat(manager.getSubscriptions("c")).isEmpty();
    assertThat(manager.shouldSend("c", "camera.online")).isTrue();
    assertThat(manager.getRecipients("camera.online")).isEmpty();
    assertThat(manager.getConnectionCount()).isZero();
    assertThat(manager.getStats()).isEqualTo(SubscriptionStats.NONE);
    assertThat(manager.removeConnection("c")).isFalse();
  }

  @Test
  void unsubscribingFromTheLastPatternReceivesNothing() {
    manager.subscribe("c", List.of("alert.*", "job.*"));

    assertThat(manager.unsubscribe("c", List.of("alert.*"))).containsExactly("alert.*");
    assertThat(manager.shouldSend("c", "alert.created")).isFalse();
    assertThat(manager.shouldSend("c", "job.progress")).isTrue();

    assertThat(manager.unsubscribe("c", List.of("job.*"))).containsExactly("job.*");
    assertThat(manager.shouldSend("c", "job.progress")).isFalse();
    assertThat(manager.hasExplicitSubscriptions("c")).isTrue();
    assertThat(manager.getConnectionCount()).isEqualTo(1);
  }

  @Test
  void unsubscribingOnlyReturnsWhatWasReallyRemovedInTheOrderGiven() {
    manager.subscribe("c", List.of("a.*", "b.*", "c.*"));

    assertThat(manager.unsubscribe("c", List.of("C.*", "x.*", "a.*", "c.*")))
        .containsExactly("c.*", "a.*");
    assertThat(manager.getSubscriptions("c")).containsExactly("b.*");
  }

  @Test
  void unsubscribingOneThatNeverSubscribedChangesNothing() {
    manager.registerConnection("c");

    assertThat(manager.unsubscribe("c", List.of("alert.*"))).isEmpty();
    assertThat(manager.hasExplicitSubscriptions("c")).isFalse();
    assertThat(manager.shouldSend("c", "alert.created")).isTrue();
  }

  @Test
  void anOverlappingPatternKeepsWhatItMatches() {
    manager.subscribe("c", List.of("alert.*", "alert.created"));
    manager.unsubscribe("c", List.of("alert.*"));

    assertThat(manager.shouldSend("c", "alert.created")).isTrue();
    assertThat(manager.shouldSend("c", "alert.deleted")).isFalse();
  }

  @Test
  void anUnknownConnectionIsTreatedAsOneThatNeverSubscribed() {
    assertThat(manager.shouldSend("nobody", "alert.created")).isTrue();
    assertThat(manager.getRecipients("alert.created")).isEmpty();
    assertThat(manager.getSubscriptions("nobody")).isEmpty();
    assertThat(manager.hasExplicitSubscriptions("nobody")).isFalse();
    assertThat(manager.unsubscribe("nobody")).isEmpty();
    assertThat(manager.unsubscribe("nobody", List.of("alert.*"))).isEmpty();
    assertThat(manager.removeConnection("nobody")).isFalse();
    assertThat(manager.getConnectionCount()).isZero();
  }

  @Test
  void aRemovedConnectionIsForgotten() {
    manager.subscribe("c", List.of("alert.*"));

    assertThat(manager.removeConnection("c")).isTrue();

    assertThat(manager.getConnectionCount()).isZero();
    assertThat(manager.getRecipients("alert.created")).isEmpty();
    assertThat(manager.getStats()).isEqualTo(SubscriptionStats.NONE);
    manager.registerConnection("c");
    assertThat(manager.hasExplicitSubscriptions("c")).isFalse();
  }

  @Test
  void matchesInAnyLetterCase() {
    manager.subscribe("c", List.of("ALERT.Created"));

    assertThat(manager.shouldSend("c", "alert.CREATED")).isTrue();
    assertThat(manager.getRecipients("Alert.Created")).containsExactly("c");
  }

  @Test
  void returnsThePatternsNormalisedInOrderEachOnce() {
    manager.subscribe("c", List.of("job.*"));

    assertThat(manager.subscribe("c", List.of("B.*", "job.*", "a.*", "b.*")))
        .containsExactly("b.*", "job.*", "a.*");
    assertThat(manager.getSubscriptions("c")).containsExactly("job.*", "b.*", "a.*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "alert.[a"})
  void changesNothingWhenAPatternIsBad(String bad) {
    manager.registerConnection("new");
    manager.subscribe("c", List.of("alert.*"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> manager.subscribe("new", List.of("job.*", bad)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> manager.unsubscribe("c", List.of("alert.*", bad)));

    assertThat(manager.hasExplicitSubscriptions("new")).isFalse();
    assertThat(manager.getSubscriptions("c")).containsExactly("alert.*");
  }

  @Test
  void boundsThePatternsOfAConnection() {
    SubscriptionManager small = new SubscriptionManager(EventCatalog.builtIn(), 3);
    small.subscribe("c", List.of("a.*", "b.*"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> small.subscribe("c", List.of("c.*", "d.*")));
    assertThat(small.getSubscriptions("c")).containsExactly("a.*", "b.*");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small.subscribe("new", List.of("a", "b", "c", "d")));
    assertThat(small.getConnectionCount()).isEqualTo(1);

    small.subscribe("c", List.of("b.*", "c.*", "C.*"));
    assertThat(small.getSubscriptions("c")).containsExactly("a.*", "b.*", "c.*");
  }

  @Test
  void takes256PatternsOfAConnectionUnlessToldOtherwise() {
    List<String> patterns = IntStream.range(0, 256).mapToObj(i -> "p." + i).toList();

    assertThat(manager.subscribe("c", patterns)).isEqualTo(patterns);
    assertThatIllegalArgumentException().isThrownBy(() -> manager.subscribe("c", List.of("x")));
  }

  @Test
  void countsConnectionsAndPatterns() {
    manager.registerConnection("a");
    manager.subscribe("b", List.of("alert.*", "job.*"));
    manager.subscribe("c", List.of("alert.*"));
    manager.unsubscribe("c", List.of("alert.*"));

    assertThat(manager.getStats()).isEqualTo(new SubscriptionStats(3, 2, 1, 2));
    assertThat(manager.getConnectionCount()).isEqualTo(3);
  }

  @Test
  void isSharedUntilItIsReset() {
    SubscriptionManager shared = SubscriptionManager.shared();
    shared.registerConnection("c");

    assertThat(SubscriptionManager.shared()).isSameAs(shared);
    assertThat(SubscriptionManager.shared().getConnectionCount()).isEqualTo(1);

    SubscriptionManager.resetShared();

    assertThat(SubscriptionManager.shared()).isNotSameAs(shared);
    assertThat(SubscriptionManager.shared().getConnectionCount()).isZero();
  }

  @Test
  void conditionsNarrowASubscriptionByTheFieldsOfEvents() {
    EventCatalog catalog = EventCatalog.builtIn();
    SubscriptionManager manager = new SubscriptionManager();
    manager.subscribe("a", List.of("alert.*"), Where.of("{\"severity\":[\"HIGH\",\"critical\"]}"));
    String alert = "{\"id\":\"1\",\"updated_at\":\"2026-01-09T12:00:00Z\",\"severity\":\"%s\"}";
    WebSocketEvent high = catalog.createEvent("alert.updated", alert.formatted("high"));
    WebSocketEvent low = catalog.createEvent("alert.updated", alert.formatted("low"));

    assertThat(manager.shouldSend("a", high)).isTrue();
    assertThat(manager.shouldSend("a", low)).isFalse();
    assertThat(manager.shouldSend("unknown", low)).isTrue();
    assertThat(manager.shouldSend("a", "alert.updated")).as("some of them").isTrue();
    assertThat(manager.shouldSend("a", "alert.deleted")).as("it has no severity").isFalse();
    assertThat(manager.getRecipients("alert.updated")).containsExactly("a");
    assertThat(manager.getRecipients("alert.deleted")).isEmpty();
    assertThat(manager.getSubscriptions("a")).containsExactly("alert.*");

    manager.subscribe("a", List.of("ALERT.*"));
    assertThat(manager.shouldSend("a", low)).as("the last one counts").isTrue();
    assertThat(manager.getStats().totalPatterns()).isOne();
  }

  @Test
  void aConditionThatNothingCanFulfilChangesNothing() {
    SubscriptionManager manager = new SubscriptionManager();
    manager.subscribe("a", List.of("job.*"));

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> manager.subscribe("a", List.of("alert.*"), Where.of("{\"severty\":\"high\"}")))
        .withMessageContaining("severty")
        .withMessageEndingWith("; did you mean \"severity\"?");
    assertThat(manager.getSubscriptions("a")).containsExactly("job.*");
  }
}

package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is made of what the library tells.
class LinkStateTest {

  private final LinkState state = new LinkState();
  private final Connection failed = connection("failed");
  private final Connection made = connection("made");

  private static Connection connection(String name) {
    return (Connection)
        Proxy.newProxyInstance(
            LinkStateTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "equals" -> name.equals(String.valueOf(arguments[0]));
                  case "hashCode" -> name.hashCode();
                  case "toString" -> name;
                  default -> null;
                });
  }

  /// What tests before this one have left.
  @BeforeEach
  void forgetLogs() {
    RecordedLogs.take();
  }

  @SuppressWarnings("deprecation") // the library still calls it
  private void tell(Connection connection, Events event) {
    state.connectionEvent(connection, event);
  }

  @Test
  void attemptThatFailsIsNotTheEnd() {
    tell(failed, Events.CLOSED);

    assertThat(state.isGone()).isFalse();
    assertThat(state.isUp()).isFalse();
  }

  @Test
  void attemptThatFailedMayEndAfterAnotherHasSucceeded() {
    tell(made, Events.CONNECTED);
    long generation = state.generation();

    tell(failed, Events.DISCONNECTED);
    tell(failed, Events.CLOSED);

    assertThat(state.isGone()).isFalse();
    assertThat(state.isUp()).isTrue();
    assertThat(state.generation()).isEqualTo(generation);
  }

  @Test
  void connectionThatTheLibraryGivesUpIsGone() {
    tell(made, Events.CONNECTED);
    tell(made, Events.DISCONNECTED);
    assertThat(state.isGone()).isFalse();

    tell(made, Events.CLOSED);

    assertThat(state.isGone()).isTrue();
    assertThat(state.isUp()).isFalse();
    List<String> logged = RecordedLogs.take();
    assertThat(logged).hasSize(2);
    assertThat(logged.getFirst()).startsWith("WARN ").endsWith("the connection to NATS is lost");
    assertThat(logged.getLast()).startsWith("ERROR ").contains("NATS has refused this gateway");
  }

  @Test
  void eachChangeIsToldAndCounted() throws Exception {
    List<Boolean> told = new ArrayList<>();
    state.whenChanged(() -> told.add(state.isUp()));

    tell(made, Events.CONNECTED);
    state.awaitFirst();
    tell(made, Events.DISCONNECTED);
    tell(made, Events.DISCONNECTED);
    tell(made, Events.RESUBSCRIBED);

    assertThat(told).containsExactly(true, false, false, true);
    assertThat(state.generation()).isEqualTo(4);
    assertThat(state.reconnects()).isEqualTo(1);
    assertThat(RecordedLogs.take()).as("that it is lost").hasSize(1);
  }

  @Test
  void whyItFailsIsKeptInTheWordsOfWhatIsBelowAndWithoutSecrets() {
    assertThat(state.failure()).isNull();
    IOException below = new IOException("no way to nats://me:hidden@127.0.0.1:4222 now");

    state.exceptionOccurred(made, new IllegalStateException("java.io.IOException: wrapped", below));
    state.exceptionOccurred(made, new IOException("again"));

    assertThat(state.failure()).isEqualTo("again");
    assertThat(RecordedLogs.take())
        .as("one line in ten seconds")
        .singleElement()
        .asString()
        .contains("no way to nats://127.0.0.1:4222 now")
        .doesNotContain("hidden", "wrapped");
    state.exceptionOccurred(made, new IllegalStateException("outside", below));
    assertThat(state.failure()).isEqualTo("no way to nats://127.0.0.1:4222 now");
  }

  @Test
  void whyItFailsIsTheDeepestThatSaysAnything() {
    state.exceptionOccurred(made, new IOException("above", new IllegalStateException()));
    assertThat(state.failure()).isEqualTo("above");
    state.exceptionOccurred(made, new IOException(new IllegalStateException()));
    assertThat(state.failure()).isEqualTo("IllegalStateException");
    state.exceptionOccurred(made, new IOException(new TimeoutException()));
    assertThat(state.failure()).isEqualTo("it did not answer in time");
    assertThat(RecordedLogs.take()).hasSize(1);
  }

  @Test
  void whatAServerComplainsOfIsLoggedWithoutSecrets() {
    state.errorOccurred(made, "stale: nats://me:hidden@127.0.0.1:4222");

    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains("stale: nats://127.0.0.1:4222")
        .doesNotContain("hidden");
  }

  @Test
  void errorsOfOurOwnAreLoggedEachWithItsPlace() {
    tell(made, Events.CONNECTED);
    for (int i = 0; i < 2; i++) {
      state.exceptionOccurred(made, new RuntimeException(new AssertionError("broken")));
    }

    assertThat(RecordedLogs.take())
        .hasSize(2)
        .allMatch(line -> line.startsWith("ERROR ") && line.contains("errorsOfOurOwn"));
  }

  @Test
  void whatIsForbiddenIsToldAndRemembered() {
    List<String> forbidden = new ArrayList<>();
    state.whenForbidden(forbidden::add);
    String publish = "Permissions Violation for Publish to \"a.b\"";
    String subscription = "Permissions Violation for Subscription to \"c\"";

    state.errorOccurred(made, publish);
    assertThat(state.violation()).isEqualTo(publish);
    state.forgetViolation();
    assertThat(state.violation()).isNull();
    state.errorOccurred(made, subscription);
    state.forgetViolation();
    assertThat(state.violation()).isEqualTo(subscription);
    state.errorOccurred(made, "Stale Connection");

    assertThat(state.violation()).isEqualTo(subscription);
    assertThat(forbidden).containsExactly("a.b");
    assertThat(RecordedLogs.take()).singleElement().asString().contains("NATS reports an error");
  }

  @Test
  void whatJetStreamIsNotAskedIsARecentReason() {
    assertThat(state.recentViolation()).isNull();
    state.errorOccurred(made, "Permissions Violation for Publish to \"$KV.tocsin.epoch\"");
    assertThat(state.recentViolation()).isNull();
    String asked = "Permissions Violation for Publish to \"$JS.API.STREAM.INFO.tocsin\"";

    state.errorOccurred(made, asked);

    assertThat(state.recentViolation()).isEqualTo(asked);
    assertThat(RecordedLogs.take()).hasSize(1);
  }

  @Test
  void whatAServerHasSaidIsWhyThereIsNoConnection() {
    assertThat(state.whyNot()).isEqualTo("there was no answer");
    state.exceptionOccurred(made, new IOException("Connection refused"));
    assertThat(state.whyNot()).isEqualTo("Connection refused");
    state.errorOccurred(made, "maximum connections exceeded at nats://me:hidden@127.0.0.1:4222");
    state.exceptionOccurred(made, new IOException(new TimeoutException()));

    assertThat(state.whyNot()).isEqualTo("maximum connections exceeded at nats://127.0.0.1:4222");
    assertThat(RecordedLogs.take()).hasSize(1);
  }

  @Test
  void connectionThatIsClosedHereIsNotGone() {
    tell(made, Events.CONNECTED);
    state.close();

    tell(made, Events.CLOSED);

    assertThat(state.isGone()).isFalse();
    assertThat(state.isUp()).isFalse();
  }
}

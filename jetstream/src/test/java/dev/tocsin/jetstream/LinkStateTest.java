package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener.Events;
import java.lang.reflect.Proxy;
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
  }

  @Test
  void connectionThatIsClosedHereIsNotGone() {
    tell(made, Events.CONNECTED);
    state.close();

    tell(made, Events.CLOSED);

    assertThat(state.isGone()).isFalse();
  }
}

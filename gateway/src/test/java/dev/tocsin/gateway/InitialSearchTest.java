package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.ClientMessage.Initial;
import dev.tocsin.events.Where;
import dev.tocsin.fixtures.RawWebSocket;
import dev.tocsin.http.Allowance;
import dev.tocsin.http.Payer;
import dev.tocsin.http.Turns;
import dev.tocsin.hub.EventFilter;
import dev.tocsin.hub.EventLog;
import dev.tocsin.hub.EventPattern;
import dev.tocsin.hub.ForwardingLog;
import dev.tocsin.hub.Page;
import dev.tocsin.hub.TypeFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a search for the events with which a subscription begins takes up, and gives back.
@Timeout(60)
class InitialSearchTest {

  private static final long WORD = Long.BYTES;

  private final List<InitialSearch.@Nullable Found> found = new ArrayList<>();

  private InitialSearch latest(
      EmbeddedServer server, Allowance allowance, @Nullable EventFilter filter) {
    InitialSearch search =
        InitialSearch.begin(
            server.context,
            server.loop(),
            allowance,
            new Initial.Latest(),
            filter,
            server.hub.log().state().newest(),
            found::add);
    awaitIndex(server);
    server.runTasks();
    return search;
  }

  /// Whatever was asked of the index before is answered.
  private static void awaitIndex(EmbeddedServer server) {
    server
        .hub
        .latest()
        .choose(TypeFilter.ALL, 0, Long.MAX_VALUE, 1, false)
        .toCompletableFuture()
        .join();
  }

  private static Allowance free(EmbeddedServer server) {
    return server.connections().allowances().free();
  }

  private static EventFilter alertsOf(EmbeddedServer server, String where) {
    EventFilter filter =
        server.hub.filter(
            List.of(EventPattern.of("alert.*")),
            ((Where.Reading.Read) Where.read(where)).where(),
            null);
    assertThat(filter).isNotNull();
    return filter;
  }

  @Test
  void findsNothingWhileThoseWhoDoNotReadHoldTheMemory() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.publish(TestServer.alert("a"));
      server.context.replayRoom().take(Limits.REPLAY_BYTES);

      latest(server, free(server), null);
      assertThat(found).singleElement().isNull();

      server.context.replayRoom().giveBack(1);
      latest(server, free(server), null);
      assertThat(found.getLast()).isNotNull();
    }
  }

  @Test
  void givesBackWhatItHasHeldWhileItLooked() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.alert("b"));
      server.context.replayRoom().take(Limits.REPLAY_BYTES - WORD);

      latest(server, free(server), alertsOf(server, "{\"id\":\"b\"}"));

      assertThat(found)
          .singleElement()
          .satisfies(these -> assertThat(these.sequences()).containsExactly(2L));
      assertThat(server.context.replayRoom().isFull()).isFalse();
    }
  }

  /// A log that never answers whoever asks for single events.
  private static EventLog silent() {
    return new ForwardingLog(TestServer.memory()) {
      @Override
      public CompletionStage<Page> readEach(long[] sequences, int maxBytes) {
        return new CompletableFuture<>();
      }
    };
  }

  @Test
  void givesBackWhatItHoldsWhenNobodyWaitsAnyMore() {
    try (EmbeddedServer server = new EmbeddedServer(silent())) {
      server.publish(TestServer.alert("a"));
      for (int i = 0; i < 2 * EmbeddedServer.RECENT_BYTES / 60_000; i++) {
        server.publish(
            TestServer.large("b", 60_000)); // so many that the first is no longer in memory
      }
      server.context.replayRoom().take(Limits.REPLAY_BYTES - WORD);
      InitialSearch search = latest(server, free(server), alertsOf(server, "{\"id\":\"a\"}"));
      assertThat(server.context.replayRoom().isFull()).isTrue();

      search.leave();

      assertThat(server.context.replayRoom().isFull()).isFalse();
      assertThat(found).isEmpty();
    }
  }

  /// While a debt grows nobody under it is served: those who come and go would gather.
  @Test
  void doesNotStayAmongThoseInDebtWhenNobodyWaitsAnyMore() {
    try (EmbeddedServer server = new EmbeddedServer()) {
      server.publish(TestServer.alert("a"));
      server.connections().allowances().enter(Payer.of("neighbour", null));
      Allowance debtor = server.connections().allowances().enter(Payer.of("debtor", null));
      debtor.spend(TimeUnit.SECONDS.toNanos(10));
      Turns turns = server.connections().turns();
      InitialSearch search = latest(server, debtor, null);
      assertThat(turns.awaitsPayment(search)).isTrue();

      search.leave();

      assertThat(turns.awaitsPayment(search)).isFalse();
    }
  }

  @Test
  void whatIsWrittenIsGivenBackWhenItIsOnItsWay() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      server.publish(TestServer.alert("a"));
      server.publish(TestServer.alert("b"));
      server.receive(
          RawWebSocket.textFrame(
              "{\"action\":\"subscribe\",\"events\":[\"alert.*\"],\"latest\":true}"));
      awaitIndex(server);
      assertThat(server.said()).contains("\"initial\":2", "\"sequence\":2,\"initial\":true");

      server.context.replayRoom().take(Limits.REPLAY_BYTES - WORD);

      assertThat(server.context.replayRoom().isFull()).isFalse();
    }
  }
}

package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RawWebSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayRoomTest {

  private final ReplayRoom room = new ReplayRoom();

  @Test
  void sharesItselfOutAmongThoseWhoAreLagging() {
    assertThat(room.pageBytes()).isEqualTo(Limits.MAX_PAGE_BYTES);
    for (int i = 0; i < 1_024; i++) {
      room.begin();
    }
    assertThat(room.pageBytes()).isEqualTo(Limits.REPLAY_BYTES / 2 / 1_024);
    for (int i = 0; i < 1_000_000; i++) {
      room.begin();
    }
    assertThat(room.pageBytes()).isEqualTo(Limits.MIN_PAGE_BYTES);
  }

  @Test
  void wakesThoseWhoWaitWhenThereIsRoomAgain() {
    List<String> woken = new ArrayList<>();
    room.take(Limits.REPLAY_BYTES + 5);
    room.await(() -> woken.add("first"));
    room.await(() -> woken.add("second"));
    assertThat(room.isShort()).isTrue();
    room.giveBack(5);
    assertThat(woken).isEmpty();
    room.giveBack(1);

    assertThat(woken).containsExactly("first", "second");
    assertThat(room.isShort()).isFalse();
    room.await(() -> woken.add("at once"));
    assertThat(woken).hasSize(3);
  }

  @Test
  void makesNoPageWhileItIsFull() {
    try (EmbeddedServer server = EmbeddedServer.webSocket("?events=none")) {
      for (int i = 0; i < 3; i++) {
        server.publish(TestServer.large("a", 60_000));
      }
      server.context.replayRoom().take(Limits.REPLAY_BYTES);
      server.receive(RawWebSocket.textFrame("{\"action\":\"subscribe\",\"events\":[\"*\"]}"));
      server.receive(RawWebSocket.textFrame("{\"action\":\"resume\",\"since\":0}"));
      assertThat(server.said()).contains("resumed").doesNotContain("xxx");

      server.context.replayRoom().giveBack(1);
      assertThat(server.said()).contains("\"sequence\":3,\"previous\":2");
      server.context.replayRoom().giveBack(Limits.REPLAY_BYTES - 1);
      assertThat(server.context.replayRoom().isShort()).isFalse();
    }
  }
}

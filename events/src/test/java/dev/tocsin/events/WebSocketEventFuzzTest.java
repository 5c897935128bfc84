package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class WebSocketEventFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void whatIsReadComesBackTheSame(byte[] json) {
    WebSocketEvent event;
    try {
      event = WebSocketEvent.fromJson(new String(json, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("not an event: ");
      return;
    }

    String written = event.toJson();

    assertThat(WebSocketEvent.fromJson(written).toJson()).isEqualTo(written);
  }
}

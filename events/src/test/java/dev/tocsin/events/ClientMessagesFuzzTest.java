package dev.tocsin.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class ClientMessagesFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void everyMessageIsUnderstoodOrRefused(byte[] message) {
    ClientMessage decoded = ClientMessages.decode(message);

    if (decoded.id() != null) {
      byte[] answer = ("{\"id\":" + decoded.id() + "}").getBytes(StandardCharsets.UTF_8);
      assertThat(StrictJson.check(answer)).isNull();
    }
    if (decoded instanceof ClientMessage.Publish publish) {
      byte[] event = publish.event().toString().getBytes(StandardCharsets.UTF_8);
      assertThat(StrictJson.check(event)).isNull();
    }
    if (decoded instanceof ClientMessage.Malformed malformed) {
      assertThat(malformed.rejection().code())
          .isIn(ErrorCode.INVALID_JSON, ErrorCode.INVALID_MESSAGE, ErrorCode.UNKNOWN_ACTION);
      assertThat(malformed.rejection().message()).isNotBlank();
    }
  }
}

package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PublishAnswerTest {

  private static PublishAnswer read(String json) {
    return PublishAnswer.of(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void acknowledgements() {
    PublishAnswer taken = new PublishAnswer.Taken(1_234_567_890_123L, false);

    assertThat(read("{\"stream\":\"tocsin\",\"seq\":1234567890123}")).isEqualTo(taken);
    assertThat(read("{\"stream\":\"tocsin\",\"domain\":\"d\",\"seq\":1234567890123}"))
        .isEqualTo(taken);
    assertThat(read("{\"stream\":\"tocsin\",\"seq\":1234567890123,\"domain\":\"d\"}"))
        .isEqualTo(taken);
    assertThat(read("{\"seq\": 1234567890123, \"stream\":\"tocsin\" }")).isEqualTo(taken);
  }

  @Test
  void duplicates() {
    assertThat(read("{\"stream\":\"tocsin\",\"seq\":7,\"duplicate\":true}"))
        .isEqualTo(new PublishAnswer.Taken(7, true));
    assertThat(read("{\"duplicate\":true,\"stream\":\"tocsin\",\"seq\":7}"))
        .isEqualTo(new PublishAnswer.Taken(7, true));
  }

  @Test
  void whatMayBeSentAgain() {
    assertThat(error(503, 10008))
        .isInstanceOfSatisfying(
            PublishAnswer.NotNow.class, no -> assertThat(no.inFlight()).isFalse());
    assertThat(error(409, PublishAnswer.ID_IN_FLIGHT))
        .isInstanceOfSatisfying(
            PublishAnswer.NotNow.class, no -> assertThat(no.inFlight()).isTrue());
  }

  @Test
  void whatMayNot() {
    assertThat(error(400, 10054))
        .isEqualTo(new PublishAnswer.Never("JetStream does not take it: words", false));
    assertThat(error(400, 10109))
        .isEqualTo(new PublishAnswer.Never("JetStream does not take it: words", true));
  }

  private static PublishAnswer error(int status, int code) {
    return read(
        "{\"error\":{\"code\":"
            + status
            + ",\"err_code\":"
            + code
            + ",\"description\":\"words\"},\"stream\":\"tocsin\",\"seq\":0}");
  }

  @Test
  void whatIsNoAnswer() {
    assertThat(read("")).isNull();
    assertThat(read("}")).isNull();
    assertThat(read("{}")).isNull();
    assertThat(read("hello")).isNull();
  }
}

package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishKeyTest {

  private static final String BELL = "\uD83D\uDD14";

  @Test
  void charactersAreCountedAsTheProtocolCountsThem() throws WrongUse {
    assertThat(PublishKey.parse(BELL.repeat(256)).text()).isEqualTo(BELL.repeat(256));

    assertThatThrownBy(() -> PublishKey.parse(BELL.repeat(257)))
        .hasMessage("--idempotency-key is 1 to 256 characters; this one has 257");
    assertThatThrownBy(() -> PublishKey.parse(""))
        .hasMessage("--idempotency-key is 1 to 256 characters; this one has 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"k", "order 42", "~!\"'"})
  void whatAHeaderSaysAsItIsStaysAsItIs(String text) throws WrongUse {
    PublishKey key = PublishKey.parse(text);

    assertThat(key.isPlain()).isTrue();
    assertThat(key.ofLines()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"schl\u00fcssel", " k", "k ", "a\tb", "\u0000", BELL})
  void whatAHeaderDoesNotSayGoesInAMessage(String text) throws WrongUse {
    PublishKey key = PublishKey.parse(text);

    assertThat(key.isPlain()).isFalse();
    assertThat(key.ofLines()).matches("[0-9a-f]{64}");
  }

  @Test
  void aLongKeyLeavesRoomForTheLinesNumber() throws WrongUse {
    assertThat(PublishKey.parse("k".repeat(201)).ofLines()).hasSize(64);
    assertThat(PublishKey.parse("k".repeat(200)).ofLines()).hasSize(200);
  }
}

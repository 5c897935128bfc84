package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessagePlaceTest {

  @Test
  void withoutDomain() {
    assertThat(MessagePlace.of("$JS.ACK.stream.consumer.1.200.30.1700000000000000001.4"))
        .isEqualTo(new MessagePlace(200, 30, 1_700_000_000_000_000_001L, 4));
  }

  @Test
  void withDomainAndAccount() {
    MessagePlace place = new MessagePlace(200, 30, 1_700_000_000_000_000_001L, 4);

    assertThat(MessagePlace.of("$JS.ACK.hub.ACC.stream.consumer.1.200.30.1700000000000000001.4"))
        .isEqualTo(place);
    assertThat(MessagePlace.of("$JS.ACK._.ACC.stream.consumer.1.200.30.1700000000000000001.4.rnd"))
        .isEqualTo(place);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "_INBOX.x.1",
        "$JS.ACK.stream.consumer.1.200.30.4",
        "$JS.ACK.stream.consumer.1.x.30.1700000000000000001.4",
        "$JS.FC.stream.consumer.abc"
      })
  void otherSubjects(String reply) {
    assertThat(MessagePlace.of(reply)).isNull();
    assertThat(MessagePlace.of(null)).isNull();
  }
}

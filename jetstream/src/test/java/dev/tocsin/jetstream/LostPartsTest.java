package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import dev.tocsin.hub.Stretch;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LostPartsTest {

  private static LostParts parts(LongStream deleted, long number) {
    String json =
        "{\"state\":{\"num_deleted\":%d,\"deleted\":[%s]}}"
            .formatted(number, deleted.mapToObj(String::valueOf).collect(Collectors.joining(",")));
    return LostParts.of(((Json.Value) Json.read(json.getBytes(StandardCharsets.UTF_8))).tree());
  }

  @Test
  void neighboursAreOneStretch() {
    LostParts parts = parts(LongStream.of(2, 3, 4, 7, 9, 10), 6);

    assertThat(parts.stretches())
        .containsExactly(new Stretch(2, 4), new Stretch(7, 7), new Stretch(9, 10));
    assertThat(parts.deleted()).isEqualTo(6);
    assertThat(parts.isWhole()).isTrue();
  }

  @Test
  void whatIsNotToldIsNone() {
    assertThat(parts(LongStream.empty(), 0)).isEqualTo(LostParts.NONE);
    assertThat(LostParts.of(JetStreamApi.request())).isEqualTo(LostParts.NONE);
  }

  @Test
  void betweenTwoPositionsAreThePartsOfThem() {
    LostParts parts = parts(LongStream.of(2, 3, 4, 7, 9, 10), 6);

    assertThat(parts.between(2, 9))
        .containsExactly(new Stretch(3, 4), new Stretch(7, 7), new Stretch(9, 9));
    assertThat(parts.between(4, 6)).isEmpty();
    assertThat(parts.between(4, 7)).containsExactly(new Stretch(7, 7));
    assertThat(parts.between(0, 100)).isEqualTo(parts.stretches());
  }

  @Test
  void moreThanAreKeptAreNotAll() {
    int most = LostParts.MAX_STRETCHES;
    LostParts less = parts(LongStream.range(1, most).map(i -> 2 * i), most - 1);
    LostParts more = parts(LongStream.rangeClosed(1, most + 1).map(i -> 2 * i), most + 1);

    assertThat(less.stretches()).hasSize(most - 1);
    assertThat(less.isWhole()).isTrue();
    assertThat(more.stretches()).hasSize(most).endsWith(new Stretch(2L * most, 2L * most));
    assertThat(more.isWhole()).isFalse();
    assertThat(more.deleted()).isEqualTo(most + 1);
  }
}

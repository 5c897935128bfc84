package dev.tocsin.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AudiencesTest {

  @Test
  void areDifferentAndAllWantTheEvents() {
    List<List<String>> audiences = Audiences.distinct(Audiences.MAX, "detection.new");

    assertThat(new HashSet<>(audiences)).hasSize(Audiences.MAX);
    assertThat(audiences).allMatch(patterns -> Audiences.want(patterns, "detection.new"));
  }

  @ParameterizedTest
  @CsvSource({
    "*, true",
    "detection.*, true",
    "DETECTION.new, true",
    "detection?new, true",
    "detection.ne[a-z], true",
    "detection.ne[!a-v], true",
    "detection.ne[!w], false",
    "detection.ne[]w], true",
    "detection.ne[, false",
    "detectionxnew, false",
    "detection, false",
    "alert.*, false"
  })
  void aPatternWantsWhatItMatches(String pattern, boolean wanted) {
    assertThat(Audiences.want(List.of("alert.created", pattern), "detection.new"))
        .isEqualTo(wanted);
  }

  @Test
  void whoHasNoPatternWantsEverything() {
    assertThat(Audiences.want(List.of(), "detection.new")).isTrue();
  }
}

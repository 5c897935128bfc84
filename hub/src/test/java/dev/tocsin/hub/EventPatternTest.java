package dev.tocsin.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tocsin.events.ErrorCode;
import dev.tocsin.hub.EventPattern.Compilation;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventPatternTest {

  @ParameterizedTest
  @CsvFileSource(resources = "fnmatch.tsv", delimiter = '\t', emptyValue = "", nullValues = "NIL")
  void matchesWhatPythonsFnmatchMatches(String pattern, String name, String expected) {
    String given = name == null ? "" : name;

    assertThat(EventPattern.of(pattern).matches(given)).isEqualTo(expected.equals("yes"));
    assertThat(NaiveGlob.matches(pattern, given)).isEqualTo(expected.equals("yes"));
  }

  @Test
  void matchesInAnyLetterCase() {
    assertThat(EventPattern.of("ALERT.*").matches("alert.created")).isTrue();
    assertThat(EventPattern.of("alert.*").matches("Alert.CREATED")).isTrue();
    assertThat(EventPattern.of("[A-C]É").matches("bé")).isTrue();
    assertThat(EventPattern.of("[A-C]é").matches("BÉ")).isTrue();
  }

  @Test
  void lowersTheCaseOfOneCharacterAtATime() {
    String dottedCapitals = "\u0130".repeat(EventPattern.MAX_LENGTH);

    EventPattern pattern = EventPattern.of(dottedCapitals);

    assertThat(EventPattern.of(pattern.text())).isEqualTo(pattern);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[", "a[", "[]", "[!", "[!]", "[]a", "alert.[a-z", "[a][", "*[*"})
  void refusesWhatIsEmptyOrUnclosed(String text) {
    assertThat(EventPattern.compile(List.of("*", text)))
        .isInstanceOfSatisfying(
            Compilation.Refused.class,
            refused -> assertThat(refused.rejection().code()).isEqualTo(ErrorCode.INVALID_PATTERN));
    assertThatIllegalArgumentException().isThrownBy(() -> EventPattern.of(text));
  }

  @ParameterizedTest
  @CsvSource({"a, 256, true", "a, 257, false", "😀, 256, true", "😀, 257, false"})
  void boundsTheLengthInCharacters(String character, int count, boolean allowed) {
    assertThat(EventPattern.compile(List.of(character.repeat(count))))
        .isInstanceOf(allowed ? Compilation.Compiled.class : Compilation.Refused.class);
  }

  @Test
  void compilesToLowerCasedTextsInOrderEachOnce() {
    Compilation compiled = EventPattern.compile(List.of("B.*", "a.*", "b.*", "A.*", "[!X]"));

    assertThat(compiled)
        .isInstanceOfSatisfying(
            Compilation.Compiled.class,
            c ->
                assertThat(c.patterns())
                    .extracting(EventPattern::text)
                    .containsExactly("b.*", "a.*", "[!x]"));
  }

  @Test
  void isEqualToAPatternOfTheSameNormalisedText() {
    assertThat(EventPattern.of("ALERT.*"))
        .isEqualTo(EventPattern.of("alert.*"))
        .hasSameHashCodeAs(EventPattern.of("alert.*"))
        .isNotEqualTo(EventPattern.of("alert.**"))
        .hasToString("alert.*");
  }

  @Property(tries = 20_000)
  void agreesWithANaiveMatcher(@ForAll("patterns") String pattern, @ForAll("names") String name) {
    assertThat(EventPattern.of(pattern).matches(name))
        .as("%s on %s", pattern, name)
        .isEqualTo(NaiveGlob.matches(pattern, name));
  }

  @Property
  void aPatternWithoutSpecialCharactersMatchesItself(@ForAll("names") String name) {
    if (!name.isEmpty()) {
      assertThat(EventPattern.of(name).matches(name)).isTrue();
    }
  }

  @Property
  void normalisingTwiceIsNormalisingOnce(@ForAll("patterns") String pattern) {
    EventPattern once = EventPattern.of(pattern);

    assertThat(EventPattern.of(once.text()).text()).isEqualTo(once.text());
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.of("a", "b", "c", ".", "B", "é", "😀")
        .list()
        .ofMaxSize(8)
        .map(EventPatternTest::joined);
  }

  @Provide
  Arbitrary<String> patterns() {
    Arbitrary<String> set =
        Arbitraries.of("a", "b", "c", "-", "é", "😀", "[", "*")
            .list()
            .ofMinSize(1)
            .ofMaxSize(5)
            .map(members -> "[" + joined(members) + "]");
    Arbitrary<String> oddSet =
        Arbitraries.of("[!a]", "[]]", "[!]]", "[]-c]", "[!a-c]", "[z-a]", "[!z-a]", "[!b-]");
    Arbitrary<String> plain =
        Arbitraries.of("a", "b", "c", ".", "A", "é", "😀", "]", "!", "-", "*", "*", "*", "?", "?");
    return Arbitraries.frequencyOf(Tuple.of(5, plain), Tuple.of(1, set), Tuple.of(1, oddSet))
        .list()
        .ofMinSize(1)
        .ofMaxSize(7)
        .map(EventPatternTest::joined);
  }

  private static String joined(List<String> parts) {
    return String.join("", parts);
  }

  /// The steps of a match are counted by what it reads of the name.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
        "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
        "*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?b",
        "*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
        "*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]b",
        "*a*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*b"
      })
  void aHostilePatternCostsNoMoreThanTheSquareOfTheName(String pattern) {
    CountedName name = new CountedName("a".repeat(128));

    assertThat(EventPattern.of(pattern).matchesLowerCased(name)).isFalse();

    assertThat(name.reads).isLessThanOrEqualTo(128 * 129);
  }

  @Test
  void aPatternLongerThanTheNameCostsNothing() {
    CountedName name = new CountedName("a".repeat(24));

    assertThat(EventPattern.of("*a".repeat(128)).matchesLowerCased(name)).isFalse();

    assertThat(name.reads).isZero();
  }

  private static final class CountedName implements CharSequence {

    private final String text;
    private int reads;

    CountedName(String text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      reads++;
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String toString() {
      return text;
    }
  }
}

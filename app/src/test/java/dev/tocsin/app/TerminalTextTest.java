package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.WebSocketEvent;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTextTest {

  @ParameterizedTest
  @CsvSource({
    "'plain text',            'plain text'",
    "'größer – 名前 🚪',        'größer – 名前 🚪'",
    "'\u001b[31mred',         '\\u001b[31mred'",
    "'a\u0000b\u0007c\u007f', 'a\\u0000b\\u0007c\\u007f'",
    "'\u009b2J',              '\\u009b2J'",
    "'a\nb\r\nc\td',          'a b  c d'",
    "'a\u0085b\u2028c',       'a b c'",
    "'\u202egpj.exe\u2066',   '\\u202egpj.exe\\u2066'",
    "'\u200e\u061c\ufeff',    '\\u200e\\u061c\\ufeff'",
    "'\uD83D\uDC69\u200D\uD83D\uDE80', '\uD83D\uDC69\u200D\uD83D\uDE80'"
  })
  void controlCharactersBecomeVisible(String text, String harmless) {
    assertThat(TerminalText.harmless(text)).isEqualTo(harmless);
  }

  @Property(tries = 500)
  void nothingHarmfulIsLeft(@ForAll String text) {
    assertThat(TerminalText.harmless(text).codePoints()).noneMatch(TerminalTextTest::controls);
  }

  private static boolean controls(int c) {
    return Character.isISOControl(c)
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x2028
        || c == 0x2029;
  }

  @Test
  void harmlessJsonMeansTheSame() {
    String json =
        "{\"type\":\"a.b\",\r\n"
            + "\"payload\":{\"t\":\"\u202ex\u009b\u007f\\u001b\"},\"channel\":\"c\"}";

    String harmless = TerminalText.harmlessJson(json);

    assertThat(harmless.codePoints()).noneMatch(TerminalTextTest::controls);
    assertThat(WebSocketEvent.fromJson(harmless)).isEqualTo(WebSocketEvent.fromJson(json));
  }

  @Test
  void longTextIsShortenedBetweenCharacters() {
    assertThat(TerminalText.shortened("abcdef", 6)).isEqualTo("abcdef");
    assertThat(TerminalText.shortened("abcdefg", 6)).isEqualTo("abcde…");
    assertThat(TerminalText.shortened("abcd🚪fg", 6)).isEqualTo("abcd…");
  }

  @Property(tries = 300)
  void shortenedTextFits(@ForAll @StringLength(max = 50) String text) {
    assertThat(TerminalText.shortened(text, 16)).hasSizeLessThanOrEqualTo(16);
  }
}

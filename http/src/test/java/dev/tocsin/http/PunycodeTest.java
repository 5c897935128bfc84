package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PunycodeTest {

  /// The examples of RFC 3492, names of today that the rules of 2003 do not know, and an emoji.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "xn--bcher-kva",
        "XN--Bcher-KVA",
        "xn--r8jz45g",
        "xn--zckzah",
        "xn--strae-oqa",
        "xn--ls8h",
        "xn--egbpdaj6bu4bxfgehfvwxn",
        "xn--ihqwcrb4cv8a8dqg056pqjye",
        "xn--porqunopuedensimplementehablarenespaol-fmd56a",
        "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l"
      })
  void labelsOfAllScriptsAreTaken(String label) {
    assertThat(Punycode.isLabel(label)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "xn--",
        "xn--a-",
        "xn--a",
        "xn--9",
        "xn--99999999999",
        "xn--b_her-kva_",
        "xn--a-ecp.ru",
        // An a and a mark above it, which a browser would make one character.
        "xn--a-ccb"
      })
  void whatIsGarbledIsNot(String label) {
    assertThat(Punycode.isLabel(label)).isFalse();
  }
}

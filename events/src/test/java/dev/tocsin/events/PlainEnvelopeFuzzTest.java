package dev.tocsin.events;

import com.code_intelligence.jazzer.junit.FuzzTest;

class PlainEnvelopeFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void whateverTheOnePassTakesTheWholeCheckTakesWithTheSameResult(byte[] json) {
    PlainEnvelopeTest.agrees(json, 0, json.length);
  }
}

package dev.tocsin.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PerMessageDeflateTest {

  private static final String ANSWER =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private static String answer(String... headers) throws PerMessageDeflate.MalformedOfferException {
    PerMessageDeflate agreed = PerMessageDeflate.agreed(List.of(headers));
    return agreed == null ? "" : agreed.answer();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        " , permessage-deflate ,",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate;client_max_window_bits=8",
        "permessage-deflate; client_max_window_bits = \"15\"",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "x-webkit-deflate-frame; a=b, permessage-deflate",
        "permessage-bzip2, permessage-deflate, permessage-deflate; server_max_window_bits=9",
      })
  void takesAnOffer(String offer) throws Exception {
    assertThat(answer(offer)).isEqualTo(ANSWER);
  }

  @ParameterizedTest
  @CsvSource({
    "permessage-deflate; server_max_window_bits=8, 8",
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits, 9",
    "permessage-deflate; server_max_window_bits=\"10\", 10",
    "permessage-deflate; server_max_window_bits=15, 15",
  })
  void tellsTheWindowThatWasAskedFor(String offer, int bits) throws Exception {
    assertThat(answer(offer)).isEqualTo(ANSWER + "; server_max_window_bits=" + bits);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=09",
        "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
        "permessage-deflate; client_max_window_bits=0",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; mux",
        "deflate-frame",
        "PERMESSAGE-DEFLATE-2",
        "",
      })
  void declinesWhatItDoesNotUnderstand(String offer) throws Exception {
    assertThat(answer(offer)).isEmpty();
    // The next offer is looked at by itself, in this header or another.
    assertThat(answer(offer + ", permessage-deflate; server_max_window_bits=12"))
        .isEqualTo(ANSWER + "; server_max_window_bits=12");
    assertThat(answer(offer, "permessage-deflate")).isEqualTo(ANSWER);
  }

  @Test
  void agreesOnNothingWithoutAnOffer() throws Exception {
    assertThat(PerMessageDeflate.agreed(List.of())).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate;",
        "permessage-deflate; =9",
        "permessage-deflate; a=",
        "permessage-deflate; a=\"b",
        "permessage-deflate; a=\"b c\"",
        "permessage-deflate permessage-deflate",
        "; a",
        "a/b",
        "permessage-deflate, \"x\"",
      })
  void refusesWhatIsNoListOfExtensions(String header) {
    assertThatThrownBy(() -> answer(header))
        .isInstanceOf(PerMessageDeflate.MalformedOfferException.class);
  }
}

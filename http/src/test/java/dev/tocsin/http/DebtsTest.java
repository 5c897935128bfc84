package dev.tocsin.http;

import static dev.tocsin.fixtures.RawClient.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whose requests wait because of time that was spent before.
class DebtsTest {

  private static final Payer ANNA = Payer.of("anna", InetAddress.ofLiteral("192.0.2.1"));

  private static final class Anna implements Caller {

    @Override
    public Payer payer() {
      return ANNA;
    }
  }

  /// Whoever asks for anything but `/public` is Anna.
  private static EmbeddedHttp http() {
    Right right = new Right("anything");
    Response hello =
        new Response(
            HttpResponseStatus.OK,
            "text/plain",
            "hello".getBytes(StandardCharsets.UTF_8),
            Map.of());
    EmbeddedHttp http =
        new EmbeddedHttp(
            knock ->
                CompletableFuture.completedFuture(
                    new Doorkeeper.Verdict.Admitted(
                        knock.right().equals(right) ? new Anna() : Caller.ANYONE)),
            Route.get("/private", right, request -> request.answer(hello)),
            Route.get("/public", Right.NONE, request -> request.answer(hello)));
    http.allowances().enter(Payer.of("neighbour", null));
    return http;
  }

  /// Far more than may be.
  private static void spend(EmbeddedHttp http, Payer payer) {
    http.allowances().enterStranger(payer).spend(20 * Allowance.BURST_NANOS);
  }

  @Test
  void aRequestOfSomebodyInDebtWaitsUntilItIsPaid() {
    try (EmbeddedHttp http = http()) {
      spend(http, ANNA);

      http.receive(get("/private"));
      assertThat(http.said()).isEmpty();

      assertThat(http.pass(1).pass(1).said()).contains("200 OK", "hello");
    }
  }

  @Test
  void aRequestOfAnotherOnTheSameConnectionDoesNot() {
    try (EmbeddedHttp http = http()) {
      spend(http, ANNA);

      http.receive(get("/public"));

      assertThat(http.said()).contains("200 OK", "hello");
    }
  }

  @Test
  void whatIsAskedFromAnAddressInDebtIsReadLater() {
    try (EmbeddedHttp http = http()) {
      http.hasAskedForMore();
      spend(http, Payer.of("", null));

      http.receive(get("/public") + get("/public"));
      assertThat(http.said()).isEmpty();
      assertThat(http.hasAskedForMore()).isFalse();

      assertThat(http.pass(1).pass(1).said().split("hello", -1)).hasSize(3);
      assertThat(http.hasAskedForMore()).isTrue();
    }
  }

  /// Where a debt grows as fast as it is paid, nobody under it is served: those who come and go would gather.
  @ParameterizedTest
  @ValueSource(strings = {"/private", "/public"})
  void whoHasGoneWaitsNoLonger(String asked) {
    EmbeddedHttp http = http();
    Payer payer = asked.equals("/private") ? ANNA : Payer.of("", null);
    Allowance allowance = http.allowances().enterStranger(payer);
    spend(http, payer);
    http.receive(get(asked));
    assertThat(allowance.debtors()).hasSize(1);

    http.close();

    assertThat(allowance.debtors()).isEmpty();
  }

  @Test
  void aRequestIsCountedUnderWhoMadeItAndTheNextUnderTheAddressAgain() {
    try (EmbeddedHttp http = http()) {
      Allowance anna = http.allowances().enterStranger(ANNA);
      Allowance stranger = http.allowances().enterStranger(Payer.of("", null));

      http.receive(get("/private"));
      assertThat(http.said()).contains("hello");

      assertThat(anna.isOfSomebodyKnown()).isFalse();
      spend(http, ANNA);
      assertThat(stranger.isInDebt()).isFalse();
      http.receive(get("/public"));
      assertThat(http.said()).contains("hello");
    }
  }

  @Test
  void aConnectionCountsAsTime() {
    try (EmbeddedHttp http = http()) {
      assertThat(http.allowances().enterStranger(Payer.of("", null)).isFull()).isFalse();
    }
  }

  @Test
  void theOneWhoAcceptsHearsOfAConnectionFromAnAddressInDebt() {
    try (EmbeddedHttp http = http()) {
      http.acceptAnother();
      assertThat(http.context.takeIndebted()).isFalse();
      spend(http, Payer.of("", null));

      http.acceptAnother();

      assertThat(http.context.takeIndebted()).isTrue();
      assertThat(http.context.takeIndebted()).isFalse();
    }
  }
}

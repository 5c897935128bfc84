package dev.tocsin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.CloseCode;
import dev.tocsin.events.ErrorCode;
import dev.tocsin.events.Rejection;
import dev.tocsin.http.Problem;
import dev.tocsin.websocket.CloseCodes;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `http` and `websocket` say by themselves stands in the catalogues of `events`.
class ProblemsTest {

  static Stream<Problem> problemsOfHttp() {
    return Stream.of(
        Problem.malformed("x"),
        Problem.invalidQuery("x"),
        Problem.forbidden("x"),
        Problem.notFound("x"),
        Problem.methodNotAllowed("x"),
        Problem.timedOut("x"),
        Problem.tooLarge("x"),
        Problem.unsupportedMediaType("x"),
        Problem.notAcceptable("x"),
        Problem.upgradeRequired("x"),
        Problem.unavailable("x"),
        Problem.internalError(),
        Problem.goingAway());
  }

  @ParameterizedTest
  @MethodSource("problemsOfHttp")
  void everyProblemOfHttpIsOneOfTheProtocol(Problem problem) {
    ErrorCode code = ErrorCode.ofWireName(problem.code()).orElseThrow();

    assertThat(Problems.of(new Rejection(code, problem.message()))).isEqualTo(problem);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        CloseCodes.NORMAL,
        CloseCodes.GOING_AWAY,
        CloseCodes.PROTOCOL_ERROR,
        CloseCodes.INVALID_UTF8,
        CloseCodes.MESSAGE_TOO_BIG
      })
  void everyCloseCodeOfTheFramesIsOneOfTheProtocol(int code) {
    assertThat(CloseCode.ofCode(code)).isPresent();
  }
}

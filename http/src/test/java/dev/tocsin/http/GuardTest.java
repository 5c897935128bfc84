package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GuardTest {

  static Stream<Throwable> failures() {
    return Stream.of(new IllegalStateException("a bug"), new InternalError("a bug of the JVM"));
  }

  private static void raise(Throwable failure) {
    switch (failure) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError(failure);
    }
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatATaskThrowsIsLogged(Throwable failure) {
    Guard.task("it could not be done", () -> raise(failure)).run();

    assertThat(RecordedLogs.take())
        .singleElement()
        .asString()
        .contains("it could not be done", "a bug");
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatACallbackOfAFutureThrowsIsLogged(Throwable failure) {
    CompletableFuture<String> future = new CompletableFuture<>();
    List<Runnable> tasks = new ArrayList<>();
    Guard.whenComplete(future, tasks::add, "it could not be told", (value, told) -> raise(failure));

    future.complete("x");
    tasks.getFirst().run();

    assertThat(RecordedLogs.take()).singleElement().asString().contains("a bug");
  }

  @Test
  void soIsAnExecutorThatTakesNothing() {
    Guard.whenComplete(
        CompletableFuture.completedFuture("x"),
        task -> {
          throw new RejectedExecutionException("has ended");
        },
        "it could not be told",
        (value, failure) -> {});

    assertThat(RecordedLogs.take()).singleElement().asString().contains("has ended");
  }
}

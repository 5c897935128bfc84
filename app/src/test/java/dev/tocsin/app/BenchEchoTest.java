package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BenchEchoTest {

  @Test
  void sendsBackWhatComesUntilItIsInterrupted() throws Exception {
    TestProcess echo = new TestProcess();
    String url = echo.start("bench", "echo", "--port", "0").url();
    assertThat(url).matches("ws://127\\.0\\.0\\.1:\\d+");

    CompletableFuture<String> answer = new CompletableFuture<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      WebSocket socket =
          http.newWebSocketBuilder()
              .buildAsync(
                  URI.create(url + "/some/path"),
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                        WebSocket from, CharSequence text, boolean last) {
                      answer.complete(text.toString());
                      return CompletableFuture.completedFuture(null);
                    }
                  })
              .get(20, TimeUnit.SECONDS);
      socket.sendText("hällo", true);

      assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("hällo");
      socket.abort();
    }
    assertThat(echo.interrupt()).isZero();
    assertThat(echo.out()).hasLineCount(1);
  }

  @Test
  void saysThatThePortIsTaken() throws Exception {
    TestProcess first = new TestProcess();
    String url = first.start("bench", "echo", "--port", "0").url();
    TestProcess second = new TestProcess();

    String port = url.substring(url.lastIndexOf(':') + 1);

    assertThat(second.run("bench", "echo", "--port", port)).isEqualTo(1);
    assertThat(second.err()).startsWith("tocsin: cannot listen on 127.0.0.1:" + port + ": ");
    assertThat(first.interrupt()).isZero();
  }
}

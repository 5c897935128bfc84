package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.client.ClientListener;
import dev.tocsin.client.ClientOptions;
import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.TocsinClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the commands make of answers, also where something else than a Tocsin answers.
@Timeout(60)
class HubApiTest {

  private final TestProcess process = new TestProcess();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          200 | hello
          200 | {}
          200 | []
          200 | {"bridges":[]}
          201 | {"x":1}
          204 | ~~
          """)
  void aGoodAnswerOfAStrangerIsAFailure(int status, String body) throws Exception {
    try (Stranger stranger = new Stranger(status, body)) {
      for (String command :
          List.of(
              "stats",
              "stats --json",
              "bridge status",
              "bridge status --json",
              "bridge retry x",
              "tail --since 1h")) {
        TestProcess asking = new TestProcess();

        assertThat(asking.run((command + " --url " + stranger.url()).split(" ", -1))).isEqualTo(1);

        assertThat(asking.out()).as(command).isEmpty();
        assertThat(asking.err())
            .as(command)
            .isEqualTo(
                "tocsin: what answers at %s is no Tocsin (HTTP %d)%n"
                    .formatted(stranger.url(), status));
      }
    }
  }

  /// Else an event would be taken for published that nobody has.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          200 | hello
          201 | {}
          201 | {"sequence":0}
          201 | {"sequence":null}
          204 | ~~
          404 | <html></html>
          """)
  void anEventThatAStrangerTookIsNotPublished(int status, String body) throws Exception {
    try (Stranger stranger = new Stranger(status, body)) {
      assertThat(process.run("publish", "a.b", "--payload", "{}", "--url", stranger.url()))
          .isEqualTo(1);

      assertThat(process.out()).isEmpty();
      assertThat(process.err())
          .contains("refused: HTTP " + status + ": what has answered is no Tocsin");
    }
  }

  /// As a proxy answers while the server behind it starts again.
  @Test
  void anEventInAFileIsPostedAgainAfterAnAnswerOfAStranger() throws Exception {
    List<Stranger.Said> said =
        List.of(
            new Stranger.Said(404, "<html></html>"),
            new Stranger.Said(200, "hello"),
            new Stranger.Said(201, "{\"sequence\":7}"));
    try (Stranger stranger = new Stranger(said);
        TocsinClient client =
            new TocsinClient(
                ClientOptions.of(URI.create(stranger.url())), new ClientListener() {})) {
      PublishSender sender =
          new PublishSender(client, new HubApi(access(stranger), process.surroundings()));

      assertThat(
              sender.post("{}".getBytes(StandardCharsets.UTF_8), "key").get(30, TimeUnit.SECONDS))
          .isEqualTo(new PublishOutcome.Published(7));
    }
  }

  @Test
  void aRefusalOfATocsinIsNotPostedAgain() throws Exception {
    try (Stranger tocsin = new Stranger(422, "{\"error\":\"invalid_payload\"}");
        TocsinClient client =
            new TocsinClient(ClientOptions.of(URI.create(tocsin.url())), new ClientListener() {})) {
      PublishSender sender =
          new PublishSender(client, new HubApi(access(tocsin), process.surroundings()));

      assertThat(
              sender.post("{}".getBytes(StandardCharsets.UTF_8), "key").get(30, TimeUnit.SECONDS))
          .isInstanceOf(PublishOutcome.Refused.class);
      assertThat(tocsin.asked()).isOne();
    }
  }

  private static ServerAccess access(Stranger server) throws WrongUse {
    return ServerAccess.open(ServerUrl.parse(server.url()));
  }
}

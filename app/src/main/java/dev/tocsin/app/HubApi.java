package dev.tocsin.app;

import dev.tocsin.client.ConnectFailedException;
import dev.tocsin.client.ServerAddress;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server's HTTP API, as far as the commands need it.
final class HubApi {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final ServerUrl server;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  HubApi(ServerUrl server) {
    this.server = server;
  }

  /// An answer: its status, and its body where that is JSON.
  record Answer(int status, JsonNode body) {

    /// Whether the body is a problem document (RFC 9457) and not a result.
    boolean isProblem() {
      return body.has("error");
    }

    /// The code and the sentence of a problem.
    String problem() {
      String code = body.path("error").asString("HTTP " + status);
      return code + ": " + body.path("detail").asString("the server did not say why");
    }
  }

  Answer post(String path, String contentType, BodyPublisher body) throws Failure {
    try {
      ServerAddress.Target target = ServerAddress.target(server.resource(path));
      HttpRequest.Builder request =
          HttpRequest.newBuilder(target.uri()).header("Content-Type", contentType).POST(body);
      if (target.host() != null) {
        request.header("Host", target.host());
      }
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), json(response.body()));
    } catch (IOException e) {
      ConnectFailedException failure = ConnectFailedException.of(server.http(), e);
      throw new Failure(
          failure.getMessage() + "; is a server running there? ('tocsin serve' starts one)", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    }
  }

  private static JsonNode json(String body) {
    JsonMapper mapper = JsonMapper.shared();
    try {
      return mapper.readTree(body);
    } catch (JacksonException e) {
      return mapper.createObjectNode();
    }
  }
}

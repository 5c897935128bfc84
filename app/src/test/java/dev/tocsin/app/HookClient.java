package dev.tocsin.app;

import dev.tocsin.events.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;

/// Another system that posts JSON to hooks, and looks at what has become of it.
final class HookClient implements AutoCloseable {

  private final HttpClient http = HttpClient.newHttpClient();

  /// Posts a body.
  ///
  /// @param headers names and values, one after the other
  HttpResponse<String> post(String url, String body, String... headers)
      throws IOException, InterruptedException {
    return postAs("application/json", url, HttpRequest.BodyPublishers.ofString(body), headers);
  }

  HttpResponse<String> postAs(
      String mediaType, String url, HttpRequest.BodyPublisher body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).header("Content-Type", mediaType).POST(body);
    return send(with(request, headers));
  }

  HttpResponse<String> get(String url, String... headers) throws IOException, InterruptedException {
    return send(with(HttpRequest.newBuilder(URI.create(url)), headers));
  }

  private static HttpRequest with(HttpRequest.Builder request, String... headers) {
    return (headers.length > 0 ? request.headers(headers) : request).build();
  }

  /// The JSON that is at an address.
  JsonNode json(String url, String... headers) throws IOException, InterruptedException {
    return ((Json.Value) Json.read(get(url, headers).body())).tree();
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    http.close();
  }
}

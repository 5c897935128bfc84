package dev.tocsin.access;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// One fetch of a JWK set: bounded in time and size, following redirects from https to https only.
final class KeySetFetch {

  /// How long a connection may take, and all of a fetch.
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final int MAX_REDIRECTS = 3;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final Set<String> SCHEMES = Set.of("https", "http");
  private static final Pattern MAX_AGE =
      Pattern.compile("(?:^|[,\\s])max-age\\s*=\\s*\"?(\\d{1,9})", Pattern.CASE_INSENSITIVE);

  private final HttpClient client;
  private final URI url;
  private final Duration timeout;

  /// What was fetched.
  ///
  /// @param content of the answer
  /// @param maxAge how long it is fresh, as the answer says; less than zero when it does not
  @SuppressWarnings("ArrayRecordComponent")
  record Fetched(byte[] content, Duration maxAge) {}

  KeySetFetch(HttpClient client, URI url, Duration timeout) {
    this.client = client;
    this.url = url;
    this.timeout = timeout;
  }

  /// The URL of a JWK set.
  ///
  /// @throws BrokenFileException when it cannot be one
  static URI url(String text) throws BrokenFileException {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw new BrokenFileException("the URL of the keys of tokens is not valid");
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!SCHEMES.contains(scheme) || url.getHost() == null || url.getPort() > 65_535) {
      throw new BrokenFileException("the URL of the keys of tokens must be https://… or http://…");
    }
    if (url.getRawUserInfo() != null) {
      throw new BrokenFileException("the URL of the keys of tokens must not hold a password");
    }
    return url;
  }

  /// A URL as a log may show it: without a query, which may hold a secret.
  static String shown(URI url) {
    String authority = url.getRawAuthority();
    String path = url.getRawPath();
    return url.getScheme() + "://" + authority + (path == null ? "" : path);
  }

  /// Begins the fetch.
  ///
  /// @return completes with an exception of which [#sentence] makes a sentence
  CompletableFuture<Fetched> start() {
    CompletableFuture<Fetched> fetched = new CompletableFuture<>();
    fetched.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    ask(url, 0, fetched);
    return fetched;
  }

  private void ask(URI from, int redirects, CompletableFuture<Fetched> fetched) {
    CompletableFuture<HttpResponse<byte[]>> answer;
    try {
      HttpRequest request =
          HttpRequest.newBuilder(from)
              .timeout(timeout)
              .header("Accept", "application/jwk-set+json, application/json;q=0.9, */*;q=0.1")
              .GET()
              .build();
      answer = client.sendAsync(request, head -> new BoundedBody(KeySetReader.MAX_BYTES));
    } catch (RuntimeException e) {
      // A URL that the client does not take, or a client that is closed.
      fetched.completeExceptionally(e);
      return;
    }
    fetched.whenComplete((done, failure) -> answer.cancel(true));
    answer.whenComplete((response, failure) -> {
      if (failure != null) {
        fetched.completeExceptionally(failure);
        return;
      }
      try {
        take(from, response, redirects, fetched);
      } catch (BrokenFileException e) {
        fetched.completeExceptionally(e);
      }
    });
  }

  private void take(
      URI from, HttpResponse<byte[]> response, int redirects, CompletableFuture<Fetched> fetched)
      throws BrokenFileException {
    if (REDIRECTS.contains(response.statusCode())) {
      ask(redirected(from, response, redirects), redirects + 1, fetched);
    } else if (response.statusCode() == 200) {
      fetched.complete(new Fetched(response.body(), maxAge(response)));
    } else {
      throw new BrokenFileException("answers with status " + response.statusCode());
    }
  }

  private static URI redirected(URI from, HttpResponse<?> response, int redirects)
      throws BrokenFileException {
    if (redirects == MAX_REDIRECTS) {
      throw new BrokenFileException("redirects more than " + MAX_REDIRECTS + " times");
    }
    URI to;
    try {
      to = from.resolve(new URI(response.headers().firstValue("Location").orElse("")));
    } catch (URISyntaxException e) {
      throw new BrokenFileException("redirects to what is no URL");
    }
    boolean isHttps = "https".equalsIgnoreCase(from.getScheme());
    if (!isHttps || !"https".equalsIgnoreCase(to.getScheme()) || to.getHost() == null) {
      throw new BrokenFileException("redirects, which is followed from https to https only");
    }
    return url(to.toString());
  }

  private static Duration maxAge(HttpResponse<?> response) {
    String control = String.join(",", response.headers().allValues("Cache-Control"));
    Matcher age = MAX_AGE.matcher(control);
    return Duration.ofSeconds(age.find() ? Long.parseLong(age.group(1)) : -1);
  }

  /// What went wrong, as the part of a sentence that follows the URL.
  static String sentence(Throwable failure) {
    return switch (failure) {
      case CompletionException e when e.getCause() != null -> sentence(e.getCause());
      case BrokenFileException e -> String.valueOf(e.getMessage());
      case TimeoutException e -> "did not answer in time";
      case HttpTimeoutException e -> "did not answer in time";
      case BoundedBody.TooLongException e ->
          "is larger than " + (KeySetReader.MAX_BYTES >> 20) + " MiB";
      case ConnectException e -> "cannot be reached";
      case SSLException e -> "cannot be reached over TLS, or its certificate is not trusted";
      case IOException e when e.getCause() instanceof BoundedBody.TooLongException cause ->
          sentence(cause);
      default -> "cannot be fetched: " + failure.getClass().getSimpleName();
    };
  }
}

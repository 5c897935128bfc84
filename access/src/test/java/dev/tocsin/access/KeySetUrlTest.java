package dev.tocsin.access;

import static dev.tocsin.access.SignedTokens.claims;
import static dev.tocsin.access.SignedTokens.json;
import static dev.tocsin.access.SignedTokens.set;
import static dev.tocsin.access.SignedTokens.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tocsin.hub.Authenticator.Outcome;
import dev.tocsin.hub.ManualClock;
import dev.tocsin.hub.Pass;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Against a server of Java's own; the clock is the test's.
@Timeout(30)
class KeySetUrlTest {

  private static final String A = SignedTokens.rsa(SignedTokens.RSA, ",'kid':'a'");
  private static final String B = SignedTokens.edwards(",'kid':'b'");

  private final ManualClock clock = new ManualClock();
  private final AtomicInteger asked = new AtomicInteger();
  private final Map<String, String> headers = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile String content = "";
  private volatile int status = 200;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private HttpServer server;
  private KeySource source;
  private JwtVerifier verifier;

  @BeforeEach
  void begin() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/jwks", this::answer);
    server.start();
    source = KeySource.of(url(), clock);
    verifier =
        new JwtVerifier(
            new JwtSettings(url(), null, null), source, () -> Roles.NONE, Runnable::run, clock);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/jwks?secret=1";
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    try {
      gate.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    byte[] body = content.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      // Without a length, as a server may answer.
      exchange.sendResponseHeaders(status, 0);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      // The client has had enough.
    }
  }

  @AfterEach
  void end() {
    gate.countDown();
    source.close();
    server.stop(0);
    threads.shutdownNow();
  }

  /// Looks, and waits until what that began has ended.
  private void look() {
    source.look();
    source.first().join();
  }

  private String tokenOf(String kid) {
    String algorithm = kid.equals("b") ? "EdDSA" : "RS256";
    return token(
        algorithm,
        json("{'alg':'" + algorithm + "','kid':'" + kid + "'}"),
        claims(clock.instant(), ""));
  }

  private CompletableFuture<Outcome> judge(String kid) {
    return verifier.verify(tokenOf(kid)).toCompletableFuture();
  }

  @Test
  void isFetchedAtTheStartAndATokenWaitsForIt() {
    content = set(A);
    gate = new CountDownLatch(1);
    source.look();
    source.look();
    CompletableFuture<Outcome> outcome = judge("a");
    assertThat(outcome).isNotDone();

    gate.countDown();

    assertThat(outcome.join()).isInstanceOf(Outcome.Accepted.class);
    assertThat(asked).hasValue(1);
  }

  @Test
  void withoutAFirstFetchTokensCannotBeJudged() {
    status = 500;
    look();
    assertThat(source.fault()).isEqualTo("answers with status 500");
    assertThat(judge("a").join())
        .isEqualTo(new Outcome.Unavailable("there are no keys for tokens yet"));
    look();
    assertThat(asked).as("not at once again").hasValue(1);

    status = 200;
    content = set(A);
    clock.advance(KeySetUrl.RETRY);
    look();
    assertThat(judge("a").join()).isInstanceOf(Outcome.Accepted.class);
    assertThat(source.fault()).isNull();
  }

  @Test
  void triesAreMadeLessOftenTheLongerItFails() {
    status = 404;
    look();
    for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
      int before = asked.get();
      clock.advance(Duration.ofSeconds(seconds - 1));
      look();
      assertThat(asked).hasValue(before);
      clock.advance(Duration.ofSeconds(1));
      look();
      assertThat(asked).hasValue(before + 1);
    }
  }

  @Test
  void anUnknownKidCausesAFetchOnceInAWhile() {
    content = set(A);
    look();
    Pass old = ((Outcome.Accepted) judge("a").join()).pass();
    content = set(B);

    Outcome rotated = judge("b").join();
    assertThat(rotated).isInstanceOf(Outcome.Accepted.class);
    assertThat(asked).hasValue(2);
    assertThat(old.access()).as("its key is gone").isEmpty();

    assertThat(judge("c").join()).isEqualTo(new Outcome.Refused("the token's kid is unknown"));
    assertThat(asked).as("not within 30 s").hasValue(2);
    clock.advance(KeySetUrl.BETWEEN_UNKNOWN.minusMillis(1));
    judge("c").join();
    assertThat(asked).hasValue(2);
    clock.advance(Duration.ofMillis(1));
    judge("c").join();
    judge("d").join();
    assertThat(asked).hasValue(3);
  }

  @Test
  void allTokensWithAnUnknownKidWaitForOneFetch() {
    content = set(A);
    look();
    content = set(A, B);
    gate = new CountDownLatch(1);
    CompletableFuture<Outcome> first = judge("b");
    CompletableFuture<Outcome> second = judge("b");
    CompletableFuture<Outcome> known = judge("a");

    assertThat(known.join()).as("does not wait").isInstanceOf(Outcome.Accepted.class);
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    gate.countDown();
    assertThat(first.join()).isInstanceOf(Outcome.Accepted.class);
    assertThat(second.join()).isInstanceOf(Outcome.Accepted.class);
    assertThat(asked).hasValue(2);
  }

  @Test
  void knownKeysGoOnWorkingWhileItCannotBeHad() {
    content = set(A);
    look();
    Pass pass = ((Outcome.Accepted) judge("a").join()).pass();
    server.stop(0);

    clock.advance(KeySetUrl.USUAL_AGE);
    look();
    assertThat(source.fault()).isNotNull();
    assertThat(judge("a").join()).isInstanceOf(Outcome.Accepted.class);
    assertThat(pass.access()).isPresent();
    assertThat(judge("b").join()).isInstanceOf(Outcome.Refused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 600",
    "'no-store', 600",
    "'public, max-age=1000, must-revalidate', 800",
    "'Max-Age=\"1000\"', 800",
    "'max-age=0', 60",
    "'max-age=60', 48",
    "'max-age=5', 4",
    "'max-age=999999999', 3600",
    "'max-age=99999999999999999999', 3600",
    "'s-maxage=1000', 600",
  })
  void isFetchedAgainBeforeItGetsOld(String control, int seconds) {
    if (!control.isEmpty()) {
      headers.put("Cache-Control", control);
    }
    content = set(A);
    look();

    clock.advance(Duration.ofSeconds(seconds - 1));
    look();
    assertThat(asked).hasValue(1);
    clock.advance(Duration.ofSeconds(1));
    content = set(B);
    look();
    assertThat(asked).hasValue(2);
    assertThat(source.keys().knows("b")).isTrue();
    assertThat(source.keys().knows("a")).isFalse();
  }

  @Test
  void aClockThatIsSetBackDoesNotStopIt() {
    content = set(A);
    look();
    clock.set(Duration.ofDays(-1));
    look();
    assertThat(asked).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1 << 20, 10 << 20})
  void moreThanAMebibyteIsNotRead(int spaces) {
    content = set(A) + " ".repeat(spaces);
    look();
    assertThat(source.fault()).isEqualTo("is larger than 1 MiB");
    assertThat(source.keys()).isNull();
  }

  @Test
  void aServerThatKeepsSilentIsGivenUp() throws Exception {
    gate = new CountDownLatch(1);
    URI url = KeySetFetch.url(url());
    try (KeySetUrl hasty =
        new KeySetUrl(url, HttpClient.newHttpClient(), clock, Duration.ofMillis(200))) {
      hasty.look();
      hasty.first().get(20, TimeUnit.SECONDS);
      assertThat(hasty.fault()).isEqualTo("did not answer in time");
    }
  }

  @Test
  void aServerThatSendsDropByDropIsGivenUp() throws Exception {
    server.createContext(
        "/drops",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          gate.countDown();
        });
    URI url = KeySetFetch.url(url().replace("/jwks", "/drops"));
    try (KeySetUrl hasty =
        new KeySetUrl(url, HttpClient.newHttpClient(), clock, Duration.ofMillis(500))) {
      hasty.look();
      hasty.first().get(20, TimeUnit.SECONDS);
      assertThat(hasty.fault()).isEqualTo("did not answer in time");
    }
  }

  @Test
  void whatIsNoKeySetIsToldInWords() {
    content = "<html>";
    look();
    assertThat(source.fault()).isEqualTo("what it answers is neither a JWK set, a JWK nor PEM");
    content = set(SignedTokens.rsa(SignedTokens.SHORT_RSA, ""));
    clock.advance(KeySetUrl.PATIENCE);
    look();
    assertThat(source.fault()).contains("has no key that can be used").contains("1024 bits");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/jwks", "https://127.0.0.1:1/", "file:///etc/passwd", ":", ""})
  void redirectsAreFollowedBetweenHttpsOnly(String to) {
    status = 302;
    headers.put("Location", to);
    look();
    assertThat(source.fault()).startsWith("redirects");
    assertThat(asked).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://example.org/",
        "https://",
        "https://a b/",
        "https:///x",
        "https://example.org:99999/",
        "://",
        "https://user:secret@example.org/"
      })
  void refusesUrls(String url) {
    assertThatThrownBy(() -> KeySource.of(url, clock))
        .isInstanceOf(BrokenFileException.class)
        .hasMessageStartingWith("the URL of the keys of tokens")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aQueryIsNotShown() throws Exception {
    assertThat(KeySetFetch.shown(KeySetFetch.url("https://id.example/keys?secret=1")))
        .isEqualTo("https://id.example/keys");
  }
}

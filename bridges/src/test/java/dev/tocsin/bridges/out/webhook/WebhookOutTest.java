package dev.tocsin.bridges.out.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.bridges.BridgeFile;
import dev.tocsin.bridges.Bridges;
import dev.tocsin.bridges.bridge.Backoff;
import dev.tocsin.bridges.bridge.Equipment;
import dev.tocsin.bridges.bridge.StandardWebhooks;
import dev.tocsin.bridges.description.MissingSecretException;
import dev.tocsin.bridges.description.Secret;
import dev.tocsin.bridges.description.SecretSource;
import dev.tocsin.bridges.hub.TestHub;
import dev.tocsin.bridges.hub.Until;
import dev.tocsin.bridges.mapping.TestMessages;
import dev.tocsin.bridges.out.TestReceiver;
import dev.tocsin.events.BridgeStanding;
import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.Via;
import dev.tocsin.fixtures.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Webhooks that go out to real servers.
@Timeout(300)
class WebhookOutTest {

  private static final String OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String NEW = "whsec_plJ3nmyCDGBKInavdOK15jsl";

  private final TestHub hub = new TestHub();
  private @Nullable TestEndpoint endpoint;
  private @Nullable Bridges bridges;

  @TempDir private Path folder;

  @BeforeEach
  void open() throws Exception {
    endpoint = new TestEndpoint(null);
  }

  @AfterEach
  void close() {
    if (bridges != null) {
      bridges.close();
    }
    endpoint().close();
  }

  private TestEndpoint endpoint() {
    TestEndpoint open = endpoint;
    assertThat(open).isNotNull();
    return open;
  }

  private Bridges begin(String members) throws Exception {
    return begin(members, endpoint().url());
  }

  private Bridges begin(String members, String url) throws Exception {
    String file =
        "{\"bridges\":[{\"name\":\"shop\",\"kind\":\"webhook-out\",\"url\":\""
            + url
            + "\",\"allow_private\":true,\"events\":[\"*\"],\"from\":\"oldest\""
            + members
            + "}]}";
    BridgeFile.Reading reading =
        BridgeFile.read(file.getBytes(StandardCharsets.UTF_8), EventCatalog.builtIn());
    assertThat(reading).isInstanceOf(BridgeFile.Reading.Read.class);
    Bridges made =
        Bridges.of(
            ((BridgeFile.Reading.Read) reading).plan(),
            new Equipment(
                Map.of("OLD", OLD, "NEW", NEW, "TOKEN", "Bearer s3cret"),
                folder,
                InstantSource.system(),
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(4), new Random(3))));
    bridges = made;
    made.start(hub);
    return made;
  }

  private void publish(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      publish("{\"id\":\"" + i + "\"}");
    }
  }

  private void publish(String payload) throws Exception {
    hub.publish(
            ("{\"type\":\"alert.deleted\",\"payload\":" + payload + "}")
                .getBytes(StandardCharsets.UTF_8),
            null)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private List<TestEndpoint.Post> awaitPosts(int count) throws Exception {
    Until.is(() -> endpoint().posts().size() >= count);
    return endpoint().posts();
  }

  private static BridgeStanding standing(Bridges bridges) {
    return bridges.standings().getFirst();
  }

  private static BridgeStanding.Out out(Bridges bridges) {
    BridgeStanding.Out out = standing(bridges).out();
    assertThat(out).isNotNull();
    return out;
  }

  @Test
  void eventIsAStandardWebhookWithASignatureForEachSecret() throws Exception {
    publish(1);
    begin(
        ",\"secrets\":[{\"env\":\"NEW\"},{\"env\":\"OLD\"}],"
            + "\"headers\":{\"Authorization\":{\"env\":\"TOKEN\"},\"X-Site\":\"north\"}");

    TestEndpoint.Post post = awaitPosts(1).getFirst();

    assertThat(post.path()).isEqualTo("/in");
    assertThat(post.headers())
        .containsEntry("Content-type", "application/json")
        .containsEntry("Authorization", "Bearer s3cret")
        .containsEntry("X-site", "north")
        .containsEntry("Tocsin-via", "epoch-1")
        .containsEntry("webhook-id", "epoch-1:1")
        .containsEntry("Host", "127.0.0.1:" + endpoint().port());
    assertThat(TestMessages.json(post.body()).at("/payload/id").stringValue()).isEqualTo("0");
    assertThat(TestMessages.json(post.body()).get("sequence").longValue()).isEqualTo(1);
    assertThat(post.headers().get("webhook-signature").split(" ")).hasSize(2);
    for (String secret : List.of("NEW", "OLD")) {
      Secret key =
          StandardWebhooks.key(new SecretSource.Env(secret), Map.of("OLD", OLD, "NEW", NEW));
      assertThat(post.headers().get("webhook-signature").split(" "))
          .contains(
              "v1,"
                  + StandardWebhooks.signature(
                      key,
                      post.id(),
                      post.headers().get("webhook-timestamp"),
                      post.body().getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void unsignedWithoutSecretAndCloudEventsWhereAskedFor() throws Exception {
    publish(1);
    begin(",\"format\":\"cloudevents\"");

    TestEndpoint.Post post = awaitPosts(1).getFirst();

    assertThat(post.headers()).doesNotContainKey("webhook-signature");
    assertThat(post.headers()).containsEntry("Content-type", "application/cloudevents+json");
    assertThat(TestMessages.json(post.body()).get("id").stringValue()).isEqualTo("epoch-1:1");
    assertThat(TestMessages.json(post.body()).get("type").stringValue())
        .isEqualTo("tocsin.alert.deleted");
    assertThat(TestMessages.json(post.body()).at("/data/id").stringValue()).isEqualTo("0");
  }

  @Test
  void batchesAreArrays() throws Exception {
    publish(25);
    begin(",\"format\":\"cloudevents\",\"batch\":{\"max_events\":10,\"wait_ms\":0}");

    List<TestEndpoint.Post> posts = awaitPosts(3);

    assertThat(posts.stream().map(TestEndpoint.Post::id))
        .containsExactly("epoch-1:1-10", "epoch-1:11-20", "epoch-1:21-25");
    assertThat(posts.getFirst().headers())
        .containsEntry("Content-type", "application/cloudevents-batch+json");
    assertThat(TestMessages.json(posts.getFirst().body()).size()).isEqualTo(10);
    assertThat(TestMessages.json(posts.getLast().body()).get(4).get("id").stringValue())
        .isEqualTo("epoch-1:25");
  }

  /// The receiver fails at random, also after it has taken an event. None is missing; of each, the first delivery is in order.
  @Test
  void tenThousandEventsReachAReceiverThatFailsAtRandom() throws Exception {
    Random random = new Random(11);
    List<String> taken = new ArrayList<>();
    endpoint().rule =
        post -> {
          synchronized (taken) {
            int what = random.nextInt(20);
            if (what > 1) {
              taken.add(post.id());
            } else if (what == 1) {
              taken.add(post.id());
              return TestEndpoint.Reply.of(504);
            }
            return TestEndpoint.Reply.of(what == 0 ? 500 : 200);
          }
        };
    publish(10_000);
    Bridges running = begin("");

    Until.is(() -> out(running).sent() == 10_000);

    assertThat(new LinkedHashSet<>(taken))
        .containsExactlyElementsOf(TestReceiver.ids("epoch-1", 1, 10_000));
    assertThat(taken).hasSizeGreaterThan(10_000);
    assertThat(out(running).setAside()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 503, 301, 307})
  void answersThatMayChangeAreWaitedFor(int status) throws Exception {
    AtomicInteger tries = new AtomicInteger();
    endpoint().rule =
        post ->
            tries.incrementAndGet() > 3
                ? TestEndpoint.Reply.of(200)
                : new TestEndpoint.Reply(
                    status, Map.of("Location", "http://127.0.0.1/elsewhere"), "");
    publish(2);
    Bridges running = begin("");

    Until.is(() -> out(running).sent() == 2);

    assertThat(endpoint().posts().stream().map(TestEndpoint.Post::id))
        .containsExactly("epoch-1:1", "epoch-1:1", "epoch-1:1", "epoch-1:1", "epoch-1:2");
    assertThat(endpoint().posts()).allMatch(post -> post.path().equals("/in"));
    assertThat(standing(running).lastError().sentence()).contains(Integer.toString(status));
    assertThat(out(running).setAside()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {503, 302})
  void retryAfterIsHeeded(int status) throws Exception {
    endpoint().rule = post -> new TestEndpoint.Reply(status, Map.of("Retry-After", "3000"), "");
    publish(1);
    Bridges running = begin("");

    awaitPosts(1);
    // With a backoff of milliseconds there would be many.
    Thread.sleep(500);

    assertThat(endpoint().posts()).hasSize(1);
    assertThat(standing(running).link().isUp()).isFalse();
    endpoint().rule = post -> TestEndpoint.Reply.of(200);
    assertThat(running.retry("shop")).hasValue(0);
    Until.is(() -> out(running).sent() == 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 409, 413, 422})
  void refusedEventGoesAsideAndHoldsNothingUp(int status) throws Exception {
    endpoint().rule =
        post ->
            post.id().equals("epoch-1:2")
                ? new TestEndpoint.Reply(status, Map.of(), "what was wrong")
                : TestEndpoint.Reply.of(200);
    publish(3);
    Bridges running = begin("");

    Until.is(() -> out(running).sent() == 2 && out(running).setAside() == 1);
    String aside = Files.readString(folder.resolve("shop.aside.ndjson"));
    assertThat(aside)
        .contains(Integer.toString(status))
        .contains("\"answer\":\"what was wrong\"")
        .contains("\"sequence\":2");
    assertThat(standing(running).refused().getFirst().reason()).isEqualTo("refused_there");

    endpoint().rule = post -> TestEndpoint.Reply.of(200);
    assertThat(running.retry("shop")).hasValue(1);
    Until.is(() -> out(running).sent() == 3 && out(running).setAside() == 0);
    assertThat(endpoint().posts().getLast().id()).isEqualTo("epoch-1:2");
    assertThat(Files.readString(folder.resolve("shop.aside.ndjson"))).isEmpty();
  }

  @Test
  void bridgesThatAreNoneAreNotTriedAgain() throws Exception {
    assertThat(begin("").retry("other")).isEmpty();
  }

  @Test
  void goneEndsTheBridgeUntilItIsTold() throws Exception {
    endpoint().rule = post -> TestEndpoint.Reply.of(410);
    publish(2);
    begin("");
    Path state = folder.resolve("shop.json");
    Until.is(() -> Files.exists(state) && Files.readString(state).contains("410"));
    bridges.close();
    endpoint().rule = post -> TestEndpoint.Reply.of(200);

    Bridges second = begin("");
    Until.is(() -> standing(second).link() != null);
    assertThat(standing(second).link().sentence()).contains("ended").contains("410");
    assertThat(endpoint().posts()).hasSize(1);

    second.retry("shop");
    Until.is(() -> out(second).sent() == 2);
  }

  @Test
  void whatHasComeFromAnotherHubSaysSoAndIsSentByItself() throws Exception {
    publish("{\"id\":\"1\"}");
    publish("{\"id\":\"2\",\"tocsin_via\":\"hub-a, hub-b\"}");
    publish("{\"id\":\"3\"}");
    begin(",\"batch\":{\"wait_ms\":0}");

    List<TestEndpoint.Post> posts = awaitPosts(3);

    assertThat(posts.stream().map(post -> post.headers().get("Tocsin-via")))
        .containsExactly("epoch-1", "hub-a, hub-b, epoch-1", "epoch-1");
  }

  @Test
  void eventThatWouldGoInACircleIsCountedAndNotSetAside() throws Exception {
    endpoint().rule =
        post ->
            post.headers().get("Tocsin-via").contains("hub-a")
                ? new TestEndpoint.Reply(400, Map.of(), "{\"error\":\"" + Via.IN_A_LOOP + "\"}")
                : TestEndpoint.Reply.of(200);
    publish("{\"id\":\"1\",\"tocsin_via\":\"hub-a\"}");
    publish("{\"id\":\"2\"}");
    Bridges running = begin("");

    Until.is(() -> out(running).sent() == 1);
    assertThat(out(running).setAside()).isZero();
    assertThat(standing(running).refused().getFirst().reason()).isEqualTo("loop");
  }

  @Test
  void eventThatComesBackToItsOwnHubIsCountedAndNotSetAside() throws Exception {
    endpoint().rule =
        post -> new TestEndpoint.Reply(400, Map.of(), "{\"error\":\"" + Via.IN_A_LOOP + "\"}");
    publish("{\"id\":\"1\"}");
    publish("{\"id\":\"2\"}");
    Bridges running = begin("");

    Until.is(() -> out(running).position() == 2);
    assertThat(out(running).setAside()).isZero();
    assertThat(standing(running).refused().getFirst().count()).isEqualTo(2);
    assertThat(standing(running).refused().getFirst().reason()).isEqualTo("loop");
  }

  @Test
  void ownAuthorityIsTrustedAndOthersAreNot() throws Exception {
    TestCertificate authority = TestCertificate.authority("ours");
    TestCertificate other = TestCertificate.authority("theirs");
    Path ca = Files.writeString(folder.resolve("ca.pem"), authority.pem());
    publish(1);
    try (TestEndpoint good = secure(authority.issue("good"));
        TestEndpoint bad = secure(other.issue("bad"))) {
      Bridges refused = begin(",\"ca\":\"" + ca + "\"", bad.url());
      Until.is(() -> standing(refused).link() != null);
      assertThat(standing(refused).link().sentence()).contains("certificate is not accepted");
      refused.close();
      assertThat(bad.posts()).isEmpty();

      Bridges usual = begin("", good.url());
      Until.is(() -> standing(usual).link() != null);
      assertThat(standing(usual).link().sentence()).contains("certificate is not accepted");
      usual.close();

      Bridges running = begin(",\"ca\":\"" + ca + "\"", good.url());
      Until.is(() -> out(running).sent() == 1);
      assertThat(good.posts()).hasSize(1);
    }
  }

  @Test
  void certificateHasToBeForTheNameOfTheAddress() throws Exception {
    TestCertificate authority = TestCertificate.authority("ours");
    Path ca = Files.writeString(folder.resolve("ca.pem"), authority.pem());
    try (TestEndpoint there = secure(authority.issue("there"));
        // The certificate is for localhost.
        HttpLine right = line("localhost", there.port(), ca);
        HttpLine whole = line("localhost.", there.port(), ca);
        HttpLine wrong = line("other.test", there.port(), ca)) {
      assertThat(right.post(Map.of(), new byte[0]).status()).isEqualTo(204);
      assertThat(whole.post(Map.of(), new byte[0]).status()).isEqualTo(204);
      assertThatThrownBy(() -> wrong.post(Map.of(), new byte[0]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("certificate is not accepted")
          .hasMessageContaining("other.test");
      assertThat(there.posts()).hasSize(2);
    }
  }

  private static HttpLine line(String host, int port, Path ca) throws Exception {
    return new HttpLine(
        new ReceiverAddress(true, host, port, "/", true),
        Trust.of(ca),
        Duration.ofSeconds(60),
        name -> new InetAddress[] {InetAddress.getLoopbackAddress()});
  }

  private static TestEndpoint secure(TestCertificate certificate) throws Exception {
    return new TestEndpoint(certificate.clientContext(certificate));
  }

  @Test
  void secretsAndCertificatesThatAreMissingAreToldBeforeItStarts() {
    assertThatThrownBy(() -> begin(",\"secret\":{\"env\":\"NONE\"}"))
        .isInstanceOf(MissingSecretException.class)
        .hasMessageContaining("NONE");
    assertThatThrownBy(() -> begin(",\"headers\":{\"X-Key\":{\"env\":\"NONE\"}}"))
        .isInstanceOf(MissingSecretException.class)
        .hasMessageContaining("X-Key");
    assertThatThrownBy(
            () -> begin(",\"ca\":\"" + folder.resolve("none.pem") + "\"", "https://localhost/"))
        .isInstanceOf(MissingSecretException.class)
        .hasMessageEndingWith("none.pem cannot be read: there is no such file or folder");
  }

  /// Whatever of the state a kill leaves behind, no event is missing.
  @Test
  void noEventIsMissingWhateverStateAKillLeaves() throws Exception {
    publish(300);
    Bridges running = begin("");
    List<byte[]> states = new ArrayList<>();
    Until.is(() -> {
      if (Files.exists(folder.resolve("shop.json"))) {
        states.add(Files.readAllBytes(folder.resolve("shop.json")));
      }
      return out(running).sent() == 300;
    });
    running.close();
    assertThat(states).isNotEmpty();
    List<byte[]> distinct =
        IntStream.range(0, 4).mapToObj(i -> states.get(i * (states.size() - 1) / 3)).toList();

    for (byte[] state : distinct) {
      int before = endpoint().posts().size();
      long position =
          TestMessages.json(new String(state, StandardCharsets.UTF_8)).get("sequence").longValue();
      Files.write(folder.resolve("shop.json"), state);
      Bridges again = begin("");
      Until.is(() -> out(again).position() == 300);
      again.close();
      List<TestEndpoint.Post> sentAgain =
          endpoint().posts().subList(before, endpoint().posts().size());
      assertThat(sentAgain.stream().map(TestEndpoint.Post::id))
          .isEqualTo(TestReceiver.ids("epoch-1", position + 1, 300));
    }
  }
}

package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.fixtures.FreePorts;
import dev.tocsin.fixtures.NatsConfig;
import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Durability;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Servers with which no log can be opened, or not all of it used: each is a sentence.
@Timeout(120)
class ServerSetupTest {

  private static final String INBOX = "subscribe: [\"_INBOX.>\"]";

  @TempDir Path folder;

  private static JetStreamSettings settings(NatsServers servers, boolean power, boolean synced) {
    String server = servers.url(0).replace("nats://", "nats://gate:secret@");
    return new JetStreamSettings(
        List.of(server),
        "tocsin",
        1,
        true,
        Duration.ofDays(7),
        64 << 20,
        Duration.ofMinutes(10),
        power,
        synced,
        null,
        null);
  }

  private static JetStreamEventLog open(NatsServers servers) throws JetStreamOpenException {
    return JetStreamEventLog.open(settings(servers, false, false), InstantSource.system());
  }

  private NatsServers start(String lines) {
    return NatsServers.start(1, folder, new NatsConfig("", lines));
  }

  private NatsServers startPermitting(String publish) {
    return start(
        "authorization { users: [ { user: gate, password: secret, permissions: { publish: "
            + publish
            + ", "
            + INBOX
            + " } } ] }");
  }

  @Test
  void messagesThatAreTooSmallForAnEvent() {
    try (NatsServers servers = start("max_payload: 60000")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("60000 bytes")
          .hasMessageContaining("max_payload")
          .hasMessageNotContaining("secret");
    }
  }

  private void replaceInConfig(String is, String shouldBe) throws Exception {
    Path config = folder.resolve("n1").resolve("nats.conf");
    Files.writeString(config, Files.readString(config).replace(is, shouldBe));
  }

  /// It would publish events, and hear of none.
  @Test
  void aUserThatMayListenToTooLittle() throws Exception {
    try (NatsServers servers = start("max_subscriptions: 3")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("maximum subscriptions exceeded")
          .hasMessageContaining("each has 4 subscriptions");
    }
    try (NatsServers servers = start("max_subscriptions: 4");
        JetStreamEventLog log = open(servers)) {
      assertThat(Logs.await(log.append(SampleEvents.appends("a.a"))))
          .hasOnlyElementsOfType(AppendResult.Stored.class);
    }
  }

  @Test
  void anAccountThatHasNoConnectionLeft() throws Exception {
    try (NatsServers servers =
            start(
                "accounts { A { jetstream: enabled, limits: { max_connections: 1 }, users: ["
                    + " { user: gate, password: secret } ] } }");
        JetStreamEventLog log = open(servers)) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("No NATS server could be reached at " + servers.url(0))
          .hasMessageContaining("(maximum account active connections exceeded)");
      assertThat(log.state().fault()).isEmpty();
    }
  }

  @Test
  void anAccountThatTakesNoStreamsWithoutALimit() throws Exception {
    try (NatsServers servers =
            start(
                "accounts { A { jetstream: { max_file: 1GB, max_mem: 1MB, max_bytes_required: true"
                    + " }, users: [ { user: gate, password: secret } ] } }");
        JetStreamEventLog log = open(servers)) {
      assertThat(Logs.await(log.append(SampleEvents.appends("a.a"))))
          .hasOnlyElementsOfType(AppendResult.Stored.class);
    }
  }

  @Test
  void anAccountThatMayNotAskJetStreamAnyMore() throws Exception {
    String may = "publish: \">\"";
    try (NatsServers servers = startPermitting("\">\"");
        JetStreamEventLog log = open(servers)) {
      replaceInConfig(may, "publish: [\"tocsin.e.>\", \"$JS.FC.>\", \"$KV.>\"]");
      servers.server(0).signal("HUP");

      OnRealServers.await(() -> log.state().fault().orElse("").contains("does not permit"));
      assertThat(log.state().fault().orElseThrow()).contains("\"$JS.API.");
    }
  }

  @Test
  void anAccountThatMayNotCreateTheStream() {
    try (NatsServers servers =
        startPermitting("[\"$JS.API.STREAM.INFO.>\", \"tocsin.e.>\", \"$KV.>\"]")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not permit")
          .hasMessageContaining("STREAM.CREATE.tocsin");
    }
  }

  @Test
  void anAccountThatMayNotPublish() {
    try (NatsServers servers = startPermitting("[\"$JS.>\", \"$KV.>\"]")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not permit")
          .hasMessageContaining("tocsin.e.");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$JS.API.CONSUMER.CREATE.>",
        "$JS.API.STREAM.MSG.GET.tocsin",
        "$JS.API.DIRECT.GET.>",
        "$KV.>",
        "$JS.API.STREAM.MSG.GET.KV_tocsin"
      })
  void anAccountThatMayNotDoWhatIsNeededLater(String subject) {
    try (NatsServers servers = startPermitting("{ deny: [\"" + subject + "\"] }")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not permit")
          .hasMessageContaining(subject.replace(">", ""));
    }
  }

  @Test
  void anAccountThatMayNotHearAnswers() {
    try (NatsServers servers =
        start(
            "authorization { users: [ { user: gate, password: secret, permissions: { subscribe: {"
                + " deny: [\"_INBOX.>\"] } } } ] }")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not permit")
          .hasMessageContaining("Subscription to \"_INBOX.");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"$JS.FC.>", "$KV.>"})
  void anAccountThatMayNotDoWithALogThatIsThereWhatIsNeededLater(String subject) throws Exception {
    try (NatsServers servers =
        start(
            "authorization { users: [ { user: gate, password: secret, permissions: { publish: {"
                + " allow: \">\", deny: \""
                + subject
                + "\" }, "
                + INBOX
                + " } }, { user: all, password: secret } ] }")) {
      JetStreamSettings all =
          TestSettings.of(servers, "tocsin")
              .at(List.of(servers.url(0).replace("nats://", "nats://all:secret@")))
              .build();
      JetStreamEventLog.open(all, InstantSource.system()).close();

      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not permit")
          .hasMessageContaining(subject.substring(0, 5));
    }
  }

  @Test
  void aBucketThatIsNotThereIsNotCreatedByWhoMayNot() throws Exception {
    try (NatsServers servers = start("")) {
      JetStreamEventLog.open(TestSettings.of(servers, "tocsin").build(), InstantSource.system())
          .close();
      Connection nats = Nats.connect(servers.url(0));
      OnRealServers.api(nats, "STREAM.DELETE.KV_tocsin", "");

      assertThatThrownBy(() ->
              JetStreamEventLog.open(
                  TestSettings.of(servers, "tocsin").notCreating().build(), InstantSource.system()))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("KV_tocsin")
          .hasMessageContaining("--jetstream-create=false");

      assertThat(OnRealServers.api(nats, "STREAM.INFO.KV_tocsin", "").has("error")).isTrue();
      nats.close();
    }
  }

  @Test
  void anAccountThatMayNotRead() {
    try (NatsServers servers =
        startPermitting("{ allow: \">\", deny: \"$JS.API.DIRECT.GET.>\" }")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not permit")
          .hasMessageContaining("DIRECT.GET.tocsin");
    }
  }

  @Test
  void anAccountThatMayNotFollow() {
    try (NatsServers servers =
        startPermitting("{ allow: \">\", deny: \"$JS.API.CONSUMER.CREATE.>\" }")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not permit")
          .hasMessageContaining("CONSUMER.CREATE.tocsin");
    }
  }

  @Test
  void anAccountThatMayPublishSomeTypes() throws Exception {
    try (NatsServers servers =
            startPermitting("[\"$JS.>\", \"$KV.>\", \"tocsin.e.a.*\", \"tocsin.e.tocsin.probe\"]");
        JetStreamEventLog log = open(servers)) {
      List<AppendResult> results =
          Logs.await(log.append(SampleEvents.appends("a.a", "b.b", "a.c")));

      assertThat(results.get(0)).isEqualTo(new AppendResult.Stored(1, SampleEvents.TIMESTAMP));
      assertThat(results.get(1))
          .isInstanceOfSatisfying(
              AppendResult.Unavailable.class,
              no -> assertThat(no.reason()).contains("does not permit").contains("tocsin.e.b.b"));
      assertThat(results.get(2)).isEqualTo(new AppendResult.Stored(2, SampleEvents.TIMESTAMP));
    }
  }

  @Test
  void aStranger() {
    try (NatsServers servers =
        start("authorization { users: [ { user: other, password: other } ] }")) {
      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not let this gateway in")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void nobodyThere() {
    try (NatsServers servers = start("")) {
      servers.killAll();

      assertThatThrownBy(() -> open(servers))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("No NATS server could be reached")
          .hasMessageNotContaining("secret");
    }
  }

  /// Whatever starts machines starts both at once.
  @Test
  void aServerThatComesLaterIsWaitedFor() throws Exception {
    try (NatsServers servers = start("")) {
      servers.killAll();
      int port = URI.create(servers.url(0)).getPort();
      CompletableFuture<JetStreamEventLog> opening;
      try (ServerSocket nobody = new ServerSocket(port)) {
        opening =
            CompletableFuture.supplyAsync(() -> {
              try {
                return open(servers);
              } catch (JetStreamOpenException e) {
                throw new CompletionException(e);
              }
            });
        nobody.accept().close();
        nobody.accept().close();
      }
      servers.startAll();

      try (JetStreamEventLog log = Logs.await(opening)) {
        assertThat(log.isAlive()).isTrue();
        assertThat(log.state().fault()).isEmpty();
        assertThat(Logs.await(log.append(SampleEvents.appends("a.a"))))
            .hasOnlyElementsOfType(AppendResult.Stored.class);
        assertThat(log.isAlive()).isTrue();
      }
    }
  }

  @Test
  void powerNeedsServersThatFlush() throws Exception {
    try (NatsServers servers = start("")) {
      assertThatThrownBy(
              () -> JetStreamEventLog.open(settings(servers, true, false), InstantSource.system()))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("sync_interval: always");

      try (JetStreamEventLog log =
          JetStreamEventLog.open(settings(servers, true, true), InstantSource.system())) {
        assertThat(log.figures().durability()).contains(Durability.POWER);
      }
    }
  }

  @Test
  void aLookMakesNothingAndSeesTheStreamThatAGatewayHasMade() throws Exception {
    try (NatsServers servers = start("")) {
      JetStreamLook before = JetStreamLook.at(settings(servers, false, false));
      assertThat(before.newest()).isNull();
      assertThat(before.version()).startsWith("2.");
      assertThat(before.server()).doesNotContain("secret");
      Connection nats = Nats.connect(servers.url(0));
      assertThat(OnRealServers.api(nats, "STREAM.INFO.tocsin", "").has("error")).isTrue();

      try (JetStreamEventLog log = open(servers)) {
        Logs.await(log.append(SampleEvents.appends("a.a", "b.b")));
      }

      JetStreamLook after = JetStreamLook.at(settings(servers, false, false));
      assertThat(after.newest()).isEqualTo(2);
      assertThat(after.replicas()).isEqualTo(1);
      assertThat(after.time()).isNotNull();
      nats.close();
    }
  }

  @Test
  void aLookIsRefusedInTheWordsOfAStart() {
    try (NatsServers servers =
        startPermitting("{ allow: \">\", deny: \"$JS.API.STREAM.INFO.>\" }")) {
      assertThatThrownBy(() -> JetStreamLook.at(settings(servers, false, false)))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not permit");
    }
    try (NatsServers servers = start("max_payload: 60000")) {
      assertThatThrownBy(() -> JetStreamLook.at(settings(servers, false, false)))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("max_payload");
    }
  }

  private static void checkDisks(NatsServers servers, int port) throws JetStreamOpenException {
    checkDisks(servers, port, false);
  }

  private static void checkDisks(NatsServers servers, int port, boolean word)
      throws JetStreamOpenException {
    DurabilityCheck.check(settings(servers, true, word), servers.urls(), port);
  }

  @Test
  void serversThatFlushSurviveTheLossOfPower() throws Exception {
    try (NatsServers servers = NatsServers.start(1, folder, NatsConfig.SYNCED)) {
      checkDisks(servers, servers.server(0).figuresPort());
    }
  }

  @Test
  void serversThatDoNotFlushDoNot() {
    try (NatsServers servers = NatsServers.one(folder)) {
      assertThatThrownBy(() -> checkDisks(servers, servers.server(0).figuresPort()))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining(servers.url(0) + " does not flush")
          .hasMessageContaining("sync_interval: always");
      // What a server tells, nobody's word changes.
      assertThatThrownBy(() -> checkDisks(servers, servers.server(0).figuresPort(), true))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not flush");
    }
  }

  /// A server's word on the same host is not that of another.
  @Test
  void aServerThatFlushesSaysNothingOfAnother(@TempDir Path other) throws Exception {
    try (NatsServers neighbour = NatsServers.start(1, other, NatsConfig.SYNCED);
        NatsServers servers = NatsServers.one(folder)) {
      int port = neighbour.server(0).figuresPort();

      assertThatThrownBy(() -> checkDisks(servers, port))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining(servers.url(0) + " does not tell on port " + port)
          .hasMessageContaining("--jetstream-synced");
      checkDisks(servers, port, true);
    }
  }

  /// The others of a cluster that has one host each tell nothing there.
  @Test
  void eachServerOfAClusterHasToTell() throws Exception {
    try (NatsServers servers = NatsServers.start(3, folder, NatsConfig.SYNCED)) {
      int port = servers.server(1).figuresPort();
      assertThatThrownBy(() -> checkDisks(servers, port))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining(servers.url(0) + " does not tell");
      // The same server under two addresses tells once.
      DurabilityCheck.check(
          settings(servers, true, false),
          List.of(servers.url(1), servers.url(1).replace("127.0.0.1", "localhost")),
          port);
    }
  }

  @Test
  void aServerWhoseIdCannotBeReadDoesNotTell() throws Exception {
    try (NatsServers servers = NatsServers.start(1, folder, NatsConfig.SYNCED);
        ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = servers.server(0).figuresPort();
      for (String address :
          List.of(
              "wss://127.0.0.1:" + servers.server(0).port(),
              "nats://127.0.0.1:" + silent.getLocalPort(),
              "nats://127.0.0.1:" + port)) {
        assertThatThrownBy(
                () -> DurabilityCheck.check(settings(servers, true, false), List.of(address), port))
            .isInstanceOf(JetStreamOpenException.class)
            .hasMessageContaining(address + " does not tell");
      }
    }
  }

  @Test
  void serversThatDoNotTellWhetherTheyFlush() {
    try (NatsServers servers = NatsServers.start(1, folder, NatsConfig.SYNCED)) {
      int port = FreePorts.find(1).getFirst();
      assertThatThrownBy(() -> checkDisks(servers, port))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("does not tell on port " + port)
          .hasMessageContaining("--jetstream-synced");
      // One that the others tell of by a name that nobody can be asked by.
      assertThatThrownBy(() ->
              DurabilityCheck.check(settings(servers, true, false), List.of("nats_1:4222"), port))
          .isInstanceOf(JetStreamOpenException.class)
          .hasMessageContaining("nats_1:4222 does not tell");
    }
    assertThat(DurabilityCheck.told("{}".getBytes(StandardCharsets.UTF_8))).isNull();
    assertThat(DurabilityCheck.told("hello".getBytes(StandardCharsets.UTF_8))).isNull();
  }
}

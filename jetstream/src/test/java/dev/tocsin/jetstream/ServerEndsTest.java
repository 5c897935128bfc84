package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.events.Json;
import dev.tocsin.fixtures.NatsServers;
import dev.tocsin.fixtures.RecordedLogs;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.RecordedFollower;
import dev.tocsin.hub.SampleEvents;
import dev.tocsin.hub.SharedLogFigures;
import dev.tocsin.hub.TypeFilter;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a log whose servers end, freeze or come back with less than they had.
@Timeout(180)
class ServerEndsTest extends OnRealServers {

  @TempDir Path folder;

  private static JetStreamEventLog open(NatsServers servers) throws JetStreamOpenException {
    return open(TestSettings.of(servers, "tocsin"));
  }

  @Test
  void goesOnAfterTheServerWasKilled() throws Exception {
    try (NatsServers servers = NatsServers.one(folder);
        JetStreamEventLog log = open(servers)) {
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      append(log, "a.a", "a.b");
      String epoch = log.state().epoch();

      servers.kill(0);

      await(() -> log.state().fault().isPresent());
      assertThat(sequences(Logs.await(log.read(0, TypeFilter.ALL, 10, Logs.ALL)).events()))
          .containsExactly(1L, 2L);
      CompletableFuture<List<AppendResult>> waiting =
          log.append(SampleEvents.appends("a.c")).toCompletableFuture();
      servers.restart(0);
      assertThat(Logs.await(waiting))
          .containsExactly(new AppendResult.Stored(3, SampleEvents.TIMESTAMP));
      assertThat(append(log, "a.d")).isEqualTo(4);
      assertThat(log.state().fault()).isEmpty();
      assertThat(log.state().epoch()).isEqualTo(epoch);
      assertThat(sequences(followed.events())).isEqualTo(upTo(4));
      assertThat(log.figures().shared().orElseThrow().reconnects()).isPositive();
    }
  }

  @Test
  void refusesInWordsWhatNobodyTakes() throws Exception {
    try (NatsServers servers = NatsServers.one(folder);
        JetStreamEventLog log = open(servers)) {
      append(log, "a.a");
      servers.kill(0);
      await(() -> log.state().fault().isPresent());

      assertThat(Logs.await(log.append(SampleEvents.appends("a.b", "a.c"))))
          .hasSize(2)
          .allSatisfy(result ->
              assertThat(result)
                  .isInstanceOfSatisfying(
                      AppendResult.Unavailable.class,
                      no -> assertThat(no.reason()).contains("NATS")));
    }
  }

  @Test
  void aStreamThatWentBackIsANewEpoch() throws Exception {
    try (NatsServers servers = NatsServers.one(folder);
        JetStreamEventLog log = open(servers)) {
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      append(log, "a.a", "a.b");
      servers.terminate(0);
      Path copy = folder.resolve("copy");
      copyTree(folder.resolve("n1").resolve("store"), copy);
      servers.restart(0);
      assertThat(append(log, "a.c", "a.d")).isEqualTo(4);
      String epoch = log.state().epoch();
      servers.terminate(0);

      deleteTree(folder.resolve("n1").resolve("store"));
      copyTree(copy, folder.resolve("n1").resolve("store"));
      servers.restart(0);

      followed.awaitEpoch();
      assertThat(log.state().epoch()).isNotEqualTo(epoch);
      assertThat(log.state().newest()).isEqualTo(2);
      assertThat(append(log, "a.e")).isEqualTo(3);
      assertThat(Logs.readAll(log, 0).stream().map(event -> event.event().type()))
          .containsExactly("a.a", "a.b", "a.e");
    }
  }

  private Path stream() {
    Path store = folder.resolve("n1").resolve("store");
    return store.resolve("jetstream").resolve("$G").resolve("streams").resolve("tocsin");
  }

  /// A log of four events; the stream's folder is copied when it has two.
  private JetStreamEventLog openAndCopyAfterTwoOfFour(NatsServers servers) throws Exception {
    JetStreamEventLog log = open(servers);
    append(log, "a.a", "a.b");
    servers.terminate(0);
    copyTree(stream(), folder.resolve("copy"));
    servers.restart(0);
    append(log, "a.c", "a.d");
    return log;
  }

  /// Puts the copy back; nothing runs.
  private void assertNewEpochOnTheCopy(NatsServers servers, JetStreamEventLog before)
      throws Exception {
    deleteTree(stream());
    copyTree(folder.resolve("copy"), stream());
    servers.restart(0);

    try (JetStreamEventLog after = open(servers)) {
      assertThat(after.state().newest()).isEqualTo(2);
      assertThat(after.state().epoch()).isNotEqualTo(before.state().epoch());
    }
  }

  @Test
  void aCopyThatWasPutBackWhileNobodyWatchedIsANewEpoch() throws Exception {
    try (NatsServers servers = NatsServers.one(folder)) {
      JetStreamEventLog before = openAndCopyAfterTwoOfFour(servers);
      before.close();
      servers.terminate(0);

      assertNewEpochOnTheCopy(servers, before);
    }
  }

  @Test
  void aCopyThatLacksTheLastMomentsOfAKilledGatewayIsANewEpoch() throws Exception {
    try (NatsServers servers = NatsServers.one(folder)) {
      JetStreamEventLog before = openAndCopyAfterTwoOfFour(servers);
      awaitLooks(servers, "tocsin", 3);
      // Without NATS it can say nothing at its end.
      servers.kill(0);
      before.close();

      assertNewEpochOnTheCopy(servers, before);
    }
  }

  private JetStreamEventLog openWithNotes(NatsServers servers, Path data)
      throws JetStreamOpenException {
    return JetStreamEventLog.open(
        TestSettings.of(servers, "tocsin").build(), data, InstantSource.system());
  }

  private void putBack(NatsServers servers, Path copy) throws Exception {
    servers.kill(0);
    deleteTree(folder.resolve("n1").resolve("store"));
    copyTree(copy, folder.resolve("n1").resolve("store"));
    servers.restart(0);
  }

  /// The record of the epoch went back as well: nothing in NATS says that anything is missing.
  @Test
  void aWholeStoreThatWasPutBackWhileNobodyWatchedIsANewEpoch() throws Exception {
    Path copy = folder.resolve("copy");
    Path data = folder.resolve("data");
    try (NatsServers servers = NatsServers.one(folder)) {
      String epoch;
      try (JetStreamEventLog log = openWithNotes(servers, data)) {
        append(log, "a.a", "a.b");
        epoch = log.state().epoch();
      }
      servers.terminate(0);
      copyTree(folder.resolve("n1").resolve("store"), copy);
      servers.restart(0);
      try (JetStreamEventLog log = openWithNotes(servers, data)) {
        assertThat(log.state().epoch()).isEqualTo(epoch);
        append(log, "a.c", "a.d");
      }
      putBack(servers, copy);

      try (JetStreamEventLog log = openWithNotes(servers, data)) {
        assertThat(log.state().newest()).isEqualTo(2);
        assertThat(log.state().epoch()).isNotEqualTo(epoch);
        epoch = log.state().epoch();
        append(log, "a.e");
      }
      // Once more, and meanwhile somebody has gone on who knew nothing of it.
      putBack(servers, copy);
      try (JetStreamEventLog log = open(servers)) {
        append(log, "a.f", "a.g", "a.h");
      }
      try (JetStreamEventLog log = openWithNotes(servers, data)) {
        assertThat(log.state().newest()).isEqualTo(5);
        assertThat(log.state().epoch()).isNotEqualTo(epoch);
      }
    }
  }

  /// Each would take away what the other is about to put in place, ten times a second.
  @Test
  void aFolderThatTwoGatewaysShareHasTheNotesOfTheFirst() throws Exception {
    Path data = folder.resolve("data");
    RecordedLogs.take();
    try (NatsServers servers = NatsServers.one(folder)) {
      try (JetStreamEventLog first = openWithNotes(servers, data);
          JetStreamEventLog second = openWithNotes(servers, data)) {
        assertThat(first.note()).isPresent();
        assertThat(second.note()).isEmpty();
        assertThat(RecordedLogs.take())
            .singleElement()
            .asString()
            .contains("give each a folder of its own");
        append(second, "a.a", "a.b");
        await(() -> Files.readString(data.resolve("newest-tocsin")).contains("\"newest\":2"));
      }
      try (JetStreamEventLog later = openWithNotes(servers, data)) {
        assertThat(later.note()).isPresent();
      }
    }
    assertThat(RecordedLogs.take()).isEmpty();
  }

  @Test
  void aCopyThatLacksWhatAKilledGatewayHasJustTakenIsANewEpoch() throws Exception {
    Path data = folder.resolve("data");
    Path left = folder.resolve("left");
    try (NatsServers servers = NatsServers.one(folder)) {
      JetStreamEventLog before = openWithNotes(servers, data);
      append(before, "a.a", "a.b");
      servers.terminate(0);
      copyTree(stream(), folder.resolve("copy"));
      servers.restart(0);
      append(before, "a.c", "a.d");
      await(() -> Files.readString(data.resolve("newest-tocsin")).contains("\"newest\":4"));
      // As it is when the gateway is killed, and before it has told NATS of the last events.
      copyTree(data, left);
      servers.kill(0);
      before.close();
      deleteTree(stream());
      copyTree(folder.resolve("copy"), stream());
      servers.restart(0);

      try (JetStreamEventLog after = openWithNotes(servers, left)) {
        assertThat(after.state().newest()).isEqualTo(2);
        assertThat(after.state().epoch()).isNotEqualTo(before.state().epoch());
      }
    }
  }

  @Test
  void goesOnWhenTheLeaderOfThreeIsKilled() throws Exception {
    try (NatsServers servers = NatsServers.three(folder);
        JetStreamEventLog log = open(servers)) {
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      append(log, "a.a");

      servers.kill(servers.awaitLeader("tocsin"));

      appendAtLast(log, "a.b");
      long newest = append(log, "a.c");
      assertThat(sequences(followed.events())).isEqualTo(upTo(newest));
      assertThat(followed.epochs()).isEmpty();
    }
  }

  private static String leader(Connection nats, String stream) throws Exception {
    return api(nats, "STREAM.INFO." + stream, "").path("cluster").path("leader").asString("");
  }

  private static void fill(Connection nats, String stream) throws Exception {
    String config = "{\"name\":\"" + stream + "\",\"max_bytes\":200000000}";
    assertThat(api(nats, "STREAM.CREATE." + stream, config).has("error")).isFalse();
  }

  /// Makes the stream and the bucket of a log without replicas, both on the same server; its number.
  private int makeOnOneServer(NatsServers servers, JetStreamSettings settings) throws Exception {
    Connection nats = Nats.connect(servers.url(0));
    try {
      EpochBucket bucket = new EpochBucket(settings, new JetStreamApi(nats));
      api(nats, "STREAM.CREATE.tocsin", Json.write(StreamSetup.config(settings)));
      bucket.create().join();
      String name = leader(nats, "tocsin");
      await(() -> {
        if (leader(nats, "KV_tocsin").equals(name)) {
          return true;
        }
        // Wherever the servers put it: they put the next where the most room is left.
        fill(nats, "other" + System.nanoTime());
        api(nats, "STREAM.DELETE.KV_tocsin", "");
        bucket.create().join();
        return false;
      });
      return Integer.parseInt(name.substring(1)) - 1;
    } finally {
      nats.close();
    }
  }

  @Test
  void followsWhileTheClusterHasNoLeader() throws Exception {
    try (NatsServers servers = NatsServers.three(folder)) {
      TestSettings settings = TestSettings.of(servers, "tocsin").withoutReplicas();
      int number = makeOnOneServer(servers, settings.build());
      int another = (number + 1) % servers.count();
      try (JetStreamEventLog log = open(settings.at(List.of(servers.url(another))))) {
        RecordedFollower followed = new RecordedFollower();
        log.follow(0, followed);
        append(log, "a.a");

        servers.kill(another);
        servers.kill((number + 2) % servers.count());

        appendAtLast(log, "a.b");
        long newest = append(log, "a.c");
        assertThat(sequences(followed.events())).isEqualTo(upTo(newest));
        assertThat(followed.epochs()).isEmpty();
      }
    }
  }

  /// Its leader goes on for ten seconds and more, and answers questions.
  @Test
  void aLeaderThatIsAloneTakesNothing() throws Exception {
    try (NatsServers servers = NatsServers.three(folder)) {
      int leader;
      try (JetStreamEventLog log = open(servers)) {
        append(log, "a.a");
        leader = servers.awaitLeader("tocsin");
      }
      try (JetStreamEventLog log =
          open(TestSettings.of(servers, "tocsin").at(List.of(servers.url(leader))))) {
        String name = log.figures().shared().orElseThrow().leader().orElseThrow();
        assertThat(log.state().fault()).isEmpty();

        servers.kill((leader + 1) % servers.count());
        servers.kill((leader + 2) % servers.count());

        await(() -> log.state().fault().orElse("").contains("not enough servers"));
        // The words are also those of a probe that is answered late; then the leader is known.
        await(() -> log.figures().shared().orElseThrow().leader().isEmpty());
        Connection nats = Nats.connect(servers.url(leader));
        try {
          assertThat(leader(nats, "tocsin")).as("what it says of itself").isEqualTo(name);
        } finally {
          nats.close();
        }
        SharedLogFigures figures = log.figures().shared().orElseThrow();
        assertThat(figures.leader()).isEmpty();
        assertThat(figures.healthy()).isFalse();
        assertThat(figures.lagSeconds()).isGreaterThan(SharedLogFigures.MAX_LAG_SECONDS);

        servers.startAll();
        appendAtLast(log, "a.b");
        await(() -> log.state().fault().isEmpty());
        assertThat(log.figures().shared().orElseThrow().healthy()).isTrue();
      }
    }
  }

  @Test
  void goesOnWhenAServerOfThreeFreezes() throws Exception {
    try (NatsServers servers = NatsServers.three(folder);
        JetStreamEventLog log = open(servers)) {
      RecordedFollower followed = new RecordedFollower();
      log.follow(0, followed);
      append(log, "a.a");
      int leader = servers.awaitLeader("tocsin");

      servers.freeze(leader);

      appendAtLast(log, "a.b");
      long newest = append(log, "a.c");
      servers.thaw(leader);
      assertThat(append(log, "a.d")).isGreaterThan(newest);
      assertThat(sequences(followed.events())).isEqualTo(upTo(followed.events().size()));
      assertThat(followed.epochs()).isEmpty();
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList().reversed()) {
        Files.delete(file);
      }
    }
  }
}

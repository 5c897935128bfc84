package dev.tocsin.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.fixtures.RecordedLogs;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectionsTest {

  private static final class Connection implements Tickable {

    private final List<String> calls;
    private final @Nullable Throwable failure;

    Connection(List<String> calls, @Nullable Throwable failure) {
      this.calls = calls;
      this.failure = failure;
    }

    @Override
    public void tick(long nowMillis) {
      calls.add("tick");
      breakIfBroken();
    }

    @Override
    public void goAway() {
      calls.add("goAway");
      breakIfBroken();
    }

    @Override
    public long unreadBytes() {
      return 0;
    }

    @Override
    public void cutOff() {
      calls.add("cutOff");
      breakIfBroken();
    }

    private void breakIfBroken() {
      switch (failure) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
      }
    }
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IllegalStateException("a bug"), new InternalError("a bug, or not enough memory"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void looksAfterTheOthersWhenOneConnectionBreaks(Throwable failure) {
    EmbeddedChannel channel = new EmbeddedChannel();
    HttpContext context =
        new HttpContext(
            InstantSource.system(),
            () -> 0,
            new BrowserRules(Set.of(), Set.of()),
            10,
            1,
            new SocketMemory(1L << 30, () -> 0));
    List<String> calls = new ArrayList<>();
    Connections connections =
        new Connections(channel.eventLoop(), context, made -> new Recorded(calls));
    for (int i = 0; i < 3; i++) {
      connections.add(new Connection(calls, failure));
      connections.add(new Connection(calls, null));
    }

    connections.tick();
    connections.goAway();
    connections.end();

    assertThat(calls)
        .hasSize(20)
        .containsSubsequence("tick", "service goes away", "goAway", "cutOff", "service ends");
    assertThat(RecordedLogs.take()).hasSize(9).allMatch(line -> line.contains("a bug"));
  }

  /// A look at thousands takes longer than others may wait.
  @Test
  void letsOthersInBetweenAndForgetsNobody() {
    EmbeddedChannel channel = new EmbeddedChannel();
    AtomicLong nanos = new AtomicLong();
    HttpContext context =
        new HttpContext(
            InstantSource.system(),
            () -> nanos.getAndAdd(50_000),
            new BrowserRules(Set.of(), Set.of()),
            100,
            1,
            new SocketMemory(1L << 30, () -> 0));
    List<String> calls = new ArrayList<>();
    Connections connections =
        new Connections(channel.eventLoop(), context, made -> new Recorded(calls));
    List<Connection> members = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      members.add(new Connection(calls, null));
      connections.add(members.getLast());
    }

    connections.tick();
    int first = calls.size();
    members.forEach(connections::remove);
    members.subList(0, 50).forEach(connections::add);
    connections.tick();
    channel.advanceTimeBy(1, TimeUnit.SECONDS);
    for (int i = 0; i < 100; i++) {
      channel.runPendingTasks();
    }

    assertThat(first).isBetween(1, 20);
    assertThat(calls).hasSizeBetween(50, 50 + first);
    int before = calls.size();
    connections.tick();
    for (int i = 0; i < 100; i++) {
      channel.runPendingTasks();
    }
    assertThat(calls).as("the next look").hasSize(before + 50);
  }

  /// Everyone else is told all the same.
  @ParameterizedTest
  @MethodSource("failures")
  void takesLeaveOfEveryoneAndTellsWhenTheServiceFails(Throwable failure) {
    EmbeddedChannel channel = new EmbeddedChannel();
    HttpContext context =
        new HttpContext(
            InstantSource.system(),
            System::nanoTime,
            new BrowserRules(Set.of(), Set.of()),
            10,
            1,
            new SocketMemory(1L << 30, () -> 0));
    List<String> calls = new ArrayList<>();
    Connection broken = new Connection(new ArrayList<>(), failure);
    Connections connections =
        new Connections(
            channel.eventLoop(),
            context,
            made ->
                new Service() {
                  @Override
                  public Routes routes() {
                    throw new AssertionError("nobody asked");
                  }

                  @Override
                  public void goAway() {
                    broken.goAway();
                  }

                  @Override
                  public void end() {
                    broken.cutOff();
                  }
                });
    connections.add(new Connection(calls, null));

    connections.goAway();
    connections.end();

    assertThat(calls).containsExactly("goAway", "cutOff");
    assertThat(RecordedLogs.take()).hasSize(2).allMatch(line -> line.contains("a bug"));
  }

  private record Recorded(List<String> calls) implements Service {

    @Override
    public Routes routes() {
      throw new AssertionError("nobody asked");
    }

    @Override
    public void goAway() {
      calls.add("service goes away");
    }

    @Override
    public void end() {
      calls.add("service ends");
    }
  }
}

package dev.tocsin.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Lines on their way to a server that the test plays.
@Timeout(60)
class PublishRunTest {

  private final TestProcess process = new TestProcess();
  private final PublishReport report = new PublishReport(process.surroundings());
  private final Server server = new Server();

  /// What was sent and not yet answered, in the order in which it came.
  private static final class Server implements PublishRun.Sender {

    private final LinkedBlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    private final List<String> keys = Collections.synchronizedList(new ArrayList<>());

    private record Sent(String event, boolean posted, CompletableFuture<PublishOutcome> answer) {}

    @Override
    public CompletableFuture<PublishOutcome> send(String event, String idempotencyKey) {
      return take(event, idempotencyKey, false);
    }

    @Override
    public CompletableFuture<PublishOutcome> post(byte[] event, String idempotencyKey) {
      return take(new String(event, StandardCharsets.UTF_8), idempotencyKey, true);
    }

    private CompletableFuture<PublishOutcome> take(String event, String key, boolean posted) {
      CompletableFuture<PublishOutcome> answer = new CompletableFuture<>();
      keys.add(key);
      sent.add(new Sent(event, posted, answer));
      return answer;
    }

    Sent next() throws InterruptedException {
      return sent.poll(20, TimeUnit.SECONDS);
    }

    void accept(int count) throws InterruptedException {
      for (int i = 1; i <= count; i++) {
        next().answer().complete(new PublishOutcome.Published(i));
      }
    }
  }

  private PublishRun start(InputStream in, long firstLine) {
    EventLines lines = new EventLines(in, EventText.MAX_LINE_BYTES, Long.MAX_VALUE);
    PublishRun run = new PublishRun(lines, firstLine, "k", server, report);
    run.start();
    return run;
  }

  private PublishRun start(String input) {
    return start(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), 1);
  }

  @Test
  void aLineGoesOutAsSoonAsItIsThere() throws Exception {
    PipedOutputStream pipe = new PipedOutputStream();
    PublishRun run = start(new PipedInputStream(pipe), 1);

    pipe.write("{\"a\":1}\n".getBytes(StandardCharsets.UTF_8));
    pipe.flush();

    assertThat(server.next().event()).isEqualTo("{\"a\":1}");
    run.giveUp("the test is over");
  }

  @Test
  void linesAreSettledInTheirOrderWhateverThatOfTheAnswers() throws Exception {
    PublishRun run = start("{}\n\n{}\n{}");
    Server.Sent first = server.next();
    Server.Sent second = server.next();
    Server.Sent third = server.next();

    second.answer().complete(new PublishOutcome.Published(8));
    assertThat(run.settled()).isZero();
    first.answer().complete(new PublishOutcome.Published(7));
    assertThat(run.settled()).isEqualTo(3);
    third.answer().complete(new PublishOutcome.Published(9));

    assertThat(run.await()).isEqualTo(new PublishRun.Ending.Complete());
    report.summarise();
    assertThat(process.out()).startsWith("published 3 of 3 events (sequences 7 to 9)");
  }

  @Test
  void eachLineHasAKeyOfItsOwnThatASecondRunFindsAgain() throws Exception {
    start("{\"same\":1}\n{\"same\":1}\n");
    server.accept(2);
    List<String> first = List.copyOf(server.keys);
    server.keys.clear();

    start("{\"same\":1}\n{\"other\":1}\n");
    server.accept(2);

    assertThat(first).doesNotHaveDuplicates().allMatch(key -> key.startsWith("k-"));
    assertThat(server.keys.getFirst()).isEqualTo(first.getFirst());
    assertThat(server.keys.getLast()).isNotEqualTo(first.getLast());
  }

  @Test
  void aRunBeginsWithItsFirstLine() throws Exception {
    PublishRun run =
        start(
            new ByteArrayInputStream("{\"n\":1}\n{\"n\":2}\n".getBytes(StandardCharsets.UTF_8)), 2);

    Server.Sent only = server.next();
    only.answer().complete(new PublishOutcome.Published(1));

    assertThat(only.event()).isEqualTo("{\"n\":2}");
    assertThat(run.await()).isEqualTo(new PublishRun.Ending.Complete());
    assertThat(run.settled()).isEqualTo(2);
  }

  @Test
  void nothingIsReadWhileTooMuchIsUnanswered() throws Exception {
    int count = PublishRun.MAX_LINES + 10;
    PublishRun run = start("{}\n".repeat(count));

    for (int i = 1; i <= PublishRun.MAX_LINES; i++) {
      assertThat(server.next()).isNotNull();
    }
    assertThat(server.sent.poll(100, TimeUnit.MILLISECONDS)).isNull();
    run.giveUp("the test is over");
  }

  @Test
  void aLargeLineGoesByItselfAndInItsPlace() throws Exception {
    String large = "{\"x\":\"" + "y".repeat(PublishRun.POSTED_BYTES) + "\"}";
    PublishRun run = start("{}\n" + large + "\n{}\n");

    Server.Sent first = server.next();
    assertThat(server.sent.poll(100, TimeUnit.MILLISECONDS)).isNull();
    first.answer().complete(new PublishOutcome.Published(1));
    Server.Sent second = server.next();
    assertThat(server.sent.poll(100, TimeUnit.MILLISECONDS)).isNull();
    second.answer().complete(new PublishOutcome.Published(2));
    server.next().answer().complete(new PublishOutcome.Published(3));

    assertThat(List.of(first.posted(), second.posted())).containsExactly(false, true);
    assertThat(run.await()).isEqualTo(new PublishRun.Ending.Complete());
  }

  @Test
  void whatIsNoTextOrTooLongIsRefusedInItsPlaceAndTheOthersGoOn() throws Exception {
    byte[] latin1 = "{\"id\":\"M\u00fcller\"}\n{}\n".getBytes(StandardCharsets.ISO_8859_1);
    PublishRun run = start(new ByteArrayInputStream(latin1), 1);
    server.accept(1);
    assertThat(run.await()).isEqualTo(new PublishRun.Ending.Complete());

    run = start("x".repeat(70_000) + "\r\n{}\r\n");
    server.accept(1);
    assertThat(run.await()).isEqualTo(new PublishRun.Ending.Complete());

    assertThat(process.err())
        .contains("line 1, column 9: invalid_json: ")
        .contains("line 1: message_too_large: ");
  }

  @Test
  void theLastSettledLineIsKnownWhereTheConnectionEndsForGood() throws Exception {
    PublishRun run = start("{}\n{}\n{}\n");
    List<Server.Sent> sent = List.of(server.next(), server.next(), server.next());

    sent.get(0).answer().complete(new PublishOutcome.Published(1));
    sent.get(1).answer().complete(new PublishOutcome.Unanswered("it broke"));

    assertThat(run.await()).isEqualTo(new PublishRun.Ending.Broken("it broke"));
    assertThat(run.settled()).isEqualTo(1);
  }

  @Test
  void aRunThatIsStoppedWaitsForWhatIsOnItsWay() throws Exception {
    PipedOutputStream pipe = new PipedOutputStream();
    PublishRun run = start(new PipedInputStream(pipe), 1);
    pipe.write("{}\n".getBytes(StandardCharsets.UTF_8));
    pipe.flush();
    Server.Sent only = server.next();

    run.stop();
    CompletableFuture<PublishRun.Ending> ending = CompletableFuture.supplyAsync(run::await);

    assertThatThrownBy(() -> ending.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    only.answer().complete(new PublishOutcome.Published(1));
    assertThat(ending.get()).isEqualTo(new PublishRun.Ending.Stopped(true));
  }

  @Test
  void anInputThatFailsIsToldAfterWhatWasRead() throws Exception {
    IOException fault = new IOException("bad sector");
    InputStream in =
        new InputStream() {
          private final InputStream good =
              new ByteArrayInputStream("{}\n".getBytes(StandardCharsets.UTF_8));

          @Override
          public int read() throws IOException {
            int next = good.read();
            if (next < 0) {
              throw fault;
            }
            return next;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = good.read(bytes, offset, length);
            if (count < 0) {
              throw fault;
            }
            return count;
          }
        };
    PublishRun run = start(in, 1);
    server.accept(1);

    assertThat(run.await()).isEqualTo(new PublishRun.Ending.Unreadable(fault));
    assertThat(run.settled()).isEqualTo(1);
  }

  @Test
  void moreThanTwentyRefusedLinesAreSummarised() throws Exception {
    PublishRun run = start("{}\n".repeat(30));
    for (int i = 1; i <= 30; i++) {
      server
          .next()
          .answer()
          .complete(
              new PublishOutcome.Refused(
                  new Refusal(
                      i % 2 == 0 ? "invalid_payload" : "unknown_event_type", "no", List.of())));
    }
    run.await();
    report.summarise();

    List<String> shown =
        process.err().lines().filter(line -> line.startsWith("line ")).collect(Collectors.toList());
    assertThat(shown)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 20)
                .mapToObj(i ->
                    "line "
                        + i
                        + ": "
                        + (i % 2 == 0 ? "invalid_payload" : "unknown_event_type")
                        + ": no")
                .toList());
    assertThat(process.err())
        .contains("and 10 more refused lines: 5 invalid_payload, 5 unknown_event_type");
  }
}

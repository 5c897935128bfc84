package dev.tocsin.jetstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tocsin.hub.Append;
import dev.tocsin.hub.AppendResult;
import dev.tocsin.hub.LoggedEvent;
import dev.tocsin.hub.Logs;
import dev.tocsin.hub.SampleEvents;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What becomes of each event, over a real NATS on which the test plays the stream: it answers, or does not, as no stream could
/// be made to at will. Time passes by [Sender#tick].
@Timeout(120)
class SenderTest extends OnOwnServer {

  private static final String GATEWAY = "gate";
  private static final long LATE = Sender.PATIENCE.plusSeconds(1).toNanos();
  private static final long SILENT = TimeUnit.MILLISECONDS.toNanos(1_100);

  private final EventCodec codec = new EventCodec("log", GATEWAY);
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  private Connection gate;
  private Connection stream;
  private Subscription arriving;
  private Sender sender;
  private String fault;

  @BeforeEach
  void start() throws Exception {
    gate = connect();
    stream = connect();
    listen();
    sender = sender(SendWindow.MAX_WAITING_BYTES);
    sender.open();
  }

  private Sender sender(long maxWaitingBytes) {
    return sender(maxWaitingBytes, Duration.ofMinutes(10));
  }

  private Sender sender(long maxWaitingBytes, Duration idempotencyWindow) {
    JetStreamApi api = new JetStreamApi(gate);
    Sender made =
        new Sender(
            new EventChannel(gate, api, codec),
            new FirstUse(new StreamLeader(api, "log"), codec),
            new SendWindow(maxWaitingBytes),
            idempotencyWindow,
            timer,
            () -> fault);
    made.start();
    return made;
  }

  @AfterEach
  void stop() throws Exception {
    timer.shutdownNow();
  }

  /// Somebody takes events from now on.
  private void listen() throws Exception {
    arriving = stream.subscribe("log.>");
    stream.flush(Duration.ofSeconds(30));
  }

  private CompletableFuture<AppendResult> append(Append append) {
    return sender.append(List.of(append)).thenApply(List::getFirst);
  }

  private CompletableFuture<AppendResult> append(String type) {
    return append(new Append(SampleEvents.event(type), null));
  }

  private Message arrived() throws InterruptedException {
    Message message = arriving.nextMessage(Duration.ofSeconds(30));
    assertThat(message).isNotNull();
    return message;
  }

  private Message arrived(String type) throws InterruptedException {
    Message message = arrived();
    assertThat(message.getSubject()).isEqualTo("log.e." + type);
    return message;
  }

  /// What the sender has sent before has arrived; nothing else has.
  private void nothingArrives() throws InterruptedException {
    gate.publish("log.marker", null);
    assertThat(arrived().getSubject()).isEqualTo("log.marker");
  }

  private void answer(Message message, String json) {
    stream.publish(message.getReplyTo(), json.getBytes(StandardCharsets.UTF_8));
  }

  private void acknowledge(Message message, long sequence) {
    answer(message, "{\"stream\":\"log\",\"seq\":" + sequence + "}");
  }

  private void refuse(Message message, int status, int code) {
    answer(
        message,
        "{\"error\":{\"code\":"
            + status
            + ",\"err_code\":"
            + code
            + ",\"description\":\"words\"},\"stream\":\"log\",\"seq\":0}");
  }

  private void tick(long nanosLater) {
    sender.tick(System.nanoTime() + nanosLater);
  }

  private void awaitStalled() throws InterruptedException {
    while (!sender.isStalled()) {
      Thread.onSpinWait();
    }
  }

  private void awaitOpen() throws InterruptedException {
    while (sender.isStalled()) {
      Thread.onSpinWait();
    }
  }

  /// The stream's leader answers a message that is not meant for it.
  private void comeBack() throws InterruptedException {
    tick(0);
    refuse(arrived("tocsin.probe"), 400, JetStreamApi.WRONG_STREAM);
  }

  private static void assertUnavailable(CompletableFuture<AppendResult> result, String words) {
    assertThat(Logs.await(result))
        .isInstanceOfSatisfying(
            AppendResult.Unavailable.class, no -> assertThat(no.reason()).contains(words));
  }

  private static void assertUnknown(CompletableFuture<AppendResult> result) {
    assertThat(Logs.await(result)).isInstanceOf(AppendResult.Unknown.class);
  }

  @Test
  void acknowledgedIsStored() throws Exception {
    CompletableFuture<AppendResult> one = append("a.a");
    CompletableFuture<AppendResult> two = append("a.b");
    Message first = arrived("a.a");
    Message second = arrived("a.b");

    acknowledge(second, 8);
    acknowledge(first, 7);

    assertThat(Logs.await(one)).isEqualTo(stored(7));
    assertThat(Logs.await(two)).isEqualTo(stored(8));
    assertThat(sender.inFlight()).isZero();
    assertThat(sender.durations().count()).isEqualTo(2);
  }

  @Test
  void whatTheFollowerMeetsIsStored() throws Exception {
    CompletableFuture<AppendResult> one = append("a.a");
    Message first = arrived("a.a");
    long number = codec.number(first.getHeaders().getFirst(EventCodec.ORIGIN));

    sender.seen(
        List.of(
            new LoggedEvent(8, SampleEvents.event("a.x")),
            new LoggedEvent(9, SampleEvents.event("a.a"))),
        new long[] {-1, number});

    assertThat(Logs.await(one)).isEqualTo(stored(9));
    // A late acknowledgement settles nothing else.
    CompletableFuture<AppendResult> two = append("a.b");
    arrived("a.b");
    acknowledge(first, 9);
    tick(LATE);
    assertUnknown(two);
  }

  @Test
  void unknownIsWhatWasSentAndNeverAnswered() throws Exception {
    CompletableFuture<AppendResult> result = append("a.a");
    arrived("a.a");

    tick(0);
    assertThat(result).isNotDone();
    fault = "NATS is away";
    tick(LATE);

    assertThat(Logs.await(result)).isEqualTo(new AppendResult.Unknown("NATS is away"));
    assertThat(sender.uncertain()).isEqualTo(1);
    assertThat(sender.inFlight()).isZero();
  }

  @Test
  void unavailableIsWhatNobodyEverHad() throws Exception {
    sender.hold();
    CompletableFuture<AppendResult> result = append("a.a");

    nothingArrives();
    tick(LATE);

    assertUnavailable(result, "within 10 seconds");
    assertThat(sender.uncertain()).isZero();
  }

  @Test
  void unavailableIsWhatTheConnectionDidNotTake() throws Exception {
    gate.close();

    CompletableFuture<AppendResult> result = append("a.a");
    assertThat(sender.isStalled()).isTrue();
    tick(LATE);

    assertUnavailable(result, "within 10 seconds");
    assertThat(sender.uncertain()).isZero();
  }

  @Test
  void unavailableIsWhatNobodyListenedTo() throws Exception {
    arriving.unsubscribe();
    stream.flush(Duration.ofSeconds(30));
    CompletableFuture<AppendResult> result = append("a.a");
    awaitStalled();

    tick(LATE);

    assertUnavailable(result, "within 10 seconds");
    assertThat(sender.uncertain()).isZero();
  }

  @Test
  void whatWasRefusedStaysSoWhenTheConnectionBreaks() throws Exception {
    CompletableFuture<AppendResult> result = append("a.a");
    refuse(arrived("a.a"), 503, 10_008);
    awaitStalled();
    gate.close();
    sender.open();

    tick(LATE);

    assertUnavailable(result, "within 10 seconds");
    assertThat(sender.uncertain()).isZero();
  }

  @Test
  void whatWasSentStaysUnknownWhenTheConnectionBreaks() throws Exception {
    CompletableFuture<AppendResult> keyed = append(SampleEvents.keyed("key", "a.a"));
    arrived("a.a");
    gate.close();
    sender.open();

    tick(LATE);

    assertUnknown(keyed);
  }

  @Test
  void whatNobodyListenedToIsSentAgainInItsOrder() throws Exception {
    arriving.unsubscribe();
    stream.flush(Duration.ofSeconds(30));
    CompletableFuture<AppendResult> one = append("a.a");
    awaitStalled();
    CompletableFuture<AppendResult> two = append("a.b");
    listen();
    nothingArrives();

    comeBack();

    acknowledge(arrived("a.a"), 1);
    acknowledge(arrived("a.b"), 2);
    assertThat(Logs.await(one)).isEqualTo(stored(1));
    assertThat(Logs.await(two)).isEqualTo(stored(2));
  }

  @Test
  void whatComesTooLateForItsOrderIsRefused() throws Exception {
    CompletableFuture<AppendResult> one = append("a.a");
    CompletableFuture<AppendResult> two = append("a.b");
    CompletableFuture<AppendResult> three = append("a.c");
    Message first = arrived("a.a");
    Message second = arrived("a.b");
    Message third = arrived("a.c");
    refuse(first, 503, 10_008);
    refuse(third, 503, 10_008);
    // The last answer: with it the refusals have been worked off.
    acknowledge(second, 1);
    assertThat(Logs.await(two)).isEqualTo(stored(1));

    comeBack();

    assertUnavailable(one, "has taken later ones");
    acknowledge(arrived("a.c"), 2);
    assertThat(Logs.await(three)).isEqualTo(stored(2));
  }

  @Test
  void afterASilenceOnlyWhatHasAKeyIsSentAgain() throws Exception {
    CompletableFuture<AppendResult> plain = append("a.a");
    CompletableFuture<AppendResult> keyed = append(SampleEvents.keyed("key", "a.b"));
    Message first = arrived("a.a");
    arrived("a.b");

    tick(SILENT);
    Message probe = arrived("tocsin.probe");
    assertThat(sender.isStalled()).isTrue();
    CompletableFuture<AppendResult> third = append("a.c");
    nothingArrives();
    refuse(probe, 400, JetStreamApi.WRONG_STREAM);

    acknowledge(arrived("a.b"), 2);
    acknowledge(arrived("a.c"), 3);
    assertThat(Logs.await(keyed)).isEqualTo(stored(2));
    assertThat(Logs.await(third)).isEqualTo(stored(3));
    // Nobody will say any more what became of the first: that is no silence once more.
    tick(SILENT);
    assertThat(sender.isStalled()).isFalse();
    acknowledge(first, 1);
    assertThat(Logs.await(plain)).isEqualTo(stored(1));
  }

  /// As with a full disk: the leader answers, but no event.
  @Test
  void whatIsNeverAnsweredThoughSomebodyIsThereIsTold() throws Exception {
    CompletableFuture<AppendResult> lost = append("a.a");
    arrived("a.a");
    tick(SILENT);
    refuse(arrived("tocsin.probe"), 400, JetStreamApi.WRONG_STREAM);
    awaitOpen();
    assertThat(sender.refusal()).isNull();

    tick(LATE);

    assertUnknown(lost);
    assertThat(sender.refusal()).contains("JetStream did not answer within 10 seconds");
    CompletableFuture<AppendResult> next = append("a.b");
    acknowledge(arrived("a.b"), 1);
    assertThat(Logs.await(next)).isEqualTo(stored(1));
    assertThat(sender.refusal()).isNull();
  }

  @Test
  void whatAnElectionHasLostSaysNothingOfTheNewLeader() throws Exception {
    CompletableFuture<AppendResult> lost = append("a.a");
    arrived("a.a");
    tick(SILENT);
    arrived("tocsin.probe");
    Thread.sleep(TimeUnit.NANOSECONDS.toMillis(SILENT + Intake.SILENCE_NANOS));
    comeBack();
    awaitOpen();

    tick(LATE);

    assertUnknown(lost);
    assertThat(sender.refusal()).isNull();
  }

  @Test
  void silenceIsOnlyWhereSomethingIsInFlight() {
    tick(SILENT);

    assertThat(sender.isStalled()).isFalse();
  }

  @Test
  void whatWasJustSentIsNoSilence() throws Exception {
    append("a.a");
    arrived("a.a");

    tick(0);

    assertThat(sender.isStalled()).isFalse();
  }

  @Test
  void whatIsSentAfterALongQuietIsNoSilence() throws Exception {
    long opened = System.nanoTime();
    while (System.nanoTime() - opened < SILENT) {
      Thread.sleep(20);
    }
    long before = System.nanoTime();
    append("a.a");
    arrived("a.a");

    sender.tick(before);

    assertThat(sender.isStalled()).isFalse();
  }

  /// It would be there twice.
  @Test
  void whatHasAKeyThatMayBeForgottenIsNotSentAgain() throws Exception {
    sender = sender(SendWindow.MAX_WAITING_BYTES, Duration.ZERO);
    sender.open();
    CompletableFuture<AppendResult> keyed = append(SampleEvents.keyed("key", "a.a"));
    arrived("a.a");

    sender.hold();
    sender.open();

    nothingArrives();
    tick(LATE);
    assertUnknown(keyed);
  }

  @Test
  void whatIsHeldAgainstTheFirstOfItsKeyIsNotSentAgain() throws Exception {
    CompletableFuture<AppendResult> keyed = append(SampleEvents.keyed("key", "a.a"));
    // Nobody can say what the first was: there is no such stream.
    answer(arrived("a.a"), "{\"stream\":\"log\",\"seq\":3,\"duplicate\":true}");
    CompletableFuture<AppendResult> plain = append("a.b");
    refuse(arrived("a.b"), 503, 10_008);
    awaitStalled();

    comeBack();

    acknowledge(arrived("a.b"), 4);
    assertThat(Logs.await(plain)).isEqualTo(stored(4));
    nothingArrives();
    assertThat(keyed).isNotDone();
  }

  @Test
  void whatMayHaveBeenTakenBeforeItWasForbiddenIsUnknown() throws Exception {
    CompletableFuture<AppendResult> keyed = append(SampleEvents.keyed("key", "a.a"));
    arrived("a.a");
    tick(SILENT);
    refuse(arrived("tocsin.probe"), 400, JetStreamApi.WRONG_STREAM);
    arrived("a.a");

    sender.forbidden("log.e.a.a");
    assertThat(keyed).isNotDone();
    tick(LATE);

    assertUnknown(keyed);
  }

  @Test
  void unknownIsWhatWasRefusedTheFirstTimeOnly() throws Exception {
    CompletableFuture<AppendResult> result = append("a.a");
    refuse(arrived("a.a"), 503, 10_008);
    awaitStalled();
    comeBack();
    arrived("a.a");

    tick(LATE);

    assertUnknown(result);
  }

  @Test
  void unknownIsWhatWasRefusedTheSecondTimeOnly() throws Exception {
    CompletableFuture<AppendResult> keyed = append(SampleEvents.keyed("key", "a.a"));
    arrived("a.a");
    tick(SILENT);
    refuse(arrived("tocsin.probe"), 400, JetStreamApi.WRONG_STREAM);
    refuse(arrived("a.a"), 503, 10_008);
    awaitStalled();

    tick(LATE);

    assertUnknown(keyed);
  }

  @Test
  void anAnswerThatIsNotTheStreamsDoesNotGoOn() throws Exception {
    CompletableFuture<AppendResult> result = append("a.a");
    refuse(arrived("a.a"), 503, 10_008);
    awaitStalled();

    // So often that the first answer is worked off meanwhile.
    for (int i = 0; i < 10; i++) {
      tick(0);
      refuse(arrived("tocsin.probe"), 503, 10_008);
    }
    tick(0);
    refuse(arrived("tocsin.probe"), 400, JetStreamApi.WRONG_STREAM);

    acknowledge(arrived("a.a"), 1);
    assertThat(Logs.await(result)).isEqualTo(stored(1));
  }

  @Test
  void aKeyThatIsInWorkIsAskedForAgain() throws Exception {
    CompletableFuture<AppendResult> result = append(SampleEvents.keyed("key", "a.a"));

    refuse(arrived("a.a"), 409, PublishAnswer.ID_IN_FLIGHT);
    refuse(arrived("a.a"), 409, PublishAnswer.ID_IN_FLIGHT);
    assertThat(sender.isStalled()).isFalse();
    acknowledge(arrived("a.a"), 5);

    assertThat(Logs.await(result)).isEqualTo(stored(5));
  }

  @Test
  void whatIsNeverTakenIsRefusedInWords() throws Exception {
    CompletableFuture<AppendResult> result = append("a.a");

    refuse(arrived("a.a"), 400, 10_054);

    assertUnavailable(result, "words");
    assertThat(sender.isStalled()).isFalse();
  }

  @Test
  void whatIsForbiddenIsRefusedInWords() throws Exception {
    CompletableFuture<AppendResult> one = append("a.a");
    CompletableFuture<AppendResult> two = append("a.b");
    arrived("a.a");
    Message second = arrived("a.b");

    sender.forbidden("log.e.a.a");

    assertUnavailable(one, "does not permit this gateway to publish to log.e.a.a");
    arrived("tocsin.probe");
    assertThat(sender.refusal()).as("of one type alone").isNull();
    acknowledge(second, 1);
    assertThat(Logs.await(two)).isEqualTo(stored(1));
  }

  @Test
  void whoMayPublishNothingAnyMoreIsToldUntilItMayAgain() throws Exception {
    CompletableFuture<AppendResult> one = append("a.a");
    arrived("a.a");

    sender.forbidden("log.e.a.a");
    sender.forbidden(arrived("tocsin.probe").getSubject());

    assertUnavailable(one, "does not permit");
    assertThat(sender.refusal())
        .isEqualTo("NATS does not permit this gateway to publish to log.e.>");
    CompletableFuture<AppendResult> two = append("a.a");
    acknowledge(arrived("a.a"), 1);
    assertThat(Logs.await(two)).isEqualTo(stored(1));
    assertThat(sender.refusal()).isNull();
  }

  @Test
  void theWindowBoundsWhatIsInFlight() throws Exception {
    CompletableFuture<List<AppendResult>> results =
        sender.append(
            Collections.nCopies(SendWindow.SIZE + 2, new Append(SampleEvents.event("a.a"), null)));
    Message first = arrived();
    for (int i = 1; i < SendWindow.SIZE; i++) {
      arrived();
    }
    nothingArrives();
    assertThat(sender.inFlight()).isEqualTo(SendWindow.SIZE);

    acknowledge(first, 1);

    arrived("a.a");
    nothingArrives();
    tick(LATE);
    List<AppendResult> all = Logs.await(results);
    assertThat(all.getFirst()).isEqualTo(stored(1));
    assertThat(all.subList(1, SendWindow.SIZE + 1))
        .allSatisfy(one -> assertThat(one).isInstanceOf(AppendResult.Unknown.class));
    assertThat(all.getLast()).isInstanceOf(AppendResult.Unavailable.class);
    assertThat(sender.uncertain()).isEqualTo(SendWindow.SIZE);
  }

  @Test
  void moreThanMayWaitIsRefusedInWordsAtOnce() throws Exception {
    sender = sender(1_000);
    CompletableFuture<AppendResult> one = append("a.a");
    CompletableFuture<AppendResult> two = append("a.b");

    assertUnavailable(append("a.c"), "More events are waiting than JetStream takes");

    sender.open();
    acknowledge(arrived("a.a"), 1);
    acknowledge(arrived("a.b"), 2);
    assertThat(Logs.await(one)).isEqualTo(stored(1));
    assertThat(Logs.await(two)).isEqualTo(stored(2));
    append("a.d");
    arrived("a.d");
  }

  @Test
  void atTheEndWhatWasSentIsUnknownAndTheRestIsNot() throws Exception {
    CompletableFuture<AppendResult> sent = append("a.a");
    arrived("a.a");
    sender.hold();
    CompletableFuture<AppendResult> waiting = append("a.b");

    sender.close(Duration.ZERO);

    assertUnknown(sent);
    assertUnavailable(waiting, "within 10 seconds");
    assertUnavailable(append("a.c"), "closed");
  }

  @Test
  void theEndWaitsForAnswers() throws Exception {
    CompletableFuture<AppendResult> sent = append("a.a");
    Message first = arrived("a.a");

    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(() -> sender.close(Duration.ofSeconds(60)));
    acknowledge(first, 1);

    assertThat(Logs.await(sent)).isEqualTo(stored(1));
    Logs.await(closing);
  }
}

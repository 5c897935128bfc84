package dev.tocsin.jetstream;

import dev.tocsin.events.EncodedEvent;
import dev.tocsin.hub.Append;
import dev.tocsin.jetstream.JetStreamApi.Answer;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The way of events to the stream, and of its answers back: core publishes with an inbox of our own. Any thread; nothing
/// blocks, and nothing is kept back while the connection is away.
final class EventChannel {

  /// Who is told what the stream says of an event, on a thread of the library's.
  interface Answers {

    /// Takes one answer.
    ///
    /// @param number under which the event was sent
    void answered(long number, PublishAnswer answer);
  }

  private final Connection connection;
  private final JetStreamApi api;
  private final EventCodec codec;
  private final String inbox;

  EventChannel(Connection connection, JetStreamApi api, EventCodec codec) {
    this.connection = connection;
    this.api = api;
    this.codec = codec;
    this.inbox = connection.createInbox() + ".";
  }

  /// Listens to answers from now on.
  void listen(Answers answers) {
    Dispatcher dispatcher =
        connection.createDispatcher(message -> {
          long number = number(message.getSubject());
          PublishAnswer answer = number < 0 ? null : answer(message);
          if (answer != null) {
            answers.answered(number, answer);
          }
        });
    dispatcher.setPendingLimits(0, 0);
    dispatcher.subscribe(inbox + "*");
  }

  private long number(String subject) {
    try {
      return Long.parseLong(subject, inbox.length(), subject.length(), 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static @Nullable PublishAnswer answer(Message message) {
    return message.isStatusMessage() ? PublishAnswer.NOBODY : PublishAnswer.of(message.getData());
  }

  /// Hands an event to the connection.
  ///
  /// @param number comes back with the answer, and with the event itself
  /// @return whether the connection is there; else nothing was sent, nor will be
  /// @throws IllegalArgumentException when NATS never takes such a message
  boolean send(long number, Append append) {
    EncodedEvent event = append.event();
    try {
      connection.publish(
          subject(event.type()),
          inbox + number,
          codec.headers(number, append.idempotencyKey()),
          EventCodec.body(event));
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /// The subject of the events of a type.
  String subject(String type) {
    return codec.subject(type);
  }

  /// The subject of [#probe].
  String probeSubject() {
    return subject("tocsin.probe");
  }

  /// Asks whether somebody takes events, by a message that no stream takes and that the leader of this one answers.
  CompletableFuture<Boolean> probe() {
    return api.send(probeSubject(), RawHeaders.FOR_NO_STREAM, new byte[0])
        .thenApply(answer ->
            answer instanceof Answer.Refused refused
                && refused.code() == JetStreamApi.WRONG_STREAM);
  }
}

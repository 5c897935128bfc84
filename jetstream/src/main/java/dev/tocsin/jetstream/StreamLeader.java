package dev.tocsin.jetstream;

import dev.tocsin.jetstream.JetStreamApi.Answer;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The leader of the stream, asked for single messages: what it does not have is lost, whatever another server has. Any thread.
final class StreamLeader {

  private final JetStreamApi api;
  private final String asking;

  StreamLeader(JetStreamApi api, String stream) {
    this.api = api;
    this.asking = "STREAM.MSG.GET." + stream;
  }

  /// What it says of a message.
  sealed interface Message {

    /// It has it.
    record Found(StoredMessage message) implements Message {}

    /// It has none of that sequence.
    record Lost() implements Message {}

    /// Nobody says.
    record Unsaid(String reason) implements Message {}
  }

  /// The message of a sequence.
  CompletableFuture<Message> message(long sequence) {
    return api.ask(asking, of(sequence)).thenApply(StreamLeader::message);
  }

  /// The same for whoever can wait, see [JetStreamApi#askUntilAnswered].
  Message messageUntilAnswered(long sequence) throws InterruptedException {
    return message(api.askUntilAnswered(asking, of(sequence)));
  }

  private static ObjectNode of(long sequence) {
    return JetStreamApi.request().put("seq", sequence);
  }

  private static Message message(Answer answer) {
    return switch (answer) {
      case Answer.Done(JsonNode json) -> {
        StoredMessage message = StoredMessage.of(json);
        yield message == null
            ? new Message.Unsaid("JetStream answered something else than a message")
            : new Message.Found(message);
      }
      case Answer.Refused(int status, int code, String words) ->
          code == JetStreamApi.MESSAGE_NOT_FOUND ? new Message.Lost() : new Message.Unsaid(words);
      case Answer.Silent(String reason, boolean nobody) -> new Message.Unsaid(reason);
    };
  }
}

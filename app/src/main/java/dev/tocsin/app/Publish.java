package dev.tocsin.app;

import dev.tocsin.client.PublishOutcome;
import dev.tocsin.client.Refusal;
import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.JsonNodeFactory;

/// Publishes one event, or a file of them.
@Command(
    name = "publish",
    description = {
      "Publishes one event, or a file with one event a line (NDJSON).",
      "",
      "Lines go out as they are read. When the connection is lost it comes back by itself, and no"
          + " line is in the log twice within a run. A file whose run was interrupted can just be"
          + " published again: it goes on. A run that had ended publishes everything again, unless"
          + " both have the same --idempotency-key.",
      "",
      "The exit code is 1 when anything was refused."
    },
    customSynopsis = {
      "${ROOT-COMMAND-NAME} publish TYPE --payload JSON [--correlation-id ID] [--channel NAME]"
          + " [--url URL] [--key FILE]",
      "       ${ROOT-COMMAND-NAME} publish --file FILE [--from-line N] [--url URL] [--key FILE]",
      "       ${ROOT-COMMAND-NAME} publish - [--url URL] [--key FILE]"
    },
    sortOptions = false)
final class Publish implements Callable<Integer> {

  private final Surroundings surroundings;

  @Parameters(
      paramLabel = "TYPE",
      arity = "0..1",
      description = "The event type, for instance alert.created; - for events on standard input.")
  private @Nullable String type;

  @Option(names = "--payload", paramLabel = "JSON", description = "The payload, a JSON object.")
  private @Nullable String payload;

  @Option(
      names = "--correlation-id",
      paramLabel = "ID",
      description = "An identifier that goes with the event from end to end.")
  private @Nullable String correlationId;

  @Option(
      names = "--channel",
      paramLabel = "NAME",
      description = "The channel (default: that of the event type).")
  private @Nullable String channel;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A file with one event a line; - for standard input.")
  private @Nullable String file;

  @Mixin private final ServerOption serverOption = new ServerOption();

  @Option(
      names = "--from-line",
      paramLabel = "N",
      description = "Go on with this line of the file (default: 1).")
  private long fromLine = 1;

  @Option(
      names = "--idempotency-key",
      paramLabel = "TEXT",
      description =
          "The idempotency key, 1 to 256 characters: an event that is published again with it is in"
              + " the log once. For a file, what the keys of its lines are made of: a run with the"
              + " same key publishes no line twice (default: a new one, which a file keeps until"
              + " its last line is published).")
  private @Nullable String keyText;

  @Option(
      names = "--retry",
      paramLabel = "TIME",
      description =
          "How long to try to get a lost connection back (default: 15s for a file, for ever for"
              + " standard input and pipes).")
  private @Nullable TimeSpan retry;

  Publish(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    ServerAccess server = serverOption.server(surroundings);
    String source = source();
    PublishKey key = keyText == null ? null : PublishKey.parse(keyText);
    if (source != null) {
      return new PublishFile(surroundings, server, source, fromLine, key, retry).call();
    }
    if (type == null || payload == null) {
      throw new WrongUse("give a TYPE with its --payload, or a --file, or - for standard input");
    }
    if (fromLine != 1 || retry != null) {
      throw new WrongUse("--from-line and --retry are for files");
    }
    return report(new PublishOne(server, surroundings).publish(envelope(type, payload), key));
  }

  /// The file of events, `-` for standard input, or `null` when a single event is meant.
  private @Nullable String source() throws WrongUse {
    if (fromLine < 1) {
      throw new WrongUse("--from-line counts from 1; was " + fromLine);
    }
    boolean stdin = PayloadSource.STDIN.equals(type);
    if (file == null && !stdin) {
      return null;
    }
    if (payload != null || correlationId != null || channel != null) {
      throw new WrongUse(
          "--payload, --correlation-id and --channel are for a single event; in a file they stand"
              + " in each line");
    }
    if (file == null) {
      return PayloadSource.STDIN;
    }
    if (type != null && !(stdin && file.equals(PayloadSource.STDIN))) {
      throw new WrongUse("a file says the type in each line: leave out " + type);
    }
    return file;
  }

  private int report(PublishOutcome outcome) throws Failure {
    return switch (outcome) {
      case PublishOutcome.Published published -> {
        surroundings.out().println("published sequence " + published.sequence());
        yield 0;
      }
      case PublishOutcome.Refused(Refusal refusal) -> {
        surroundings.say(
            "refused: "
                + refusal.code()
                + ": "
                + refusal.message()
                + ServerAccess.hint(refusal.code()));
        Faults.lines(refusal.errors(), "  ").forEach(surroundings::say);
        yield Main.FAILURE;
      }
      case PublishOutcome.NotSent notSent -> throw new Failure(notSent.reason());
      case PublishOutcome.Unanswered unanswered -> throw new Failure(unanswered.reason());
      case PublishOutcome.OutboxFull full -> throw new IllegalStateException("it holds one event");
    };
  }

  /// The envelope around the very text of the payload, so that no number of it changes.
  private String envelope(String eventType, String eventPayload) throws Failure {
    if (Json.read(eventPayload) instanceof Rejection fault) {
      throw new Failure("the payload is refused: " + fault.message());
    }
    StringBuilder envelope = new StringBuilder("{\"type\":").append(quoted(eventType));
    envelope.append(",\"payload\":").append(eventPayload);
    if (correlationId != null) {
      envelope.append(",\"correlation_id\":").append(quoted(correlationId));
    }
    if (channel != null) {
      envelope.append(",\"channel\":").append(quoted(channel));
    }
    return envelope.append('}').toString();
  }

  private static String quoted(String text) {
    return Json.write(JsonNodeFactory.instance.stringNode(text));
  }
}

package dev.tocsin.app;

import dev.tocsin.app.HubApi.Answer;
import dev.tocsin.events.Json;
import dev.tocsin.events.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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
          + " line is in the log twice. A file whose run was interrupted can just be published"
          + " again.",
      "",
      "The exit code is 1 when anything was refused."
    },
    customSynopsis = {
      "${ROOT-COMMAND-NAME} publish TYPE --payload JSON [--correlation-id ID] [--channel NAME]"
          + " [--url URL]",
      "       ${ROOT-COMMAND-NAME} publish --file FILE [--from-line N] [--url URL]",
      "       ${ROOT-COMMAND-NAME} publish - [--url URL]"
    },
    sortOptions = false)
final class Publish implements Callable<Integer> {

  private static final String KEY = "[!-~]{1,200}";

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
      names = "--key",
      paramLabel = "KEY",
      description =
          "What the idempotency keys of the lines begin with: a run with the same key publishes no"
              + " line twice (default: a new one, which a file keeps until its last line is"
              + " published).")
  private @Nullable String key;

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
    ServerUrl server = serverOption.server();
    String source = source();
    if (key != null && !key.matches(KEY)) {
      throw new WrongUse("--key is 1 to 200 printable characters of ASCII, without blanks");
    }
    if (source != null) {
      return publishAll(server, source);
    }
    if (type == null || payload == null) {
      throw new WrongUse("give a TYPE with its --payload, or a --file, or - for standard input");
    }
    if (fromLine != 1 || retry != null) {
      throw new WrongUse("--from-line and --retry are for files");
    }
    return publishOne(new HubApi(server, surroundings), type, payload);
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

  private int publishOne(HubApi api, String eventType, String eventPayload) throws Failure {
    byte[] event = envelope(eventType, eventPayload).getBytes(StandardCharsets.UTF_8);
    Answer answer = api.await(persistently(api, event));
    if (answer.status() == 201) {
      surroundings.out().println("published sequence " + answer.body().path("sequence").asString());
      return 0;
    }
    surroundings.say("refused: " + answer.problem());
    Faults.lines(answer.refusal().errors(), "  ").forEach(surroundings::say);
    return Main.FAILURE;
  }

  /// Asks a second time, with the same key, where a connection ended before the answer came.
  private CompletableFuture<Answer> persistently(HubApi api, byte[] event) {
    String once = key == null ? UUID.randomUUID().toString() : key;
    return api.publish(event, once)
        .exceptionallyCompose(failure ->
            HubApi.neverArrived(failure)
                ? CompletableFuture.failedFuture(failure)
                : api.publish(event, once));
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

  private int publishAll(ServerUrl server, String source) throws Failure, WrongUse {
    return new PublishFile(surroundings, server, source, fromLine, key, retry).call();
  }
}

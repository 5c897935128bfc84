package dev.tocsin.app;

import dev.tocsin.app.HubApi.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Publishes one event, or a file of them.
@Command(
    name = "publish",
    description = {
      "Publishes one event, or a file with one event a line (NDJSON).",
      "",
      "The exit code is 1 when anything was refused."
    },
    customSynopsis = {
      "tocsin publish TYPE --payload JSON [--correlation-id ID] [--channel NAME] [--url URL]",
      "       tocsin publish --file FILE [--url URL]",
      "       tocsin publish - [--url URL]"
    },
    sortOptions = false)
final class Publish implements Callable<Integer> {

  private static final String EVENTS = "/api/v1/events";

  /// How many faults of a refused line are shown.
  private static final int SHOWN_FAULTS = 3;

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

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The server (default: http://127.0.0.1:8080).")
  private String url = ServerUrl.DEFAULT;

  Publish(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    HubApi api = new HubApi(ServerUrl.parse(url));
    String source = source();
    if (source != null) {
      return publishAll(api, source);
    }
    if (type == null || payload == null) {
      throw new WrongUse("give a TYPE with its --payload, or a --file, or - for standard input");
    }
    return publishOne(api, type, payload);
  }

  /// The file of events, `-` for standard input, or `null` when a single event is meant.
  private @Nullable String source() throws WrongUse {
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
    Answer answer =
        api.post(
            EVENTS, "application/json", BodyPublishers.ofString(envelope(eventType, eventPayload)));
    if (answer.status() == 201) {
      surroundings.out().println("published sequence " + answer.body().path("sequence").asString());
      return 0;
    }
    surroundings.say("refused: " + answer.problem());
    Faults.lines(Faults.ofDetails(answer.body().path("details")), "  ").forEach(surroundings::say);
    return Main.FAILURE;
  }

  /// The envelope around the very text of the payload, so that no number of it changes.
  private String envelope(String eventType, String eventPayload) throws Failure {
    JsonMapper mapper = JsonMapper.shared();
    try {
      mapper.readTree(eventPayload);
    } catch (JacksonException e) {
      throw new Failure(
          "the payload is not valid JSON: "
              + e.getOriginalMessage().replaceFirst(" \\(start.*", ""));
    }
    StringBuilder envelope = new StringBuilder("{\"type\":");
    envelope.append(mapper.writeValueAsString(eventType));
    envelope.append(",\"payload\":").append(eventPayload);
    if (correlationId != null) {
      envelope.append(",\"correlation_id\":").append(mapper.writeValueAsString(correlationId));
    }
    if (channel != null) {
      envelope.append(",\"channel\":").append(mapper.writeValueAsString(channel));
    }
    return envelope.append('}').toString();
  }

  private int publishAll(HubApi api, String source) throws Failure {
    try (InputStream in = PayloadSource.open(source, surroundings);
        Progress progress = new Progress(in, size(source), surroundings)) {
      Answer answer =
          api.post(EVENTS, "application/x-ndjson", BodyPublishers.ofInputStream(() -> progress));
      progress.clear();
      if (!answer.body().has("accepted")) {
        throw new Failure(answer.problem());
      }
      int result = report(answer.body());
      JsonNode nextLine = answer.body().path("next_line");
      if (nextLine.isMissingNode()) {
        return result;
      }
      surroundings.say(
          "broken off: " + answer.problem() + "; go on with line " + nextLine.asString("?"));
      return Main.FAILURE;
    } catch (IOException e) {
      throw new Failure("cannot read " + source + ": " + e.getMessage(), e);
    }
  }

  private static long size(String source) throws IOException {
    return source.equals(PayloadSource.STDIN) ? -1 : Files.size(Path.of(source));
  }

  private int report(JsonNode report) {
    JsonNode rejected = report.path("rejected");
    for (JsonNode line : rejected) {
      surroundings.say(
          "line "
              + line.path("line").asString("?")
              + ": "
              + line.path("error").asString("")
              + ": "
              + line.path("message").asString(""));
      Faults.ofDetails(line.path("details")).stream()
          .limit(SHOWN_FAULTS)
          .forEach(fault ->
              surroundings.say(
                  "  "
                      + (fault.path().isEmpty() ? "(payload)" : fault.path())
                      + "  "
                      + fault.message()));
    }
    long accepted = report.path("accepted").asLong(0);
    long refused = report.path("rejected_count").asLong(rejected.size());
    if (refused > rejected.size()) {
      surroundings.say("and " + (refused - rejected.size()) + " more refused lines");
    }
    surroundings
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "published %d of %d events%s",
                accepted,
                accepted + refused,
                range(report)));
    return refused == 0 ? 0 : Main.FAILURE;
  }

  private static String range(JsonNode report) {
    return report.has("first_sequence")
        ? " (sequences "
            + report.path("first_sequence").asString("")
            + " to "
            + report.path("last_sequence").asString("")
            + ")"
        : "";
  }
}

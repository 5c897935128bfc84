package dev.tocsin.app;

import dev.tocsin.events.EventCatalog;
import dev.tocsin.events.EventType;
import dev.tocsin.events.PayloadValidation;
import dev.tocsin.events.WebSocketEvent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Checks a payload against its event type's schema. Needs no server.
@Command(
    name = "validate",
    description = {
      "Checks a payload against the schema of its event type. Needs no server.",
      "",
      "Prints 'valid', or every fault; then the exit code is 1."
    },
    customSynopsis = {
      "${ROOT-COMMAND-NAME} validate TYPE --payload JSON [--catalog DIR]",
      "       ${ROOT-COMMAND-NAME} validate TYPE --file FILE [--catalog DIR]",
      "       ${ROOT-COMMAND-NAME} validate TYPE - [--catalog DIR]"
    },
    sortOptions = false)
final class Validate implements Callable<Integer> {

  private final Surroundings surroundings;

  @Parameters(
      index = "0",
      paramLabel = "TYPE",
      description = "The event type, for instance alert.created.")
  private String type = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "-",
      description = "Read the payload from standard input.")
  private @Nullable String dash;

  @Option(names = "--payload", paramLabel = "JSON", description = "The payload.")
  private @Nullable String payload;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A file that holds the payload; - for standard input.")
  private @Nullable String file;

  @Mixin private final CatalogOption catalogOption = new CatalogOption();

  Validate(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws Failure, WrongUse {
    if (dash != null && !dash.equals(PayloadSource.STDIN)) {
      throw new WrongUse("what is " + dash + "? The payload comes with --payload, --file or -");
    }
    if ((payload == null ? 0 : 1) + (file == null ? 0 : 1) + (dash == null ? 0 : 1) != 1) {
      throw new WrongUse("give the payload once: with --payload, --file or -");
    }
    EventCatalog catalog = catalogOption.load();
    EventType found = CatalogOption.find(catalog, type);
    byte[] bytes = bytes();
    if (bytes.length > WebSocketEvent.MAX_BYTES) {
      surroundings
          .out()
          .println("The payload is larger than " + WebSocketEvent.MAX_BYTES + " bytes");
      return Main.FAILURE;
    }
    return switch (catalog.validatePayload(found.name(), bytes)) {
      case PayloadValidation.Valid valid -> {
        surroundings.out().println("valid");
        yield 0;
      }
      case PayloadValidation.Invalid invalid -> {
        if (invalid.errors().isEmpty()) {
          surroundings.out().println(TerminalText.harmless(invalid.rejection().message()));
        }
        Faults.lines(invalid.errors(), "").forEach(surroundings.out()::println);
        yield Main.FAILURE;
      }
    };
  }

  /// The payload; of one that no server takes, as many bytes as show it.
  private byte[] bytes() throws Failure {
    if (payload != null) {
      return payload.getBytes(StandardCharsets.UTF_8);
    }
    return PayloadSource.read(
        file == null ? PayloadSource.STDIN : file, WebSocketEvent.MAX_BYTES + 1, surroundings);
  }
}

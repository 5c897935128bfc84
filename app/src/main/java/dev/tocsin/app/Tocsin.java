package dev.tocsin.app;

import dev.tocsin.gateway.BuildVersion;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The program without a command: what all of them have in common.
@Command(
    name = "tocsin",
    description = "Real-time event hub for systems that watch over something.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Tocsin.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    commandListHeading = "%nCommands:%n")
final class Tocsin {

  @Option(
      names = "--log-level",
      scope = ScopeType.INHERIT,
      paramLabel = "LEVEL",
      description =
          "What is logged on stderr: off, error, warn, info, debug or trace (default: info for"
              + " serve and bridge, off for doctor, warn for the others).")
  private Logging.@Nullable Level logLevel;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "The same as --log-level debug: also shows where a failure came from.")
  private boolean debug;

  /// Ends the help of a command, and of those below it, with what holds for all of them. The example is an option
  /// that the command has.
  static void addFooter(CommandLine command) {
    Map<String, OptionSpec> options = command.getCommandSpec().optionsMap();
    String example =
        options.containsKey("--port")
            ? "TOCSIN_PORT=9000 for --port 9000"
            : options.containsKey("--url")
                ? "TOCSIN_URL=http://127.0.0.1:9000 for --url"
                : "TOCSIN_LOG_LEVEL=debug for --log-level debug";
    UsageMessageSpec help = command.getCommandSpec().usageMessage();
    if (help.footer().length == 0) {
      help.footer(
          "",
          "Every option can also be given in the environment: " + example + '.',
          "Exit codes: 0, 1 for a failure, 2 for wrong use.");
    }
    command.getSubcommands().values().forEach(Tocsin::addFooter);
  }

  /// The level that the user chose, or `null`.
  Logging.@Nullable Level logLevel() {
    return debug && logLevel == null ? Logging.Level.DEBUG : logLevel;
  }

  /// Whether a failure is shown with its stack trace.
  boolean wantsTraces() {
    Logging.Level level = logLevel();
    return debug || (level != null && level.compareTo(Logging.Level.DEBUG) >= 0);
  }

  /// The version of the program and of its Java.
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      return new String[] {
        "tocsin " + BuildVersion.number(),
        "Java " + Runtime.version() + ", " + System.getProperty("os.name", "")
      };
    }
  }
}

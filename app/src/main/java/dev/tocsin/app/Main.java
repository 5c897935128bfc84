package dev.tocsin.app;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/// Where the program begins.
public final class Main {

  /// The exit code of a command that failed, or was refused something.
  static final int FAILURE = 1;

  /// The exit code of wrong use.
  static final int WRONG_USE = 2;

  private Main() {}

  /// Runs a command and ends the process with its exit code.
  public static void main(String[] args) {
    // Before the JDK makes its own; a method of that class would do so.
    System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    Surroundings surroundings = Surroundings.ofProcess();
    surroundings.interruption().arm();
    int code = run(args, surroundings);
    surroundings.interruption().end(code);
    System.exit(code);
  }

  /// Runs a command and returns its exit code.
  static int run(String[] args, Surroundings surroundings) {
    Logging logging = new Logging(surroundings.err());
    CommandLine commands = commands(args, surroundings, logging);
    int code = commands.execute(args);
    surroundings.out().flush();
    surroundings.err().flush();
    return code;
  }

  /// The commands and what makes each, in the order in which they are listed.
  private static Map<String, Supplier<CommandLine>> makers(Surroundings surroundings) {
    Map<String, Supplier<CommandLine>> makers = new LinkedHashMap<>();
    makers.put("serve", () -> new CommandLine(new Serve(surroundings)));
    makers.put("tail", () -> new CommandLine(new Tail(surroundings)));
    makers.put("publish", () -> new CommandLine(new Publish(surroundings)));
    makers.put(
        "catalog",
        () ->
            new CommandLine(new CatalogCommand())
                .addSubcommand(new CatalogCommand.ListTypes(surroundings))
                .addSubcommand(new CatalogCommand.Show(surroundings))
                .addSubcommand(new CatalogCommand.Schema(surroundings)));
    makers.put("validate", () -> new CommandLine(new Validate(surroundings)));
    makers.put(
        "log",
        () ->
            new CommandLine(new LogCommand())
                .addSubcommand(new LogCommand.NewEpoch(surroundings))
                .addSubcommand(new LogCommand.Copy(surroundings)));
    makers.put("demo", () -> new CommandLine(new Demo(surroundings)));
    makers.put(
        "bench",
        () -> new CommandLine(new Bench(surroundings)).addSubcommand(new BenchEcho(surroundings)));
    return makers;
  }

  /// The commands that the arguments can mean. Where the first one names a command that is the only one:
  /// reading the descriptions of all takes longer than starting a server.
  private static CommandLine commands(String[] args, Surroundings surroundings, Logging logging) {
    Tocsin tocsin = new Tocsin();
    CommandLine commands = new CommandLine(tocsin);
    Map<String, Supplier<CommandLine>> makers = makers(surroundings);
    if (args.length > 0 && makers.containsKey(args[0])) {
      makers.keySet().retainAll(Set.of(args[0]));
    }
    makers.values().forEach(maker -> commands.addSubcommand(maker.get()));
    return commands
        .setOut(surroundings.outWriter())
        .setErr(surroundings.errWriter())
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(surroundings.colours() ? Ansi.ON : Ansi.OFF))
        .setDefaultValueProvider(new EnvironmentDefaults(surroundings.environment()))
        .setExpandAtFiles(false)
        // There is --peer-protocol echo, and a command of that name.
        .setAllowSubcommandsAsOptionParameters(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(ByteSize.class, ByteSize::parse)
        .registerConverter(TimeSpan.class, TimeSpan::parse)
        .setUsageHelpWidth(100)
        .setExecutionStrategy(parsed -> {
          // With --help the parser lets them pass.
          if (!parsed.unmatched().isEmpty()) {
            throw new UnmatchedArgumentException(commands, parsed.unmatched());
          }
          logging.configure(level(tocsin, parsed));
          return new RunLast().execute(parsed);
        })
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> failed(exception, command, tocsin, surroundings))
        .setParameterExceptionHandler(
            (exception, unparsed) -> wrongUse(exception, surroundings.environment()));
  }

  private static Logging.Level level(Tocsin tocsin, ParseResult parsed) {
    Logging.Level chosen = tocsin.logLevel();
    if (chosen != null) {
      return chosen;
    }
    ParseResult command = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    return command.commandSpec().userObject() instanceof Serve
        ? Logging.Level.INFO
        : Logging.Level.WARN;
  }

  /// An expected failure is a sentence; anything else is a fault of ours and says so.
  private static int failed(
      Exception exception, CommandLine command, Tocsin tocsin, Surroundings surroundings) {
    int code = FAILURE;
    switch (exception) {
      case Failure failure -> surroundings.say("tocsin: " + failure.getMessage());
      case WrongUse wrong -> {
        surroundings.say("tocsin: " + wrong.getMessage());
        surroundings.say(hint(command));
        code = WRONG_USE;
      }
      default -> {
        String where = tocsin.wantsTraces() ? "" : " (--debug shows where)";
        surroundings.say("tocsin: internal error: " + exception + where);
      }
    }
    if (tocsin.wantsTraces()) {
      exception.printStackTrace(surroundings.err());
    }
    return code;
  }

  private static String hint(CommandLine command) {
    return "Try '" + command.getCommandSpec().qualifiedName() + " --help' for its use.";
  }

  private static int wrongUse(ParameterException exception, Map<String, String> environment) {
    CommandLine command = exception.getCommandLine();
    command
        .getErr()
        .println(
            "tocsin: "
                + TerminalText.harmless(String.valueOf(exception.getMessage()))
                + source(exception.getArgSpec(), exception.getValue(), environment));
    UnmatchedArgumentException.printSuggestions(exception, command.getErr());
    command.getErr().println(hint(command));
    command.getErr().flush();
    return WRONG_USE;
  }

  /// Says so when a bad value came from the environment, where nobody would look for it.
  private static String source(
      @Nullable ArgSpec argument, @Nullable String value, Map<String, String> environment) {
    if (argument instanceof OptionSpec option && value != null) {
      String variable = EnvironmentDefaults.variable(option);
      if (environment.getOrDefault(variable, "").contains(value)) {
        return " (from " + variable + ")";
      }
    }
    return "";
  }
}

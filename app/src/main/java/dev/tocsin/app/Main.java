package dev.tocsin.app;

import dev.tocsin.http.Secrets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Where the program begins.
public final class Main {

  /// The exit code of a command that failed, or was refused something.
  static final int FAILURE = 1;

  /// The exit code of wrong use.
  static final int WRONG_USE = 2;

  private static final int MIN_HELP_WIDTH = 60;
  private static final int MAX_HELP_WIDTH = 100;

  /// The exit code of a server that cannot go on and wants to be started again; it is also the JVM's own when the
  /// heap is used up.
  static final int BROKEN_DOWN = 3;

  private Main() {}

  /// Runs a command and ends the process with its exit code.
  public static void main(String[] args) {
    // Before the JDK makes its own log manager; a method of that class would do so.
    System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    // So that a request says the name that the user gave, where java.net.http does not take that
    // name and is given the address (ServerAddress).
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    Surroundings surroundings = Surroundings.ofProcess();
    useOneFamily(args, surroundings.environment());
    surroundings.interruption().arm();
    int code = run(args, surroundings);
    surroundings.interruption().end(code);
    System.exit(code);
  }

  /// A server on `0.0.0.0` listens on IPv4 and nowhere else, as it is written. Java and Netty would open a
  /// socket of IPv6 for it, which takes both. They can be told for the whole process only, and only before they
  /// have opened anything.
  private static void useOneFamily(String[] args, Map<String, String> environment) {
    List<String> all = List.of(args);
    if (all.contains("serve")
        && (all.contains(NetworkOptions.ANY_IPV4)
            || all.contains("--host=" + NetworkOptions.ANY_IPV4)
            || NetworkOptions.ANY_IPV4.equals(environment.get("TOCSIN_HOST")))) {
      System.setProperty("java.net.preferIPv4Stack", "true");
    }
  }

  /// Runs a command and returns its exit code.
  static int run(String[] args, Surroundings surroundings) {
    Logging logging = new Logging(surroundings.err());
    CommandLine commands = commands(args, surroundings, logging);
    int code = execute(commands, args, surroundings);
    try {
      surroundings.out().requireWritten();
    } catch (Failure e) {
      surroundings.say("tocsin: " + e.getMessage());
      code = code == 0 ? FAILURE : code;
    }
    surroundings.err().flush();
    return code;
  }

  /// Runs the command. Errors of Java's own end it too, in a sentence.
  private static int execute(CommandLine commands, String[] args, Surroundings surroundings) {
    try {
      return commands.execute(args);
    } catch (OutOfMemoryError e) {
      // One that Java throws itself, outside the heap for instance; at one of the heap's the JVM
      // has ended.
      surroundings.say("tocsin: out of memory: " + e.getMessage());
      return BROKEN_DOWN;
    } catch (Error e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (String.valueOf(cause.getMessage()).contains("Too many open files")) {
          surroundings.say("tocsin: too few files may be open: raise ulimit -n");
          return FAILURE;
        }
      }
      surroundings.say("tocsin: internal error: " + e);
      return FAILURE;
    }
  }

  /// The commands and what makes each, in the order in which they are listed.
  static Map<String, Supplier<CommandLine>> makers(Surroundings surroundings) {
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
                .addSubcommand(new CatalogCommand.Schema(surroundings))
                .addSubcommand(new CatalogCommand.Types(surroundings))
                .addSubcommand(new CatalogCommand.OpenApi(surroundings))
                .addSubcommand(new CatalogCommand.AsyncApi(surroundings)));
    makers.put("stats", () -> new CommandLine(new Stats(surroundings)));
    makers.put("validate", () -> new CommandLine(new Validate(surroundings)));
    makers.put(
        "log",
        () ->
            new CommandLine(new LogCommand())
                .addSubcommand(new LogCommand.NewEpoch(surroundings))
                .addSubcommand(new LogCopyCommand(surroundings)));
    makers.put(
        "key",
        () ->
            new CommandLine(new KeyCommand())
                .addSubcommand(new KeyNew(surroundings))
                .addSubcommand(new KeyCommand.ListKeys(surroundings))
                .addSubcommand(new KeyCommand.Revoke(surroundings)));
    makers.put(
        "bridge",
        () ->
            new CommandLine(new BridgeCommand(surroundings))
                .addSubcommand(new BridgeCommand.Check(surroundings))
                .addSubcommand(new BridgeStatus(surroundings))
                .addSubcommand(new BridgeRetry(surroundings)));
    makers.put("doctor", () -> new CommandLine(new Doctor(surroundings)));
    makers.put("demo", () -> new CommandLine(new Demo(surroundings)));
    makers.put(
        "bench",
        () ->
            new CommandLine(new Bench(surroundings))
                .addSubcommand(new BenchEcho(surroundings))
                .addSubcommand(new BenchHandshakes(surroundings)));
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
    Tocsin.addFooter(commands);
    return commands
        .setCommandName(surroundings.program())
        .setOut(surroundings.outWriter())
        .setErr(surroundings.errWriter())
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(surroundings.colours() ? Ansi.ON : Ansi.OFF))
        .setDefaultValueProvider(new EnvironmentDefaults(surroundings.environment(), args))
        .setExpandAtFiles(false)
        // There is --peer-protocol echo, and a command of that name.
        .setAllowSubcommandsAsOptionParameters(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(ByteSize.class, ByteSize::parse)
        .registerConverter(TimeSpan.class, TimeSpan::parse)
        .registerConverter(StartingPoint.class, StartingPoint::parse)
        .registerConverter(Path.class, Main::path)
        .setUsageHelpWidth(Math.clamp(surroundings.width(), MIN_HELP_WIDTH, MAX_HELP_WIDTH))
        .setExecutionStrategy(parsed -> {
          // With --help the parser lets them pass.
          if (!parsed.unmatched().isEmpty()) {
            throw new UnmatchedArgumentException(commands, parsed.unmatched());
          }
          logging.configure(level(tocsin, parsed));
          CommandLine last = parsed.asCommandLineList().getLast();
          if (!last.isUsageHelpRequested() && !last.isVersionHelpRequested()) {
            try {
              LocaleCheck.requireLegible(List.of(args), surroundings.environment());
            } catch (WrongUse e) {
              return failed(e, last, tocsin, surroundings);
            }
            noteVariables(last, surroundings);
          }
          return new RunLast().execute(parsed);
        })
        .setExecutionExceptionHandler(
            (exception, command, parsed) -> failed(exception, command, tocsin, surroundings))
        .setParameterExceptionHandler(
            (exception, given) -> WrongArguments.tell(exception, given, surroundings));
  }

  /// A file or folder. The empty name would be the folder in which the command runs.
  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException("the name of a file or folder is not empty");
    }
    return Path.of(text);
  }

  /// Tells of variables that look like options, and do nothing.
  private static void noteVariables(CommandLine command, Surroundings surroundings) {
    new EnvironmentDefaults(surroundings.environment())
        .notes(
            variables(command),
            command.getParseResult().hasMatchedOption("--url"),
            () ->
                makers(surroundings).values().stream()
                    .map(Supplier::get)
                    .flatMap(maker ->
                        Stream.concat(Stream.of(maker), maker.getSubcommands().values().stream()))
                    .flatMap(maker -> variables(maker).stream())
                    .collect(Collectors.toSet()))
        .forEach(surroundings::say);
  }

  private static Set<String> variables(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp())
        .map(EnvironmentDefaults::variable)
        .collect(Collectors.toSet());
  }

  private static Logging.Level level(Tocsin tocsin, ParseResult parsed) {
    Logging.Level chosen = tocsin.logLevel();
    if (chosen != null) {
      return chosen;
    }
    ParseResult command = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    Object run = command.commandSpec().userObject();
    if (run instanceof Serve || (run instanceof BridgeCommand && !command.hasSubcommand())) {
      return Logging.Level.INFO;
    }
    // What the parts of a server complain of is among a doctor's findings, in words.
    return run instanceof Doctor ? Logging.Level.OFF : Logging.Level.WARN;
  }

  /// An expected failure is a sentence; anything else is a fault of ours and says so.
  private static int failed(
      Exception exception, CommandLine command, Tocsin tocsin, Surroundings surroundings) {
    int code = FAILURE;
    switch (exception) {
      case Failure failure ->
          surroundings.say("tocsin: " + Secrets.masked(String.valueOf(failure.getMessage())));
      case WrongUse wrong -> {
        surroundings.say("tocsin: " + Secrets.masked(String.valueOf(wrong.getMessage())));
        surroundings.say(WrongArguments.hint(command));
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
}

package dev.tocsin.app;

import dev.tocsin.events.Suggestions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Takes the value of an option that was not given from the environment: `TOCSIN_PORT` for
/// `--port`, `TOCSIN_ALLOW_ORIGIN` for `--allow-origin`, with commas between several. An empty
/// variable counts as none; flags are `true` or `false`, also `1` or `0`. What is typed wins, also over a
/// variable for an option that it excludes.
final class EnvironmentDefaults implements IDefaultValueProvider {

  private static final String PREFIX = "TOCSIN_";

  private static final String PORT = "TOCSIN_PORT";
  private static final String URL = "TOCSIN_URL";

  /// Holds a key itself, while `--key` names a file; see [KeyOption].
  static final String KEY = "TOCSIN_KEY";

  /// What the scripts read.
  private static final Set<String> OTHERS = Set.of("TOCSIN_JAVA_OPTS");

  /// What Kubernetes sets in every container for a service of the name `tocsin`, or `tocsin-…`.
  private static final Pattern OF_A_SERVICE =
      Pattern.compile(".+_SERVICE_HOST|.+_SERVICE_PORT(_.+)?|.+_PORT_\\d+_(TCP|UDP|SCTP)(_.+)?");

  private static final Pattern ADDRESS_OF_A_SERVICE = Pattern.compile("(tcp|udp|sctp)://.*");

  /// What commands take one way or another.
  private static final Map<String, List<Alternatives>> ALTERNATIVES =
      Map.of(
          "serve", List.of(Alternatives.of("--memory", "--data --jetstream")),
          "doctor", List.of(Alternatives.of("--memory", "--data --jetstream")),
          "tail", List.of(Alternatives.of("--since", "--last -n", "--latest")),
          "publish",
              List.of(
                  Alternatives.of(
                      "--payload --correlation-id --channel", "--file - --from-line --retry")),
          "validate", List.of(Alternatives.of("--payload", "--file", "-")),
          "key", List.of(Alternatives.of("--keys", "--data")),
          "bench",
              List.of(
                  Alternatives.of("--memory", "--url"),
                  Alternatives.of("--rate", "--in-flight", "--idle"),
                  Alternatives.of("--patterns", "--audiences")));

  private final Map<String, String> environment;
  private final List<String> arguments;

  /// @param arguments those that were typed
  EnvironmentDefaults(Map<String, String> environment, String... arguments) {
    this.environment = environment;
    this.arguments = List.of(arguments);
  }

  /// Ways that exclude each other, each with the options that are part of it. `--jetstream` stands for
  /// `--jetstream-replicas` as well.
  private record Alternatives(List<List<String>> ways) {

    /// @param ways each the names of its options, with blanks between
    static Alternatives of(String... ways) {
      return new Alternatives(Stream.of(ways).map(way -> List.of(way.split(" "))).toList());
    }

    /// Whether arguments go another way than the option's.
    boolean exclude(String option, List<String> arguments) {
      return ways.stream().anyMatch(way -> isPartOf(way, option))
          && ways.stream()
              .filter(way -> !isPartOf(way, option))
              .anyMatch(way -> arguments.stream().anyMatch(argument -> goes(argument, way)));
    }

    private static boolean isPartOf(List<String> way, String option) {
      return way.stream()
          .anyMatch(name ->
              option.equals(name) || (name.startsWith("--") && option.startsWith(name + "-")));
    }

    /// Whether an argument is an option of this way, and no flag that says no.
    private static boolean goes(String argument, List<String> way) {
      boolean isShort = argument.matches("-[a-z].*");
      String name = isShort ? argument.substring(0, 2) : argument.replaceFirst("=.*", "");
      return isPartOf(way, name) && !argument.endsWith("=false");
    }
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String variable = variable(option);
    String value = environment.getOrDefault(variable, "");
    if (value.isEmpty() || isOfAService(variable) || variable.equals(KEY) || isExcluded(option)) {
      return null;
    }
    boolean flag = option.arity().max() == 0;
    return flag && value.equals("1") ? "true" : flag && value.equals("0") ? "false" : value;
  }

  private boolean isExcluded(OptionSpec option) {
    return ALTERNATIVES.getOrDefault(command(option), List.of()).stream()
        .anyMatch(alternatives -> alternatives.exclude(option.longestName(), arguments));
  }

  /// The name of the command that has the option, `key` for `key new`.
  private static String command(OptionSpec option) {
    CommandSpec command = option.command();
    while (command.parent() != null && command.parent().parent() != null) {
      command = command.parent();
    }
    return command.name();
  }

  /// The variable of an option.
  static String variable(OptionSpec option) {
    return PREFIX + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /// Whether Kubernetes has set the variable, and nobody who meant the option.
  private boolean isOfAService(String variable) {
    return OF_A_SERVICE.matcher(variable).matches()
        || (variable.endsWith("_PORT")
            && ADDRESS_OF_A_SERVICE.matcher(environment.getOrDefault(variable, "")).matches());
  }

  private boolean isSet(String variable) {
    return !environment.getOrDefault(variable, "").isEmpty();
  }

  /// What to tell about variables that look like options and do nothing, a sentence each.
  ///
  /// @param known the variables of the command's options
  /// @param serverGiven whether an argument names the server to ask
  /// @param all those of every command's, asked for only when they are needed
  List<String> notes(
      Collection<String> known, boolean serverGiven, Supplier<Collection<String>> all) {
    List<String> notes = new ArrayList<>();
    for (String variable : new TreeSet<>(environment.keySet())) {
      if (!variable.startsWith(PREFIX) || OTHERS.contains(variable)) {
        continue;
      }
      if (isOfAService(variable)) {
        if (known.contains(variable)) {
          notes.add(
              "note: "
                  + variable
                  + "="
                  + environment.get(variable)
                  + " is passed over: Kubernetes sets it for a service named tocsin");
        }
      } else if (variable.equals(PORT) && !known.contains(PORT)) {
        if (known.contains(URL) && !serverGiven && isSet(PORT) && !isSet(URL)) {
          notes.add(
              "note: TOCSIN_PORT="
                  + environment.get(PORT)
                  + " is passed over: TOCSIN_URL says which server this command asks");
        }
      } else if (!known.contains(variable) && !all.get().contains(variable)) {
        notes.add(
            "warning: there is no option for "
                + variable
                + Suggestions.nearest(
                        variable.toLowerCase(Locale.ROOT),
                        all.get().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList())
                    .map(name -> "; did you mean " + name.toUpperCase(Locale.ROOT) + "?")
                    .orElse(""));
      }
    }
    return notes;
  }
}

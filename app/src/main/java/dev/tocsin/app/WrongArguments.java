package dev.tocsin.app;

import dev.tocsin.events.Suggestions;
import dev.tocsin.http.Secrets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Puts into words why the arguments make no command: what is wrong, what would be right, and where a bad
/// value came from.
final class WrongArguments {

  private WrongArguments() {}

  /// Says it on stderr.
  ///
  /// @param given the arguments
  /// @return the exit code
  static int tell(ParameterException exception, String[] given, Surroundings surroundings) {
    CommandLine command = exception.getCommandLine();
    surroundings.say(
        "tocsin: "
            + Secrets.masked(
                sentence(exception, command) + source(exception, given, surroundings)));
    surroundings.say(hint(command));
    return Main.WRONG_USE;
  }

  private static String sentence(ParameterException exception, CommandLine command) {
    return switch (exception) {
      case UnmatchedArgumentException unmatched ->
          unmatched(unmatched.getUnmatched().getFirst(), command);
      case OverwrittenOptionException twice
          when twice.getOverwritten() instanceof OptionSpec option ->
          option.longestName() + " is given twice; leave one of them out";
      case MissingParameterException missing when !missing.getMissing().isEmpty() ->
          missing(missing.getMissing().getFirst());
      default ->
          exception.getArgSpec() instanceof OptionSpec option && exception.getValue() == null
              ? missing(option)
              : badValue(exception, command);
    };
  }

  /// What has to be given, and is not.
  private static String missing(ArgSpec argument) {
    String label = argument.paramLabel();
    if (argument instanceof OptionSpec option) {
      String wanted = wanted(option);
      return option.longestName()
          + " needs its "
          + label
          + " after it"
          + (wanted == null ? "" : ": " + wanted);
    }
    String description = String.join(" ", argument.description()).replaceFirst("[.]$", "");
    return label
        + " is missing: "
        + description.substring(0, 1).toLowerCase(Locale.ROOT)
        + description.substring(1);
  }

  /// Where to read more.
  static String hint(CommandLine command) {
    return "Try '" + command.getCommandSpec().qualifiedName() + " --help' for its use.";
  }

  private static String unmatched(String argument, CommandLine command) {
    String name = argument.replaceFirst("=.*", "");
    // After -- an option is none.
    if (argument.startsWith("-") && !optionNames(command).contains(name)) {
      return "there is no option " + name + nearest(name, optionNames(command));
    }
    if (!command.getSubcommands().isEmpty()) {
      return "there is no command '"
          + argument
          + "'"
          + nearest(argument, command.getSubcommands().keySet());
    }
    return "what is '" + argument + "'? It is one argument too many";
  }

  private static List<String> optionNames(CommandLine command) {
    return command.getCommandSpec().options().stream().map(OptionSpec::longestName).toList();
  }

  /// Options take part without their dashes, which all of them have in common.
  private static String nearest(String name, Collection<String> names) {
    Optional<String> nearest =
        Suggestions.nearest(
            name.replaceFirst("^-+", ""),
            names.stream().map(known -> known.replaceFirst("^-+", "")).toList());
    return nearest
        .map(word -> "; did you mean " + (name.startsWith("-") ? "--" : "") + word + "?")
        .orElse("");
  }

  private static String badValue(ParameterException exception, CommandLine command) {
    String value = exception.getValue();
    if (exception.getArgSpec() instanceof OptionSpec option && value != null) {
      String wanted = wanted(option);
      if (wanted != null) {
        return option.longestName() + " is " + wanted + "; was '" + value + "'";
      }
    }
    if (exception.getArgSpec() == null && !command.getSubcommands().isEmpty()) {
      return command.getCommandName()
          + " needs a command: "
          + listed(List.copyOf(command.getSubcommands().keySet()), "or");
    }
    return String.valueOf(exception.getMessage());
  }

  /// What an option takes, where its converter has no sentence of its own.
  private static @Nullable String wanted(ArgSpec option) {
    Class<?> type = option.auxiliaryTypes()[0];
    if (type.isEnum()) {
      List<String> names =
          Arrays.stream(type.getEnumConstants())
              .map(constant -> String.valueOf(constant).toLowerCase(Locale.ROOT))
              .toList();
      return "one of " + listed(names, "and");
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return "a whole number such as 100";
    }
    if (type == double.class || type == Double.class) {
      return "a number such as 2.5";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "either true or false";
    }
    return null;
  }

  private static String listed(List<String> words, String last) {
    return words.stream().limit(words.size() - 1L).collect(Collectors.joining(", "))
        + " "
        + last
        + " "
        + words.getLast();
  }

  /// Says so when a bad value came from the environment, where nobody would look for it.
  private static String source(
      ParameterException exception, String[] given, Surroundings surroundings) {
    String value = exception.getValue();
    if (exception.getArgSpec() instanceof OptionSpec option
        && value != null
        && Arrays.stream(given).noneMatch(word -> names(word, option))) {
      String variable = EnvironmentDefaults.variable(option);
      if (surroundings.environment().getOrDefault(variable, "").contains(value)) {
        return " (from " + variable + ")";
      }
    }
    return "";
  }

  /// Whether a word of the command line gives the option.
  private static boolean names(String word, OptionSpec option) {
    return Arrays.stream(option.names())
        .anyMatch(name ->
            word.equals(name) || word.startsWith(name.startsWith("--") ? name + "=" : name));
  }
}

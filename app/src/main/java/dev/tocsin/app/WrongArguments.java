package dev.tocsin.app;

import dev.tocsin.events.Suggestions;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Puts into words why the arguments make no command: what is wrong, what would be right, and where a bad
/// value came from.
final class WrongArguments {

  private WrongArguments() {}

  /// Says it on stderr.
  ///
  /// @return the exit code
  static int tell(ParameterException exception, Surroundings surroundings) {
    CommandLine command = exception.getCommandLine();
    String sentence =
        exception instanceof UnmatchedArgumentException unmatched
            ? unmatched(unmatched.getUnmatched().getFirst(), command)
            : badValue(exception);
    surroundings.say(
        "tocsin: " + sentence + source(exception.getArgSpec(), exception.getValue(), surroundings));
    surroundings.say(hint(command));
    return Main.WRONG_USE;
  }

  /// Where to read more.
  static String hint(CommandLine command) {
    return "Try '" + command.getCommandSpec().qualifiedName() + " --help' for its use.";
  }

  private static String unmatched(String argument, CommandLine command) {
    if (argument.startsWith("-")) {
      String name = argument.replaceFirst("=.*", "");
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

  private static String badValue(ParameterException exception) {
    String value = exception.getValue();
    if (exception.getArgSpec() instanceof OptionSpec option && value != null) {
      String wanted = wanted(option);
      if (wanted != null) {
        return option.longestName() + " is " + wanted + "; was '" + value + "'";
      }
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
      return "one of "
          + names.stream().limit(names.size() - 1L).collect(Collectors.joining(", "))
          + " and "
          + names.getLast();
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

  /// Says so when a bad value came from the environment, where nobody would look for it.
  private static String source(
      @Nullable ArgSpec argument, @Nullable String value, Surroundings surroundings) {
    if (argument instanceof OptionSpec option && value != null) {
      String variable = EnvironmentDefaults.variable(option);
      if (surroundings.environment().getOrDefault(variable, "").contains(value)) {
        return " (from " + variable + ")";
      }
    }
    return "";
  }
}

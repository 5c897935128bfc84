package dev.tocsin.app;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Takes the value of an option that was not given from the environment: `TOCSIN_PORT` for
/// `--port`, `TOCSIN_ALLOW_ORIGIN` for `--allow-origin`, with commas between several. An empty
/// variable counts as none; flags are `true` or `false`, also `1` or `0`.
final class EnvironmentDefaults implements IDefaultValueProvider {

  private final Map<String, String> environment;

  EnvironmentDefaults(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String value = environment.getOrDefault(variable(option), "");
    if (value.isEmpty()) {
      return null;
    }
    boolean flag = option.arity().max() == 0;
    return flag && value.equals("1") ? "true" : flag && value.equals("0") ? "false" : value;
  }

  /// The variable of an option.
  static String variable(OptionSpec option) {
    return "TOCSIN_" + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }
}

package dev.cairn.deployment;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Option;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** Reads a function's environment variables as typed values. */
public final class Environment {
  private final Map<String, String> variables;

  public Environment(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  /**
   * Reads a required variable.
   *
   * @param form parses the text, or throws an IllegalArgumentException with the mistake
   * @throws SettingException if the variable is missing, empty or invalid
   */
  public <T> T require(String name, Function<String, T> form) {
    return find(name, form)
        .orElseThrow(
            () ->
                new SettingException(
                    "environment variable "
                        + name
                        + " is not set: the construct CheckpointedFunction sets it; a function that"
                        + " was deployed otherwise needs all that docs/deploying.md names"));
  }

  /**
   * Reads an optional variable, which may be missing or empty.
   *
   * @throws SettingException if it is invalid
   */
  public <T> Optional<T> find(String name, Function<String, T> form) {
    return Optional.ofNullable(variables.get(name))
        .filter(text -> !text.isBlank())
        .map(text -> parse(name, text, form));
  }

  /**
   * Reads the settings among the variables, such as {@code EXECUTION_CHECKPOINTING_INTERVAL}.
   *
   * @throws SettingException if one is invalid, or only looks like a setting
   */
  public CheckpointSettings settings() {
    Configuration configuration = Configuration.DEFAULTS;
    for (String variable : new TreeSet<>(variables.keySet())) {
      Configuration before = configuration;
      configuration = find(variable, text -> set(before, variable, text)).orElse(before);
    }
    try {
      return new CheckpointSettings(configuration).requireDeployable();
    } catch (IllegalArgumentException e) {
      throw new SettingException("the environment's settings cannot be used: " + e.getMessage(), e);
    }
  }

  private static Configuration set(Configuration before, String variable, String text) {
    Optional<String> name = Options.nameOf(variable);
    return name.flatMap(Options::named)
        .map(option -> set(before, option, text))
        .or(() -> name.map(foreign -> before.set(foreign, text, SettingSource.ENVIRONMENT)))
        .orElse(before);
  }

  private static <T> Configuration set(Configuration before, Option<T> option, String text) {
    return before.with(option, option.parse(text), SettingSource.ENVIRONMENT);
  }

  private static <T> T parse(String name, String text, Function<String, T> form) {
    try {
      return form.apply(text);
    } catch (IllegalArgumentException e) {
      throw new SettingException(
          "environment variable " + name + " cannot be \"" + text + "\": " + e.getMessage(), e);
    }
  }

  /** A function cannot start with its environment. */
  public static final class SettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SettingException(String message) {
      super(message);
    }

    SettingException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}

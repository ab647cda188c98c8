package dev.cairn.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The environment in which a command runs.
 *
 * @param home the repository, or any folder in which {@code .cairn} may be
 * @param environment the process's environment variables
 */
public record CliEnvironment(Path home, Map<String, String> environment) {
  public CliEnvironment {
    environment = Map.copyOf(environment);
  }

  /** Returns a variable that is set and not empty. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}

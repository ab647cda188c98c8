package dev.cairn.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command runs.
 *
 * @param home the repository, or any folder in which {@code .cairn} may be
 * @param environment the process's environment variables
 */
public record CliEnvironment(Path home, Map<String, String> environment) {
  public CliEnvironment {
    environment = Map.copyOf(environment);
  }

  /** A variable that is set to something. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }
}

package dev.cairn.lambda;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.Registration;
import dev.cairn.function.CheckpointConfig;
import dev.cairn.function.KeyedFunction;
import dev.cairn.heap.HeapState;
import dev.cairn.settings.Configuration;
import dev.cairn.state.HashRange;

/** What the deployed function says of itself: read once, from an instance for nothing else. */
final class Code {
  private final Configuration configuration;
  private final KeyedFunction<Object> function;

  private Code(Configuration configuration, KeyedFunction<Object> function) {
    this.configuration = configuration;
    this.function = function;
  }

  /**
   * @throws IllegalArgumentException if it sets what cannot be kept, by the option's name
   */
  static Code of(KeyedFunction<Object> function) {
    CheckpointConfig config = new CheckpointConfig();
    function.configure(config);
    return new Code(config.configuration(), function);
  }

  /**
   * The deployment's settings, with what the code says otherwise.
   *
   * @throws IllegalArgumentException if they contradict each other, or cannot be kept, by name
   */
  CheckpointSettings over(CheckpointSettings deployed) {
    return deployed.and(configuration).requireDeployable();
  }

  /** Opens the function, for its states. */
  Registration registration(TaskEnvironment environment) {
    return new Registration(
        environment.job(),
        environment.stage(),
        environment.version(),
        configuration,
        new HeapState<>(function, HashRange.ALL).schemas());
  }
}

package dev.cairn.lambda;

import dev.cairn.backend.heap.HeapStateBackend;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.format.FormatVersion;
import dev.cairn.function.CheckpointConfig;
import dev.cairn.function.KeyedFunction;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Registration;
import dev.cairn.operator.Operator;
import dev.cairn.operator.Serialization;
import dev.cairn.settings.Configuration;
import dev.cairn.state.HashRange;
import dev.cairn.state.StateSchema;
import java.util.List;
import java.util.Optional;

/**
 * The settings and states that the deployed function declares. They are read once, from a separate
 * instance.
 */
public final class CodeDescription {
  private final Configuration configuration;
  private final KeyedFunction<Object> function;

  private CodeDescription(Configuration configuration, KeyedFunction<Object> function) {
    this.configuration = configuration;
    this.function = function;
  }

  /**
   * @throws IllegalArgumentException if it makes an invalid setting; the message names the option
   */
  public static CodeDescription of(KeyedFunction<Object> function) {
    CheckpointConfig config = new CheckpointConfig();
    function.configure(config);
    return new CodeDescription(config.configuration(), function);
  }

  /**
   * Returns the deployment's settings, overridden by those of the code.
   *
   * @throws IllegalArgumentException if they contradict each other or are invalid; the message
   *     names them
   */
  public CheckpointSettings appliedTo(CheckpointSettings deployed) {
    return deployed.and(configuration).requireDeployable();
  }

  /**
   * Opens the function to find its states.
   *
   * @param storage the storage of the job's files, according to the settings of deployment and code
   */
  public Registration registration(JobId job, StageId stage, CodeVersion version, String storage) {
    return new Registration(job, stage, version, configuration, schemas(), Optional.of(storage))
        .withReads(FormatVersion.NEWEST.number());
  }

  private List<StateSchema> schemas() {
    return Operator.open(function, HeapStateBackend::new, HashRange.ALL, Serialization.AT_DRAIN)
        .state()
        .schemas();
  }
}

package dev.cairn.lambda;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.deployment.Environment;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.CodeVersion;
import dev.cairn.state.StartPosition;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.function.Function;

/**
 * The environment of the task's function.
 *
 * @param function the user's function; a failure to load it becomes the failure of each shard
 * @param start where the mapping and each shard begin
 * @param settings the deployment's settings for a task
 * @param version the version of the code
 */
record TaskEnvironment(
    JobId job,
    StageId stage,
    String table,
    String stream,
    FunctionClass function,
    StartPosition start,
    FailurePolicy failurePolicy,
    CheckpointSettings settings,
    CodeVersion version) {
  private static final CodeVersion UNNUMBERED = new CodeVersion("$LATEST");
  private static final String HORIZON = "TRIM_HORIZON";

  /**
   * @throws Environment.SettingException if a variable is missing or invalid; the message names it
   */
  static TaskEnvironment read(Environment variables) {
    // Read only to fail early if the environment sets no location or two; the code may set another.
    StorageLocation.read(variables);
    return new TaskEnvironment(
        variables.require("CAIRN_JOB", JobId::new),
        variables.require("CAIRN_STAGE", StageId::new),
        variables.require("CAIRN_TABLE", Function.identity()),
        variables.require("CAIRN_STREAM", Function.identity()),
        variables.require("CAIRN_FUNCTION", FunctionClass::load),
        variables.require("CAIRN_START", TaskEnvironment::start),
        variables.find("CAIRN_FAILURE_POLICY", FailurePolicy::valueOf).orElse(FailurePolicy.FAIL),
        variables.settings(),
        variables.find("AWS_LAMBDA_FUNCTION_VERSION", CodeVersion::new).orElse(UNNUMBERED));
  }

  private static StartPosition start(String text) {
    if (text.equals(HORIZON)) {
      return new StartPosition.TrimHorizon();
    }
    try {
      return new StartPosition.AtTimestamp(Instant.parse(text));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "it is neither " + HORIZON + " nor a time such as 2026-11-21T14:00:00Z", e);
    }
  }
}

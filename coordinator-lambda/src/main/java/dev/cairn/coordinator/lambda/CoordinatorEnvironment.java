package dev.cairn.coordinator.lambda;

import dev.cairn.checkpoint.Deployment;
import dev.cairn.deployment.Environment;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.s3.S3Location;
import dev.cairn.settings.FlinkDuration;
import java.time.Duration;
import java.util.function.Function;

/**
 * What the function is told by its environment.
 *
 * @param taskTimeout the longest that an invocation of the task takes
 * @param sourceMapping the UUID of the mapping that feeds the task
 */
record CoordinatorEnvironment(
    Deployment deployment,
    String table,
    S3Location storage,
    Duration taskTimeout,
    String tickQueue,
    String sourceMapping) {

  /**
   * @throws Environment.SettingException if a variable is missing or of no use, by its name
   */
  static CoordinatorEnvironment read(Environment variables) {
    S3Location storage = variables.require("CAIRN_STORAGE", S3Location::parse);
    return new CoordinatorEnvironment(
        new Deployment(
            variables.require("CAIRN_JOB", JobId::new),
            variables.require("CAIRN_STAGE", StageId::new),
            variables.require("CAIRN_STREAM", Function.identity()),
            storage.toString(),
            variables.require("CAIRN_TASK_FUNCTION", Function.identity()),
            variables.settings()),
        variables.require("CAIRN_TABLE", Function.identity()),
        storage,
        variables.require("CAIRN_TASK_TIMEOUT", FlinkDuration::parse),
        variables.require("CAIRN_TICK_QUEUE", Function.identity()),
        variables.require("CAIRN_SOURCE_MAPPING", Function.identity()));
  }

  JobId job() {
    return deployment.job();
  }
}

package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.scrub.ScrubberSettings;
import dev.cairn.deployment.Environment;
import dev.cairn.id.JobId;
import dev.cairn.s3.S3Location;
import dev.cairn.settings.FlinkDuration;
import java.time.Duration;
import java.util.function.Function;

/**
 * What the scrubber is told by its environment.
 *
 * @param interval from the beginning of one round over all files to that of the next
 */
record ScrubberEnvironment(JobId job, String table, S3Location storage, Duration interval) {

  /**
   * @throws Environment.SettingException if a variable is missing or of no use, by its name
   */
  static ScrubberEnvironment read(Environment variables) {
    return new ScrubberEnvironment(
        variables.require("CAIRN_JOB", JobId::new),
        variables.require("CAIRN_TABLE", Function.identity()),
        variables.require("CAIRN_STORAGE", S3Location::parse),
        variables
            .find("CAIRN_SCRUB_INTERVAL", FlinkDuration::parse)
            .orElse(ScrubberSettings.DEFAULT_INTERVAL));
  }
}

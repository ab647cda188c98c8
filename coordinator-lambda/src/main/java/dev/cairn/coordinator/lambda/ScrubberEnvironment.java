package dev.cairn.coordinator.lambda;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.scrub.ScrubberSettings;
import dev.cairn.deployment.Environment;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.id.JobId;
import dev.cairn.settings.Options;
import java.time.Duration;
import java.util.function.Function;

/**
 * The environment of the scrubber's function.
 *
 * @param settings the deployment's settings for a scrubber
 * @param interval the time from the beginning of one round to the beginning of the next
 */
record ScrubberEnvironment(
    JobId job, String table, CheckpointSettings settings, Duration interval) {

  /**
   * @throws Environment.SettingException if a variable is missing or invalid; the message names it
   */
  static ScrubberEnvironment read(Environment variables) {
    // Read only to fail early if the environment sets no location or two; the code may set another.
    StorageLocation.read(variables);
    CheckpointSettings settings = variables.settings();
    return new ScrubberEnvironment(
        variables.require("CAIRN_JOB", JobId::new),
        variables.require("CAIRN_TABLE", Function.identity()),
        settings,
        variables
            .find(Options.SCRUB_INTERVAL.variable(), ScrubberEnvironment::interval)
            .orElse(ScrubberSettings.DEFAULT_INTERVAL));
  }

  private static Duration interval(String text) {
    return Options.SCRUB_INTERVAL
        .parse(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a scrubber that is there has rounds; deploy none where there are to be none"));
  }
}

package dev.cairn.dynamodb;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.settings.FlinkDuration;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.id.JobId;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A job's item, which people read and edit in the console. */
final class JobItems {
  static final String RUNNING = "RUNNING";
  static final String RESTORING = "RESTORING";
  static final String REPLAYING = "REPLAYING";
  private static final String INTERVAL = "execution.checkpointing.interval";
  private static final String TIMEOUT = "execution.checkpointing.timeout";
  private static final String NUM_RETAINED = "execution.checkpointing.num-retained";

  private JobItems() {}

  /**
   * @param deployed what holds where the item says nothing
   */
  static Map<String, AttributeValue> write(Job job, CheckpointSettings deployed) {
    Item item =
        Item.at(TableLayout.jobKey(job.id()))
            .put("status", status(job.status()))
            .put("epoch", job.epoch().value())
            .put("nextCheckpoint", job.next().value())
            .put("settings", write(job.settings(), deployed));
    job.latest().ifPresent(latest -> item.put("latestCheckpoint", latest.value()));
    job.status().restoringFrom().ifPresent(from -> item.put("restoringFrom", from.value()));
    job.restoreCheckpointId().ifPresent(id -> item.put(RestoreRequest.ATTRIBUTE, id));
    job.refusal().ifPresent(refusal -> item.put("restoreRefusal", write(refusal)));
    return item.values();
  }

  private static String status(JobStatus status) {
    return switch (status) {
      case JobStatus.Running r -> RUNNING;
      case JobStatus.Restoring r -> RESTORING;
      case JobStatus.Replaying r -> REPLAYING;
    };
  }

  /** The settings that differ from the deployed ones: only what a job has of its own is its own. */
  static Item write(CheckpointSettings settings, CheckpointSettings deployed) {
    Item item = Item.empty();
    if (!settings.interval().equals(deployed.interval())) {
      settings.interval().ifPresent(interval -> item.put(INTERVAL, FlinkDuration.print(interval)));
    }
    if (!settings.timeout().equals(deployed.timeout())) {
      item.put(TIMEOUT, FlinkDuration.print(settings.timeout()));
    }
    if (settings.numRetained() != deployed.numRetained()) {
      item.put(NUM_RETAINED, settings.numRetained());
    }
    return item;
  }

  static Item write(Job.Refusal refusal) {
    return Item.empty()
        .put(RestoreRequest.ATTRIBUTE, refusal.restoreCheckpointId())
        .put("reason", refusal.reason())
        .put("at", refusal.at());
  }

  static Job read(JobId id, Item item, CheckpointSettings deployed) {
    return new Job(
        id,
        readStatus(item),
        item.epoch("epoch"),
        item.checkpoint("nextCheckpoint"),
        item.optionalCheckpoint("latestCheckpoint"),
        item.optionalMap("settings")
            .map(settings -> readSettings(id, settings, deployed))
            .orElse(deployed),
        item.value(RestoreRequest.ATTRIBUTE).map(RestoreRequest::text),
        item.optionalMap("restoreRefusal").map(JobItems::readRefusal));
  }

  private static JobStatus readStatus(Item item) {
    return switch (item.text("status")) {
      case RUNNING -> new JobStatus.Running();
      case RESTORING -> new JobStatus.Restoring(item.checkpoint("restoringFrom"));
      case REPLAYING -> new JobStatus.Replaying(item.checkpoint("restoringFrom"));
      default ->
          throw item.damaged("its status \"" + item.text("status") + "\" is none that is known");
    };
  }

  private static Job.Refusal readRefusal(Item item) {
    return new Job.Refusal(
        item.text(RestoreRequest.ATTRIBUTE), item.text("reason"), item.time("at"));
  }

  static CheckpointSettings readSettings(JobId job, Item settings, CheckpointSettings deployed) {
    return new CheckpointSettings(
        setting(job, settings, INTERVAL, FlinkDuration::parse).or(deployed::interval),
        setting(job, settings, TIMEOUT, FlinkDuration::parse).orElse(deployed.timeout()),
        setting(job, settings, NUM_RETAINED, JobItems::wholeNumber).orElse(deployed.numRetained()));
  }

  /** People type settings, so a wrong one is named as theirs, not as damage. */
  private static <T> Optional<T> setting(
      JobId job, Item settings, String name, Function<String, T> form) {
    return settings
        .value(name)
        .map(
            value -> {
              try {
                return form.apply(RestoreRequest.text(value));
              } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                    "setting "
                        + name
                        + " of job "
                        + job
                        + " cannot be used: "
                        + e.getMessage()
                        + "; correct it in the map \"settings\" of the job's item",
                    e);
              }
            });
  }

  private static Integer wholeNumber(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("\"" + text + "\" is not a whole number");
    }
    return Integer.valueOf(text);
  }
}

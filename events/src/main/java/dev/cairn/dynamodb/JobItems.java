package dev.cairn.dynamodb;

import static dev.cairn.checkpoint.Request.Attribute.COMMAND;
import static dev.cairn.checkpoint.Request.Attribute.RESTORE_CHECKPOINT_ID;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.FlinkDuration;
import dev.cairn.checkpoint.Job;
import dev.cairn.id.JobId;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A job's item, which people read and edit in the console. */
final class JobItems {
  static final String REFUSAL = "refusal";
  static final String UNDO = "undoCheckpoint";
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
            .put("status", StatusItems.name(job.status()))
            .put("epoch", job.epoch().value())
            .put("nextCheckpoint", job.next().value())
            .put("settings", write(job.settings(), deployed));
    job.latest().ifPresent(latest -> item.put("latestCheckpoint", latest.value()));
    job.undo().ifPresent(undo -> item.put(UNDO, undo.value()));
    StatusItems.attributes(job.status()).forEach(item::put);
    job.restoreCheckpointId().ifPresent(id -> item.put(RESTORE_CHECKPOINT_ID.attributeName(), id));
    job.command().ifPresent(command -> item.put(COMMAND.attributeName(), command));
    job.refusal().ifPresent(refusal -> item.put(REFUSAL, write(refusal)));
    return item.values();
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
        .put("request", refusal.request())
        .put("reason", refusal.reason())
        .put("at", refusal.at());
  }

  static Job read(JobId id, Item item, CheckpointSettings deployed) {
    return new Job(
        id,
        StatusItems.read(id, item),
        item.epoch("epoch"),
        item.checkpoint("nextCheckpoint"),
        item.optionalCheckpoint("latestCheckpoint"),
        item.optionalCheckpoint(UNDO),
        item.optionalMap("settings")
            .map(settings -> readSettings(id, settings, deployed))
            .orElse(deployed),
        item.value(RESTORE_CHECKPOINT_ID.attributeName()).map(TypedRequest::text),
        item.value(COMMAND.attributeName()).map(TypedRequest::text),
        item.optionalMap(REFUSAL).map(JobItems::readRefusal));
  }

  private static Job.Refusal readRefusal(Item item) {
    return new Job.Refusal(item.text("request"), item.text("reason"), item.time("at"));
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
                return form.apply(TypedRequest.text(value));
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

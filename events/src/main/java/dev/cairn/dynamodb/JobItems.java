package dev.cairn.dynamodb;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.id.JobId;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Place;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A job's item, which people read and edit in the console. */
final class JobItems {
  static final String RUNNING = "RUNNING";
  static final String RESTORING = "RESTORING";
  static final String REPLAYING = "REPLAYING";
  private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,18}");

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
    return write(
        settings.configuration().differingFrom(deployed.configuration()).stream()
            .filter(setting -> setting.option().places().contains(Place.ITEM))
            .toList());
  }

  static Item write(List<Configuration.Setting<?>> settings) {
    Item item = Item.empty();
    for (Configuration.Setting<?> setting : settings) {
      String text = setting.text();
      item.put(
          setting.option().name(),
          WHOLE_NUMBER.matcher(text).matches()
              ? AttributeValue.fromN(text)
              : AttributeValue.fromS(text));
    }
    return item;
  }

  static Item write(Job.Refusal refusal) {
    return Item.empty()
        .put(RestoreRequest.ATTRIBUTE, refusal.restoreCheckpointId())
        .put("reason", refusal.reason())
        .put("at", refusal.at());
  }

  /**
   * @param known what holds where the item says nothing
   * @param possible throws an IllegalArgumentException for settings that cannot be kept
   */
  static Job read(
      JobId id,
      Item item,
      Configuration known,
      UnaryOperator<CheckpointSettings> possible) {
    return new Job(
        id,
        readStatus(item),
        item.epoch("epoch"),
        item.checkpoint("nextCheckpoint"),
        item.optionalCheckpoint("latestCheckpoint"),
        readSettings(id, item.optionalMap("settings").orElseGet(Item::empty), known, possible),
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

  /** People type settings, so a wrong one is named as theirs, not as damage. */
  private static CheckpointSettings readSettings(
      JobId job,
      Item settings,
      Configuration known,
      UnaryOperator<CheckpointSettings> possible) {
    try {
      return possible.apply(
          new CheckpointSettings(known.and(readConfiguration(settings, Place.ITEM))));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the settings of job "
              + job
              + " cannot be used: "
              + e.getMessage()
              + "; correct them in the map \"settings\" of the job's item, which wins over code and"
              + " deployment",
          e);
    }
  }

  static Configuration readConfiguration(Item settings, Place place) {
    Map<String, String> texts = new TreeMap<>();
    settings.values().forEach((name, value) -> texts.put(name, RestoreRequest.text(value)));
    return Configuration.of(texts, place);
  }
}

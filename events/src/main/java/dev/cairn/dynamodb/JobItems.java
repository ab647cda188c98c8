package dev.cairn.dynamodb;

import static dev.cairn.job.Request.Attribute.COMMAND;
import static dev.cairn.job.Request.Attribute.RESTORE_CHECKPOINT_ID;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.job.Job;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads and writes a job's item, which people also read and edit in the console. */
final class JobItems {
  static final String REFUSAL = "refusal";
  static final String UNDO = "undoCheckpoint";
  static final String PINNED = "pinnedCheckpoints";
  static final String FORMAT = "format";
  static final String CURRENT = "currentCheckpoint";
  private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,18}");

  private JobItems() {}

  /**
   * @param deployed the settings where the item sets none
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
    if (!job.pinned().isEmpty()) {
      item.put(PINNED, writePinned(job.pinned()));
    }
    if (job.format() != FormatVersion.OLDEST) {
      item.put(FORMAT, job.format().number());
    }
    job.current().ifPresent(current -> item.put(CURRENT, current.value()));
    return item.values();
  }

  /** Writes only the settings that differ from the deployed ones. */
  static Item write(CheckpointSettings settings, CheckpointSettings deployed) {
    return write(
        settings.configuration().differingFrom(deployed.configuration()).stream()
            .filter(setting -> setting.option().places().contains(SettingSource.ITEM))
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
        .put("request", refusal.request())
        .put("reason", refusal.reason())
        .put("at", refusal.at());
  }

  /**
   * @param known the settings where the item sets none
   * @param possible throws an IllegalArgumentException for impossible settings
   */
  static Job read(
      JobId id, Item item, Configuration known, UnaryOperator<CheckpointSettings> possible) {
    // The format is checked first, because other attributes of a newer release may have another
    // meaning.
    FormatVersion format = format(id, item);
    return new Job(
        id,
        StatusItems.read(id, item),
        item.epoch("epoch"),
        item.checkpoint("nextCheckpoint"),
        item.optionalCheckpoint("latestCheckpoint"),
        item.optionalCheckpoint(UNDO),
        readSettings(id, item.optionalMap("settings").orElseGet(Item::empty), known, possible),
        item.value(RESTORE_CHECKPOINT_ID.attributeName()).map(TypedRequest::text),
        item.value(COMMAND.attributeName()).map(TypedRequest::text),
        item.optionalMap(REFUSAL).map(JobItems::readRefusal),
        readPinned(item),
        format,
        item.optionalCheckpoint(CURRENT));
  }

  /**
   * Returns the format of the item's job.
   *
   * @throws dev.cairn.format.NewerFormatException if only a newer release may touch the job
   */
  static FormatVersion format(JobId id, Item item) {
    return item.has(FORMAT)
        ? FormatVersion.of(item.number(FORMAT), "job " + id)
        : FormatVersion.OLDEST;
  }

  /** Writes a number set, which can be read and edited in the console. */
  static AttributeValue writePinned(SortedSet<CheckpointId> pinned) {
    return AttributeValue.fromNs(pinned.stream().map(CheckpointId::toString).toList());
  }

  private static SortedSet<CheckpointId> readPinned(Item item) {
    SortedSet<CheckpointId> pinned = new TreeSet<>();
    item.value(PINNED)
        .ifPresent(
            value ->
                value
                    .ns()
                    .forEach(
                        number ->
                            pinned.add(
                                item.parse(
                                    PINNED,
                                    number,
                                    text -> new CheckpointId(Long.parseLong(text))))));
    return pinned;
  }

  static Job.Refusal readRefusal(Item item) {
    return new Job.Refusal(item.text("request"), item.text("reason"), item.time("at"));
  }

  /**
   * Settings may be typed by users, so an invalid one is reported as a user's mistake, not as
   * damage.
   */
  private static CheckpointSettings readSettings(
      JobId job, Item settings, Configuration known, UnaryOperator<CheckpointSettings> possible) {
    try {
      return possible.apply(
          new CheckpointSettings(known.and(readConfiguration(settings, SettingSource.ITEM))));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the settings of job "
              + job
              + " cannot be used: "
              + e.getMessage()
              + "; correct them in the map \"settings\" of the job's item, which overrides"
              + " code and deployment",
          e);
    }
  }

  static Configuration readConfiguration(Item settings, SettingSource place) {
    Map<String, String> texts = new TreeMap<>();
    settings.values().forEach((name, value) -> texts.put(name, TypedRequest.text(value)));
    return Configuration.of(texts, place);
  }
}

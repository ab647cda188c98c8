package dev.cairn.dynamodb;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads and writes checkpoints as items. */
final class CheckpointItems {
  static final String PENDING = "PENDING";
  static final String COMPLETED = "COMPLETED";
  static final String SUBSUMED = "SUBSUMED";

  /** How a completed checkpoint ended; absent if later ones replaced it. */
  static final String END = "endedAs";

  private static final String ABORTED = "ABORTED";
  private static final String PARENT = "parent";
  private static final String STATES = "statesSha256";
  private static final String FIRST_ACKNOWLEDGED = "firstAcknowledgedAt";
  private static final String LAST_ACKNOWLEDGED = "lastAcknowledgedAt";

  private CheckpointItems() {}

  static Map<String, AttributeValue> write(Checkpoint.Pending pending) {
    return triggered(pending.trigger()).put("status", PENDING).values();
  }

  static Map<String, AttributeValue> write(Checkpoint.Completed completed) {
    Item item =
        triggered(completed.trigger())
            .put("status", COMPLETED)
            .put("completedAt", completed.completedAt())
            .put("metadata", AcknowledgementItems.write(completed.metadata()))
            .put("fullSizeBytes", completed.fullSizeBytes())
            .put("incrementalSizeBytes", completed.incrementalSizeBytes());
    completed
        .ackTimes()
        .ifPresent(
            ackTimes ->
                item.put(FIRST_ACKNOWLEDGED, ackTimes.first())
                    .put(LAST_ACKNOWLEDGED, ackTimes.last()));
    completed.states().ifPresent(states -> item.put(STATES, states.hex()));
    return item.values();
  }

  static Map<String, AttributeValue> write(Checkpoint.Aborted aborted, Duration display) {
    return triggered(aborted.trigger())
        .put("status", ABORTED)
        .put("abortedAt", aborted.abortedAt())
        .put("failure", write(aborted.failure()))
        .expiresAt(aborted.abortedAt().plus(display))
        .values();
  }

  private static Item triggered(Checkpoint.Triggering trigger) {
    Item item =
        Item.at(TableLayout.checkpointKey(trigger.job(), trigger.id()))
            .put("checkpoint", trigger.id().value())
            .put("epoch", trigger.epoch().value())
            .put("triggeredAt", trigger.triggeredAt())
            .put("cause", trigger.cause())
            .put("subtasks", trigger.expected().count())
            .put("subtasksSha256", trigger.expected().digest().hex());
    trigger.savepoint().ifPresent(savepoint -> item.put("savepoint", write(savepoint)));
    if (trigger.isFull()) {
      item.put("full", 1);
    }
    if (trigger.format() != FormatVersion.OLDEST) {
      item.put(JobItems.FORMAT, trigger.format().number());
    }
    trigger.parent().ifPresent(parent -> item.put(PARENT, parent.value()));
    return item;
  }

  private static Item write(Checkpoint.Savepoint savepoint) {
    Item item = Item.empty().put("directory", savepoint.directory().value());
    savepoint.name().ifPresent(name -> item.put("name", name.value()));
    return item;
  }

  private static Checkpoint.Savepoint readSavepoint(Item item) {
    return new Checkpoint.Savepoint(
        item.optionalText("name").map(name -> item.parse("name", name, SavepointName::new)),
        item.parse("directory", item.text("directory"), FilePath::new));
  }

  static Item write(Failure failure) {
    Item item =
        Item.empty().put("reason", failure.reason().name()).put("message", failure.message());
    failure.subtask().ifPresent(subtask -> item.put("subtask", subtask.name()));
    return item;
  }

  static Failure readFailure(JobId job, Item item) {
    return new Failure(
        item.parse("reason", item.text("reason"), FailureReason::valueOf),
        item.optionalText("subtask")
            .map(name -> item.parse("subtask", name, one -> TableLayout.subtask(job, one))),
        item.text("message"));
  }

  /**
   * @param lists finds the subtasks that a pending checkpoint waits for
   */
  static Checkpoint read(
      JobId job, Item item, Function<ExpectedSubtasks, Optional<SortedSet<SubtaskId>>> lists) {
    Checkpoint.Triggering trigger =
        new Checkpoint.Triggering(
            job,
            item.checkpoint("checkpoint"),
            item.epoch("epoch"),
            item.time("triggeredAt"),
            expected(item),
            item.optionalMap("savepoint").map(CheckpointItems::readSavepoint),
            item.has("full"),
            item.text("cause"),
            item.has(JobItems.FORMAT)
                ? FormatVersion.of(item.number(JobItems.FORMAT), item.toString())
                : FormatVersion.OLDEST,
            item.optionalCheckpoint(PARENT));
    return switch (item.text("status")) {
      case PENDING ->
          new Checkpoint.Pending(
              trigger, lists.apply(trigger.expected()).orElse(Collections.emptySortedSet()));
      case COMPLETED -> readCompleted(trigger, item);
      case ABORTED ->
          new Checkpoint.Aborted(
              trigger, item.time("abortedAt"), readFailure(job, item.map("failure")));
      case SUBSUMED ->
          new Checkpoint.Subsumed(
              readCompleted(trigger, item),
              item.optionalText(END)
                  .map(end -> item.parse(END, end, Checkpoint.Subsumed.End::valueOf))
                  .orElse(Checkpoint.Subsumed.End.SUBSUMED));
      default ->
          throw item.damaged("its status \"" + item.text("status") + "\" is none that is known");
    };
  }

  private static ExpectedSubtasks expected(Item item) {
    return new ExpectedSubtasks(
        item.parse("subtasks", item.number("subtasks"), Math::toIntExact),
        item.parse("subtasksSha256", item.text("subtasksSha256"), Sha256::new));
  }

  private static Checkpoint.Completed readCompleted(Checkpoint.Triggering trigger, Item item) {
    return new Checkpoint.Completed(
        trigger,
        item.time("completedAt"),
        AcknowledgementItems.readFile(item.map("metadata")),
        item.number("fullSizeBytes"),
        item.number("incrementalSizeBytes"),
        item.has(FIRST_ACKNOWLEDGED)
            ? Optional.of(
                new Checkpoint.AckTimes(
                    item.time(FIRST_ACKNOWLEDGED), item.time(LAST_ACKNOWLEDGED)))
            : Optional.empty(),
        item.optionalText(STATES).map(hex -> item.parse(STATES, hex, Sha256::new)));
  }
}

package dev.cairn.dynamodb;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Expected;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A checkpoint as an item. */
final class CheckpointItems {
  static final String PENDING = "PENDING";
  static final String COMPLETED = "COMPLETED";
  static final String SUBSUMED = "SUBSUMED";
  private static final String ABORTED = "ABORTED";

  private CheckpointItems() {}

  static Map<String, AttributeValue> write(Checkpoint.Pending pending) {
    return triggered(pending.trigger()).put("status", PENDING).values();
  }

  static Map<String, AttributeValue> write(Checkpoint.Completed completed) {
    return triggered(completed.trigger())
        .put("status", COMPLETED)
        .put("completedAt", completed.completedAt())
        .put("metadata", AcknowledgementItems.write(completed.metadata()))
        .put("fullSizeBytes", completed.fullSizeBytes())
        .put("incrementalSizeBytes", completed.incrementalSizeBytes())
        .values();
  }

  static Map<String, AttributeValue> write(Checkpoint.Aborted aborted, Duration display) {
    return triggered(aborted.trigger())
        .put("status", ABORTED)
        .put("abortedAt", aborted.abortedAt())
        .put("reason", aborted.reason())
        .expiresAt(aborted.abortedAt().plus(display))
        .values();
  }

  private static Item triggered(Checkpoint.Triggering trigger) {
    return Item.at(TableLayout.checkpointKey(trigger.job(), trigger.id()))
        .put("checkpoint", trigger.id().value())
        .put("epoch", trigger.epoch().value())
        .put("triggeredAt", trigger.triggeredAt())
        .put("subtasks", trigger.expected().count())
        .put("subtasksSha256", trigger.expected().digest().hex());
  }

  /**
   * @param lists finds the subtasks that a pending checkpoint waits for
   */
  static Checkpoint read(
      JobId job, Item item, Function<Expected, Optional<SortedSet<SubtaskId>>> lists) {
    Checkpoint.Triggering trigger =
        new Checkpoint.Triggering(
            job,
            item.checkpoint("checkpoint"),
            item.epoch("epoch"),
            item.time("triggeredAt"),
            expected(item));
    return switch (item.text("status")) {
      case PENDING ->
          new Checkpoint.Pending(
              trigger, lists.apply(trigger.expected()).orElse(Collections.emptySortedSet()));
      case COMPLETED -> readCompleted(trigger, item);
      case ABORTED -> new Checkpoint.Aborted(trigger, item.time("abortedAt"), item.text("reason"));
      case SUBSUMED -> new Checkpoint.Subsumed(readCompleted(trigger, item));
      default ->
          throw item.damaged("its status \"" + item.text("status") + "\" is none that is known");
    };
  }

  private static Expected expected(Item item) {
    return new Expected(
        item.parse("subtasks", item.number("subtasks"), Math::toIntExact),
        item.parse("subtasksSha256", item.text("subtasksSha256"), Sha256::new));
  }

  private static Checkpoint.Completed readCompleted(Checkpoint.Triggering trigger, Item item) {
    return new Checkpoint.Completed(
        trigger,
        item.time("completedAt"),
        AcknowledgementItems.readFile(item.map("metadata")),
        item.number("fullSizeBytes"),
        item.number("incrementalSizeBytes"));
  }
}

package dev.cairn.dynamodb;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads and writes acknowledgements as items. */
final class AcknowledgementItems {
  /** How long an acknowledgement stays in the table. */
  private static final Duration DISPLAY = Duration.ofDays(30);

  private static final String ACKNOWLEDGED = "ACKNOWLEDGED";
  private static final String DECLINED = "DECLINED";
  private static final String STATE = "stateSha256";

  private AcknowledgementItems() {}

  /**
   * @param at when it was written. It expires long after its checkpoint has ended, because no
   *     checkpoint is pending for so long.
   */
  static Map<String, AttributeValue> write(Acknowledgement acknowledgement, Instant at) {
    Item item =
        Item.at(
            TableLayout.acknowledgementKey(
                acknowledgement.subtask(), acknowledgement.checkpoint()));
    switch (acknowledgement) {
      case Acknowledgement.Acknowledged done -> {
        item.put("status", ACKNOWLEDGED)
            .put("fullSizeBytes", done.fullSizeBytes())
            .put("incrementalSizeBytes", done.incrementalSizeBytes());
        done.stateFile().ifPresent(file -> item.put("stateFile", write(file)));
        done.timing().ifPresent(timing -> item.put("timing", write(timing)));
        done.state().ifPresent(state -> item.put(STATE, state.hex()));
      }
      case Acknowledgement.Declined declined ->
          item.put("status", DECLINED)
              .put("reason", declined.reason().name())
              .put("message", declined.message());
    }
    return item.expiresAt(at.plus(DISPLAY)).values();
  }

  static Acknowledgement read(JobId job, CheckpointId checkpoint, Item item) {
    SubtaskId subtask =
        item.parse(
            TableLayout.SK, item.text(TableLayout.SK), name -> TableLayout.subtask(job, name));
    return switch (item.text("status")) {
      case ACKNOWLEDGED ->
          new Acknowledgement.Acknowledged(
              subtask,
              checkpoint,
              item.optionalMap("stateFile").map(AcknowledgementItems::readFile),
              item.number("fullSizeBytes"),
              item.number("incrementalSizeBytes"),
              item.optionalMap("timing").map(AcknowledgementItems::readTiming),
              item.optionalText(STATE).map(hex -> item.parse(STATE, hex, Sha256::new)));
      case DECLINED ->
          new Acknowledgement.Declined(
              subtask,
              checkpoint,
              item.parse("reason", item.text("reason"), FailureReason::valueOf),
              item.text("message"));
      default ->
          throw item.damaged("its status \"" + item.text("status") + "\" is none that is known");
    };
  }

  static boolean isDeclined(Item item) {
    return item.optionalText("status").equals(Optional.of(DECLINED));
  }

  private static Item write(Acknowledgement.Timing timing) {
    return Item.empty()
        .put("at", timing.at())
        .put("waitedMillis", timing.waited().toMillis())
        .put("tookMillis", timing.took().toMillis());
  }

  private static Acknowledgement.Timing readTiming(Item timing) {
    return new Acknowledgement.Timing(
        timing.time("at"),
        Duration.ofMillis(timing.number("waitedMillis")),
        Duration.ofMillis(timing.number("tookMillis")));
  }

  static Item write(FileRef file) {
    return Item.empty()
        .put("path", file.path().value())
        .put("sizeBytes", file.sizeBytes())
        .put("sha256", file.sha256().hex());
  }

  static FileRef readFile(Item file) {
    return new FileRef(
        file.parse("path", file.text("path"), FilePath::new),
        file.number("sizeBytes"),
        file.parse("sha256", file.text("sha256"), Sha256::new));
  }
}

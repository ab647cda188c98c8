package dev.cairn.dynamodb;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.job.Restoration.Source;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FileRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads and writes a job's status as attributes of its item: {@code status} is its name, {@code
 * restoringFrom} and {@code restoration} hold what is restored and how, {@code halt} why the job
 * does not run.
 */
final class StatusItems {
  static final String RUNNING = "RUNNING";
  static final String REPLAYING = "REPLAYING";
  static final String STOPPING = "STOPPING";
  static final String RESTORING_FROM = "restoringFrom";
  static final String RESTORING = "RESTORING";
  private static final String SUSPENDING = "SUSPENDING";
  private static final String RESUMING = "RESUMING";
  private static final String CANCELLED = "CANCELLED";
  private static final String STOPPED = "STOPPED";
  private static final String FAILED = "FAILED";
  private static final String RESTORATION = "restoration";
  private static final String HALT = "halt";
  private static final String ACCEPTS_GAP = "acceptsGap";
  private static final String BEGINNING = "BEGINNING";
  private static final String SAME_STREAM = "SAME_STREAM";
  private static final String TRIM_HORIZON = "TRIM_HORIZON";

  /** The attributes that a status may have besides its name. */
  static final Set<String> ATTRIBUTES = Set.of(RESTORING_FROM, RESTORATION, HALT, ACCEPTS_GAP);

  private StatusItems() {}

  static String name(JobStatus status) {
    return switch (status) {
      case JobStatus.Running r -> RUNNING;
      case JobStatus.Restoring r -> RESTORING;
      case JobStatus.Replaying r -> REPLAYING;
      case JobStatus.Suspending s -> SUSPENDING;
      case JobStatus.Halted(Halt halt) -> name(halt);
      case JobStatus.Resuming r -> RESUMING;
    };
  }

  private static String name(Halt halt) {
    return switch (halt) {
      case Halt.Cancelled c -> CANCELLED;
      case Halt.Stopping s -> STOPPING;
      case Halt.Stopped s -> STOPPED;
      case Halt.Failed f -> FAILED;
    };
  }

  static Map<String, AttributeValue> attributes(JobStatus status) {
    return switch (status) {
      case JobStatus.Restoring(Restoration from) -> attributes(from);
      case JobStatus.Replaying(Restoration from) -> attributes(from);
      case JobStatus.Suspending(Halt to) -> Map.of(HALT, AttributeValue.fromM(write(to).values()));
      case JobStatus.Halted(Halt halt) -> Map.of(HALT, AttributeValue.fromM(write(halt).values()));
      case JobStatus.Running r -> Map.of();
      case JobStatus.Resuming(boolean acceptsGap) ->
          acceptsGap ? Map.of(ACCEPTS_GAP, AttributeValue.fromBool(true)) : Map.of();
    };
  }

  private static Map<String, AttributeValue> attributes(Restoration from) {
    Map<String, AttributeValue> attributes = new TreeMap<>();
    Item how =
        Item.empty()
            .put("claimMode", from.claimMode().name())
            .put("positions", write(from.positions()))
            .put(ACCEPTS_GAP, AttributeValue.fromBool(from.acceptsGap()));
    from.undo().ifPresent(undo -> how.put("undo", undo.value()));
    if (!from.dropped().isEmpty()) {
      how.put("dropped", from.dropped());
    }
    if (!from.passedOver().isEmpty()) {
      how.put("passedOver", from.passedOver());
    }
    switch (from.source()) {
      case Source.Own(CheckpointId id) -> attributes.put(RESTORING_FROM, Item.number(id.value()));
      case Source.Metadata(FileRef file) -> {
        attributes.put(RESTORING_FROM, AttributeValue.fromS(file.path().value()));
        how.put("metadata", AcknowledgementItems.write(file));
      }
      case Source.Nothing n -> attributes.put(RESTORING_FROM, AttributeValue.fromS(BEGINNING));
    }
    attributes.put(RESTORATION, AttributeValue.fromM(how.values()));
    return attributes;
  }

  private static String write(Positions positions) {
    return switch (positions) {
      case Positions.SameStream s -> SAME_STREAM;
      case Positions.Anew(StartPosition start) ->
          switch (start) {
            case StartPosition.TrimHorizon h -> TRIM_HORIZON;
            case StartPosition.AtTimestamp(Instant time) -> time.toString();
          };
    };
  }

  private static Positions readPositions(String text) {
    return switch (text) {
      case SAME_STREAM -> Positions.SAME_STREAM;
      case TRIM_HORIZON -> new Positions.Anew(new StartPosition.TrimHorizon());
      default -> new Positions.Anew(new StartPosition.AtTimestamp(Instant.parse(text)));
    };
  }

  private static Item write(Halt halt) {
    Item item = Item.empty().put("as", name(halt));
    switch (halt) {
      case Halt.Cancelled(boolean deletes) ->
          item.put("deletesCheckpoints", AttributeValue.fromBool(deletes));
      case Halt.Stopping stopping ->
          stopping.savepoint().ifPresent(name -> item.put("savepointName", name.value()));
      case Halt.Stopped(CheckpointId savepoint) -> item.put("savepoint", savepoint.value());
      case Halt.Failed failed -> item.put("failure", CheckpointItems.write(failed.failure()));
    }
    return item;
  }

  static JobStatus read(JobId job, Item item) {
    String name = item.text("status");
    return switch (name) {
      case RUNNING -> new JobStatus.Running();
      case RESTORING -> new JobStatus.Restoring(readRestoration(item));
      case REPLAYING -> new JobStatus.Replaying(readRestoration(item));
      case SUSPENDING -> new JobStatus.Suspending(readHalt(job, item.map(HALT)));
      case CANCELLED, STOPPING, STOPPED, FAILED ->
          new JobStatus.Halted(readHalt(job, item.map(HALT)));
      case RESUMING -> new JobStatus.Resuming(item.has(ACCEPTS_GAP) && item.flag(ACCEPTS_GAP));
      default -> throw item.damaged("its status \"" + name + "\" is none that is known");
    };
  }

  private static Restoration readRestoration(Item item) {
    Item how = item.map(RESTORATION);
    return new Restoration(
        readSource(item, how),
        how.parse("claimMode", how.text("claimMode"), ClaimMode::valueOf),
        how.parse("positions", how.text("positions"), StatusItems::readPositions),
        how.flag(ACCEPTS_GAP),
        how.optionalCheckpoint("undo"),
        how.has("dropped") ? how.texts("dropped") : List.of(),
        how.has("passedOver") ? how.texts("passedOver") : List.of());
  }

  private static Source readSource(Item item, Item how) {
    if (item.optionalText(RESTORING_FROM).isEmpty()) {
      return new Source.Own(item.checkpoint(RESTORING_FROM));
    }
    return item.text(RESTORING_FROM).equals(BEGINNING)
        ? new Source.Nothing()
        : new Source.Metadata(AcknowledgementItems.readFile(how.map("metadata")));
  }

  private static Halt readHalt(JobId job, Item halt) {
    return switch (halt.text("as")) {
      case CANCELLED -> new Halt.Cancelled(halt.flag("deletesCheckpoints"));
      case STOPPING ->
          new Halt.Stopping(
              halt.optionalText("savepointName")
                  .map(name -> halt.parse("savepointName", name, SavepointName::new)));
      case STOPPED -> new Halt.Stopped(halt.checkpoint("savepoint"));
      case FAILED -> new Halt.Failed(CheckpointItems.readFailure(job, halt.map("failure")));
      default -> throw halt.damaged("its \"" + halt.text("as") + "\" is none that is known");
    };
  }
}

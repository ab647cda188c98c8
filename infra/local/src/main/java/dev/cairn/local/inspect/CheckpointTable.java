package dev.cairn.local.inspect;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Checkpoints as lines of text, one each. */
public final class CheckpointTable {
  public static final String HEADER =
      String.format(
          Locale.ROOT,
          "%5s  %-9s  %8s  %9s  %11s  %s",
          "ID",
          "STATUS",
          "DURATION",
          "FULL",
          "INCREMENTAL",
          "TASKS");

  private CheckpointTable() {}

  /** A checkpoint, and how many subtasks have answered it. */
  public record Row(Checkpoint checkpoint, int acknowledged) {
    public static List<Row> of(CheckpointStore store, List<Checkpoint> checkpoints) {
      List<Row> rows = new ArrayList<>();
      for (Checkpoint checkpoint : checkpoints) {
        rows.add(new Row(checkpoint, acknowledged(store, checkpoint)));
      }
      return rows;
    }

    private static int acknowledged(CheckpointStore store, Checkpoint checkpoint) {
      return switch (checkpoint) {
        case Checkpoint.Completed c -> c.trigger().expected().count();
        case Checkpoint.Subsumed s -> s.trigger().expected().count();
        case Checkpoint.Pending p -> answered(store, p);
        case Checkpoint.Aborted a -> answered(store, a);
      };
    }

    private static int answered(CheckpointStore store, Checkpoint checkpoint) {
      return (int)
          store.acknowledgements(checkpoint.job(), checkpoint.id()).stream()
              .filter(Acknowledgement.Acknowledged.class::isInstance)
              .count();
    }
  }

  public static String status(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Pending p -> "PENDING";
      case Checkpoint.Completed c -> "COMPLETED";
      case Checkpoint.Aborted a -> "ABORTED";
      case Checkpoint.Subsumed s -> "SUBSUMED";
    };
  }

  /** How long it took, or has been taking. */
  public static Duration duration(Checkpoint checkpoint, Instant now) {
    Instant began = checkpoint.trigger().triggeredAt();
    return switch (checkpoint) {
      case Checkpoint.Pending p -> Duration.between(began, now);
      case Checkpoint.Completed c -> c.duration();
      case Checkpoint.Aborted a -> Duration.between(began, a.abortedAt());
      case Checkpoint.Subsumed s -> s.completed().duration();
    };
  }

  public static String line(Row row, Instant now) {
    Checkpoint checkpoint = row.checkpoint();
    String tasks = row.acknowledged() + "/" + checkpoint.trigger().expected().count();
    String duration = Sizes.seconds(duration(checkpoint, now));
    return switch (checkpoint) {
      case Checkpoint.Pending p -> line(p, duration, "", "", tasks);
      case Checkpoint.Aborted a -> line(a, duration, "", "", tasks + "  " + told(a.failure()));
      case Checkpoint.Completed c -> line(c, duration, c, tasks);
      case Checkpoint.Subsumed s -> line(s, duration, s.completed(), tasks);
    };
  }

  /** What failed, and what to do if anything has to be done. */
  private static String told(Failure failure) {
    return failure.reason().countsAsFailure()
        ? failure + "; " + failure.reason().advice()
        : failure.toString();
  }

  private static String line(
      Checkpoint checkpoint, String duration, Checkpoint.Completed sizes, String tasks) {
    return line(
        checkpoint,
        duration,
        Sizes.bytes(sizes.fullSizeBytes()),
        Sizes.bytes(sizes.incrementalSizeBytes()),
        tasks);
  }

  private static String line(
      Checkpoint checkpoint, String duration, String full, String incremental, String tasks) {
    String savepoint =
        checkpoint
            .trigger()
            .savepoint()
            .map(
                of ->
                    "  savepoint"
                        + of.name().map(name -> " " + name).orElse("")
                        + " ("
                        + checkpoint.trigger().cause()
                        + ")")
            .orElse("");
    return String.format(
        Locale.ROOT,
        "%5s  %-9s  %8s  %9s  %11s  %s",
        checkpoint.id(),
        status(checkpoint),
        duration,
        full,
        incremental,
        tasks + savepoint);
  }
}

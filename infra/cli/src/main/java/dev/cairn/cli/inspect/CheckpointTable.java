package dev.cairn.cli.inspect;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.cli.output.Sizes;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
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

  /**
   * A checkpoint, and how many subtasks have acknowledged it.
   *
   * @param acknowledged the acknowledgements before its end
   * @param late the acknowledgements after its end, which an aborted checkpoint ignores
   */
  public record Row(Checkpoint checkpoint, int acknowledged, int late, boolean isPinned) {
    public static List<Row> of(CheckpointStore store, Job job, List<Checkpoint> checkpoints) {
      List<Row> rows = new ArrayList<>();
      for (Checkpoint checkpoint : checkpoints) {
        rows.add(of(store, checkpoint, job.isPinned(checkpoint.id())));
      }
      return rows;
    }

    private static Row of(CheckpointStore store, Checkpoint checkpoint, boolean isPinned) {
      int expected = checkpoint.trigger().expected().count();
      return switch (checkpoint) {
        case Checkpoint.Completed c -> new Row(c, expected, 0, isPinned);
        case Checkpoint.Subsumed s -> new Row(s, expected, 0, isPinned);
        case Checkpoint.Pending p -> new Row(p, acknowledgements(store, p).size(), 0, isPinned);
        case Checkpoint.Aborted a -> {
          List<Acknowledgement.Acknowledged> all = acknowledgements(store, a);
          int late = (int) all.stream().filter(one -> isAfter(one, a.abortedAt())).count();
          yield new Row(a, all.size() - late, late, isPinned);
        }
      };
    }

    private static boolean isAfter(Acknowledgement.Acknowledged acknowledgement, Instant end) {
      return acknowledgement.timing().filter(timing -> timing.at().isAfter(end)).isPresent();
    }

    private static List<Acknowledgement.Acknowledged> acknowledgements(
        CheckpointStore store, Checkpoint checkpoint) {
      return store.acknowledgements(checkpoint.job(), checkpoint.id()).stream()
          .filter(Acknowledgement.Acknowledged.class::isInstance)
          .map(Acknowledgement.Acknowledged.class::cast)
          .toList();
    }

    private String tasks() {
      return acknowledged
          + "/"
          + checkpoint.trigger().expected().count()
          + (late == 0 ? "" : " (+" + late + " late)")
          + (isPinned ? "  pinned" : "");
    }
  }

  public static String status(Checkpoint checkpoint) {
    return switch (checkpoint) {
      case Checkpoint.Pending p -> "PENDING";
      case Checkpoint.Completed c -> "COMPLETED";
      case Checkpoint.Aborted a -> "ABORTED";
      case Checkpoint.Subsumed subsumed -> subsumed.end().name();
    };
  }

  /** Returns how long the checkpoint took, or has taken so far. */
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
    String tasks = row.tasks();
    String duration = Sizes.seconds(duration(checkpoint, now));
    return switch (checkpoint) {
      case Checkpoint.Pending p -> line(p, duration, "", "", tasks);
      case Checkpoint.Aborted a ->
          line(a, duration, "", "", tasks + "  " + failureText(a.failure()));
      case Checkpoint.Completed c -> line(c, duration, c, tasks);
      case Checkpoint.Subsumed s -> line(s, duration, s.completed(), tasks);
    };
  }

  /** Returns the failure, with advice if the user has to act. */
  private static String failureText(Failure failure) {
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

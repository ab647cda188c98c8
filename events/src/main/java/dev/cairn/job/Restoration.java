package dev.cairn.job;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.CheckpointId;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FileRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The parameters of a restore: the source, and how it is restored. They are stored on the job's
 * item while the restore is in progress.
 *
 * @param acceptsGap whether records that the stream no longer keeps may be missing in the state
 * @param undo the checkpoint that was the latest when the restore began, to which an undo leads
 * @param dropped the sorted names of the states that are dropped: the code no longer declares them,
 *     and the user accepted that
 * @param passedOver the newer checkpoints that were not restored because they are damaged, each
 *     with the reason; only if the newest checkpoint was requested
 */
public record Restoration(
    Source source,
    ClaimMode claimMode,
    Positions positions,
    boolean acceptsGap,
    Optional<CheckpointId> undo,
    List<String> dropped,
    List<String> passedOver) {
  private static final int MOST_PASSED_OVER = 5;
  private static final int LONGEST_REASON = 300;

  public Restoration {
    dropped = List.copyOf(dropped);
    passedOver = List.copyOf(passedOver);
  }

  /** Creates a restoration of a source that was requested by its name. */
  public Restoration(
      Source source,
      ClaimMode claimMode,
      Positions positions,
      boolean acceptsGap,
      Optional<CheckpointId> undo,
      List<String> dropped) {
    this(source, claimMode, positions, acceptsGap, undo, dropped, List.of());
  }

  /** Creates a restoration that drops no state. */
  public Restoration(
      Source source,
      ClaimMode claimMode,
      Positions positions,
      boolean acceptsGap,
      Optional<CheckpointId> undo) {
    this(source, claimMode, positions, acceptsGap, undo, List.of());
  }

  /** Creates a restoration that has not begun and has no checkpoint for an undo yet. */
  public Restoration(Source source, ClaimMode claimMode, Positions positions, boolean acceptsGap) {
    this(source, claimMode, positions, acceptsGap, Optional.empty());
  }

  /** The source of the restored state. */
  public sealed interface Source {
    /** A checkpoint or a savepoint of this job. */
    record Own(CheckpointId id) implements Source {}

    /** The checkpoint or savepoint, of any job, with this {@code _metadata} file. */
    record Metadata(FileRef file) implements Source {}

    /** No state: every subtask begins without state. */
    record Nothing() implements Source {}
  }

  /** How the restored state relates to positions in the stream. */
  public sealed interface Positions {
    Positions SAME_STREAM = new SameStream();

    /** The checkpoint's positions are valid, because it is of the same stream. */
    record SameStream() implements Positions {}

    /**
     * The state comes from other shards and is redistributed over the shards of the job's stream,
     * each of which begins at this position.
     */
    record Anew(StartPosition start) implements Positions {}
  }

  /** Creates a restoration of the job's own checkpoint, at the checkpoint's positions. */
  public static Restoration of(CheckpointId id) {
    return new Restoration(new Source.Own(id), ClaimMode.NO_CLAIM, Positions.SAME_STREAM, false);
  }

  public static Restoration ofNothing() {
    return new Restoration(new Source.Nothing(), ClaimMode.NO_CLAIM, Positions.SAME_STREAM, false);
  }

  public Restoration acceptingGap() {
    return new Restoration(source, claimMode, positions, true, undo, dropped, passedOver);
  }

  /** Returns a copy of this restoration that an undo would revert to this checkpoint. */
  public Restoration undoneBy(Optional<CheckpointId> latest) {
    return new Restoration(source, claimMode, positions, acceptsGap, latest, dropped, passedOver);
  }

  /** Returns a copy of this restoration that drops these states. */
  public Restoration dropping(List<String> states) {
    return new Restoration(
        source,
        claimMode,
        positions,
        acceptsGap,
        undo,
        states.stream().sorted().toList(),
        passedOver);
  }

  /**
   * Returns a copy of this restoration with the checkpoints that it passes over.
   *
   * @param newer the checkpoints, each with its reason, the newest first; only the first few are
   *     kept
   */
  public Restoration withPassedOver(List<String> newer) {
    return new Restoration(
        source, claimMode, positions, acceptsGap, undo, dropped, abbreviated(newer));
  }

  /** Returns the first few reasons, shortened so that they fit into the job's item. */
  public static List<String> abbreviated(List<String> newer) {
    List<String> kept = new ArrayList<>();
    for (String one : newer.subList(0, Math.min(MOST_PASSED_OVER, newer.size()))) {
      kept.add(one.length() <= LONGEST_REASON ? one : one.substring(0, LONGEST_REASON) + "…");
    }
    if (newer.size() > MOST_PASSED_OVER) {
      kept.add("and " + (newer.size() - MOST_PASSED_OVER) + " more");
    }
    return kept;
  }

  /**
   * Returns text about the checkpoints that were passed over, to be appended to a name; empty if
   * there are none.
   */
  public String passedOverText() {
    return passedOver.isEmpty()
        ? ""
        : ", the newest that is complete and intact (passed over: "
            + String.join("; ", passedOver)
            + ")";
  }

  /** Returns the job's own checkpoint that is restored and must be kept. */
  public Optional<CheckpointId> own() {
    return source instanceof Source.Own(CheckpointId id) ? Optional.of(id) : Optional.empty();
  }

  /** Returns the source as a command names it. */
  public String text() {
    return switch (source) {
      case Source.Own(CheckpointId id) -> id.toString();
      case Source.Metadata(FileRef file) -> file.path().value();
      case Source.Nothing n -> "nothing";
    };
  }

  /** Returns the source for people: {@code checkpoint 7}, or a path. */
  public String name() {
    return switch (source) {
      case Source.Own(CheckpointId id) -> "checkpoint " + id;
      case Source.Metadata(FileRef file) -> file.path().value();
      case Source.Nothing n -> "the beginning of the stream";
    };
  }
}

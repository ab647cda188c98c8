package dev.cairn.job;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.id.CheckpointId;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FileRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a job is put back to, and how.
 *
 * @param acceptsGap whether records that the stream no longer keeps may be missing in the state
 * @param undo the checkpoint that was the latest when the restore began, to which an undo leads
 * @param dropped the names of the states that are left behind, sorted: the code no longer declares
 *     them, and its owner said that they may go
 * @param passedOver the newer checkpoints that were not restored because they are not intact, each
 *     with the reason; only where the newest one was asked for
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

  /** A restore of what was asked for by its name. */
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

  /** Where the state is. */
  public sealed interface Source {
    /** In a checkpoint or a savepoint of this job. */
    record Own(CheckpointId id) implements Source {}

    /** In a checkpoint or a savepoint that its {@code _metadata} file names, whosoever. */
    record Metadata(FileRef file) implements Source {}

    /** Nowhere: every subtask begins anew. */
    record Nothing() implements Source {}
  }

  /** Where in the stream the state stands. */
  public sealed interface Positions {
    Positions SAME_STREAM = new SameStream();

    /** Where the checkpoint says: it is the same stream. */
    record SameStream() implements Positions {}

    /**
     * Before the records from here on: it comes from other shards, and is divided anew between
     * those of the job's stream, each of which begins here.
     */
    record Anew(StartPosition start) implements Positions {}
  }

  /** A checkpoint of the job's own, to go on right behind it. */
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
   * This restore, with the checkpoints that it passes over.
   *
   * @param newer each with its reason, the newest first; of many, the first are kept
   */
  public Restoration withPassedOver(List<String> newer) {
    return new Restoration(
        source, claimMode, positions, acceptsGap, undo, dropped, abbreviated(newer));
  }

  /** The first few of many reasons, none of them long: they have to fit into the job's item. */
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

  /** What is said of the checkpoints that were passed over, after a name; empty if none were. */
  public String passedOverText() {
    return passedOver.isEmpty()
        ? ""
        : ", the newest that is complete and intact (passed over: "
            + String.join("; ", passedOver)
            + ")";
  }

  /** The job's own checkpoint that nothing may take away meanwhile. */
  public Optional<CheckpointId> own() {
    return source instanceof Source.Own(CheckpointId id) ? Optional.of(id) : Optional.empty();
  }

  /** As a command names it. */
  public String text() {
    return switch (source) {
      case Source.Own(CheckpointId id) -> id.toString();
      case Source.Metadata(FileRef file) -> file.path().value();
      case Source.Nothing n -> "nothing";
    };
  }

  /** As people name it: {@code checkpoint 7}, or a path. */
  public String name() {
    return switch (source) {
      case Source.Own(CheckpointId id) -> "checkpoint " + id;
      case Source.Metadata(FileRef file) -> file.path().value();
      case Source.Nothing n -> "the beginning of the stream";
    };
  }
}

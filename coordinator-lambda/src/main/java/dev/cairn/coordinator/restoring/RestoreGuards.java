package dev.cairn.coordinator.restoring;

import dev.cairn.state.Origin;
import java.time.Duration;
import java.time.Instant;

/**
 * The guards of a job that continues from its current state or from a checkpoint.
 *
 * <p>The coordinator uses {@link #ALL}. The simulation replaces one guard by a predicate that
 * always agrees, and must detect the violation.
 */
public record RestoreGuards(Expired mayHaveExpired, OpensAgain opensAgain, TakesPart takesPart) {

  /** All guards, active. */
  public static final RestoreGuards ALL =
      new RestoreGuards(
          (since, horizon, margin) -> since.isBefore(horizon.plus(margin)),
          origin -> !origin.parents().isEmpty(),
          (hasDescendant, isAwaited) -> !hasDescendant || isAwaited);

  /**
   * Whether records may have expired that arrived while a shard was not read. The margin covers
   * records that the mapping had not delivered by then.
   *
   * <p>Excludes: a job halts for longer than the stream keeps records, and goes on without those
   * that have expired although nobody has accepted that. Rule: {@code docs/protocol.md}, "A restore
   * of k", step 2, and "A halt or a resume"; {@code
   * docs/adr/0017-a-possible-loss-stops-a-shard.md}.
   */
  @FunctionalInterface
  public interface Expired {
    /**
     * @param since since when the shard was not read
     * @param horizon when the oldest records arrived that the stream keeps
     */
    boolean test(Instant since, Instant horizon, Duration margin);
  }

  /**
   * Whether a subtask that the checkpoint does not contain opens again, with what its parents have
   * then, rather than begins without state.
   *
   * <p>Excludes: a checkpoint from before a split is restored, a record of a child comes before its
   * parent has replayed its own, and the child continues without the parent's state. Rule: {@code
   * docs/protocol.md}, "A restore of k", step 3.
   */
  @FunctionalInterface
  public interface OpensAgain {
    boolean test(Origin origin);
  }

  /**
   * Whether a retired subtask takes part in a restore.
   *
   * <p>Excludes: a checkpoint from before a split is restored, or one that has the state of some of
   * a parent's descendants only; the retired parent gets no journal in the epoch, and those of its
   * children that open again wait for it forever. Rule: {@code docs/protocol.md}, "A restore of k",
   * step 3.
   */
  @FunctionalInterface
  public interface TakesPart {
    /**
     * @param hasDescendant whether the checkpoint contains a subtask that came from it
     * @param isAwaited whether a child of it opens again after the restore
     */
    boolean test(boolean hasDescendant, boolean isAwaited);
  }
}

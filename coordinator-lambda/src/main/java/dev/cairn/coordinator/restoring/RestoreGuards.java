package dev.cairn.coordinator.restoring;

import java.time.Duration;
import java.time.Instant;

/**
 * The guard of a job that is to continue from its current state.
 *
 * <p>The coordinator uses {@link #ALL}. The simulation replaces the guard by a predicate that
 * always agrees, and must detect the violation.
 */
public record RestoreGuards(Expired mayHaveExpired) {

  /** All guards, active. */
  public static final RestoreGuards ALL =
      new RestoreGuards((since, horizon, margin) -> since.isBefore(horizon.plus(margin)));

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
}

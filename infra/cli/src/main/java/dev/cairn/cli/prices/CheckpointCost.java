package dev.cairn.cli.prices;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import java.util.List;
import java.util.Locale;

/**
 * The cost of a checkpoint's own writes, computed from its stored data: the number of subtasks, and
 * which of them stored files. Files are assumed to be in S3; {@code cairn cost} also computes
 * reads, invocations and storage.
 *
 * @param writeUnits of DynamoDB: two for each kilobyte that is begun of an item in a transaction,
 *     one for any other
 * @param s3Writes PUT requests
 * @param writtenBytes what was stored
 */
public record CheckpointCost(
    long subtasks,
    long carriedForward,
    long writeUnits,
    long s3Writes,
    long writtenBytes,
    double usd) {
  public static final String ASSUMES =
      "its writes alone: a run and a state file for each subtask that stored anything, entries and"
          + " acknowledgements below 1 kB, files in S3";

  private static final int KILOBYTE = 1024;
  private static final int CHECKPOINT_ITEM = 500;
  private static final int NAME_IN_ITEM = 40;

  /**
   * @param acknowledgements those that are still known; a subtask without one counts as one that
   *     stored its state
   */
  public static CheckpointCost of(
      Checkpoint.Completed checkpoint, List<Acknowledgement> acknowledgements) {
    long subtasks = checkpoint.trigger().expected().count();
    long carried =
        acknowledgements.stream()
            .filter(Acknowledgement.Acknowledged.class::isInstance)
            .map(Acknowledgement.Acknowledged.class::cast)
            .filter(Acknowledgement.Acknowledged::isCarriedForward)
            .count();
    long triggered = subtasks - carried;
    long item = Math.ceilDiv(CHECKPOINT_ITEM + NAME_IN_ITEM * subtasks, KILOBYTE);
    long beginAndCommit = 2 * 2 * (1 + item);
    long acks = 2 * 2 * subtasks;
    long history = 2 * 2;
    long units = beginAndCommit + triggered + acks + history;
    // A savepoint leaves its journal a base of its own besides.
    long files = triggered * (checkpoint.isSavepoint() ? 4 : 2) + 1;
    RequestUsage usage =
        RequestUsage.of(BilledUnit.DYNAMODB_WRITE_UNIT, units).plus(BilledUnit.S3_WRITE, files);
    return new CheckpointCost(
        subtasks,
        carried,
        units,
        files,
        checkpoint.incrementalSizeBytes() + checkpoint.metadata().sizeBytes(),
        Prices.published().usd(usage));
  }

  /** In a line for people. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%.4f cents: %,d write units, %,d S3 PUT; %d of %d subtasks carried forward",
        usd * 100,
        writeUnits,
        s3Writes,
        carriedForward,
        subtasks);
  }
}

package dev.cairn.cli.prices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CheckpointCostTest {
  private static final JobId JOB = new JobId("flights");
  private static final CheckpointId ID = new CheckpointId(7);
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void aSubtaskThatIsCarriedForwardCostsNoFileAndNoTrigger() {
    List<Acknowledgement> both = List.of(answer(1, 4_000), answer(2, 3_000));
    CheckpointCost stored = CheckpointCost.of(completed(), both);
    // Begin and commit 4 items, two answers of 2 items, a line and its mark, all twice; 2 triggers.
    assertThat(stored.writeUnits()).isEqualTo(2 * (4 + 4 + 2) + 2);
    assertThat(stored.s3Writes()).isEqualTo(5);
    assertThat(stored.writtenBytes()).isEqualTo(7_010);

    CheckpointCost carried =
        CheckpointCost.of(completed(), List.of(answer(1, 4_000), answer(2, 0)));
    assertThat(carried.writeUnits()).isEqualTo(stored.writeUnits() - 1);
    assertThat(carried.s3Writes()).isEqualTo(3);
    Prices prices = Prices.published();
    assertThat(stored.usd() - carried.usd())
        .isCloseTo(
            prices.usd(BilledUnit.DYNAMODB_WRITE_UNIT, 1) + prices.usd(BilledUnit.S3_WRITE, 2),
            within(1e-12));
    assertThat(carried.text()).endsWith("S3 PUT; 1 of 2 subtasks carried forward");
  }

  private static Acknowledgement answer(int shard, long stored) {
    return new Acknowledgement.Acknowledged(subtask(shard), ID, Optional.empty(), 9_000, stored);
  }

  private static Checkpoint.Completed completed() {
    return new Checkpoint.Completed(
        new Checkpoint.Triggering(
            JOB,
            ID,
            new Epoch(1),
            NOON,
            ExpectedSubtasks.of(new TreeSet<>(List.of(subtask(1), subtask(2))))),
        NOON.plusSeconds(1),
        new FileRef(new FilePath("m"), 10, Sha256.of(new byte[0])),
        18_000,
        7_000);
  }

  private static SubtaskId subtask(int shard) {
    return new SubtaskId(JOB, new StageId("stage"), new ShardId("shard-" + shard));
  }
}

package dev.cairn.coordinator.collecting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.Claim;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A claim of epoch 3, and what has been completed → whether it is for good. */
class ClaimDecisionsTest {
  private static final JobId JOB = new JobId("delays");
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final FilePath SAVEPOINT = new FilePath("savepoints/delays/savepoint-2");
  private static final FileRef METADATA =
      new FileRef(Layout.metadataIn(SAVEPOINT), 1, Sha256.of(new byte[1]));
  private static final Claim CLAIM = new Claim(JOB, new Epoch(3), METADATA, NOON, false);

  record Row(Claim claim, List<Checkpoint> checkpoints, boolean isConfirmed) {}

  static Stream<Row> rows() {
    return Stream.of(
        new Row(CLAIM, List.of(), false),
        new Row(CLAIM, List.of(completed(2, false)), false),
        new Row(CLAIM, List.of(completed(3, true)), false),
        new Row(CLAIM, List.of(completed(3, false)), true),
        // Halted and resumed since: every other restore would have taken the claim back.
        new Row(CLAIM, List.of(completed(2, false), completed(5, false)), true),
        new Row(CLAIM.confirmed(), List.of(completed(3, false)), false));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aClaimIsForGoodWithTheFirstCheckpointAfterIt(Row row) {
    assertThat(CollectionDecisions.isConfirmed(row.claim(), row.checkpoints()))
        .isEqualTo(row.isConfirmed());
  }

  private static Checkpoint completed(long epoch, boolean isSavepoint) {
    Checkpoint.Triggering trigger =
        new Checkpoint.Triggering(
            JOB,
            new CheckpointId(epoch),
            new Epoch(epoch),
            NOON,
            ExpectedSubtasks.of(new TreeSet<>()),
            isSavepoint
                ? Optional.of(new Checkpoint.Savepoint(Optional.empty(), SAVEPOINT))
                : Optional.empty(),
            Checkpoint.Triggering.SCHEDULE);
    return new Checkpoint.Completed(trigger, NOON, METADATA, 1, 1);
  }
}

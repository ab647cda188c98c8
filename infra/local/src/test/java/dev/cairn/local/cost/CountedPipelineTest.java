package dev.cairn.local.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.prices.BilledUnit;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is requested how often, of a pipeline that takes records, and of one that has none. */
class CountedPipelineTest {
  private static final int SHARDS = 2;
  private static final int SECONDS = 120;

  private static final CountedPipeline.Result FEW = count(10);
  private static final CountedPipeline.Result MANY = count(100);

  private static CountedPipeline.Result count(int recordsPerSecond) {
    return CountedPipeline.count(
        new Workload(
            recordsPerSecond,
            SHARDS,
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            300,
            200,
            1_000,
            1024,
            Duration.ofSeconds(SECONDS)),
        Assumptions.DEFAULTS);
  }

  @Test
  void everyRecordIsCounted() {
    assertThat(FEW.records()).isEqualTo(10 * SHARDS * SECONDS);
    assertThat(MANY.records()).isEqualTo(100 * SHARDS * SECONDS);
  }

  @Test
  void invocationsFollowTheWindowAndNotTheRecords() {
    assertThat(FEW.running().of("Lambda task"))
        .isBetween(SHARDS * SECONDS * 1L, SHARDS * SECONDS + 10L);
    assertThat(MANY.running().of("Lambda task")).isEqualTo(FEW.running().of("Lambda task"));
  }

  @Test
  void anInvocationIsOneConditionalPutAndASmallDeltaNeedsNoFile() {
    // Beside a batch's entry only a trigger and an answer for each shard and checkpoint.
    assertThat(FEW.running().of("DynamoDB PutItem"))
        .isBetween(SHARDS * SECONDS * 1L, SHARDS * (SECONDS + 2 * FEW.checkpoints() + 2));
    // A run and a state file a shard, and the metadata.
    assertThat(FEW.running().of("S3 PUT")).isEqualTo(FEW.checkpoints() * (2 * SHARDS + 1));
  }

  @Test
  void aLargeDeltaIsOneFileEach() {
    assertThat(MANY.running().of("S3 PUT"))
        .isEqualTo(SHARDS * SECONDS + MANY.checkpoints() * (2 * SHARDS + 1));
  }

  @Test
  void checkpointsComeWhenTheyAreDue() {
    assertThat(FEW.checkpoints()).isEqualTo(SECONDS / 60);
  }

  @Test
  void anIdlePipelineIsItsTicksAndNothingElse() {
    long ticks = FEW.idleFor().toMinutes();

    assertThat(FEW.idle().of("Lambda coordinator")).isEqualTo(ticks);
    assertThat(FEW.idle().requests().keySet())
        .containsExactlyInAnyOrder("Lambda coordinator", "DynamoDB Query");
    assertThat(FEW.idle().usage().of(BilledUnit.DYNAMODB_WRITE_UNIT)).isZero();
  }

  @Test
  void theSameWorkloadGivesTheSameCount() {
    assertThat(count(10)).isEqualTo(FEW);
  }
}

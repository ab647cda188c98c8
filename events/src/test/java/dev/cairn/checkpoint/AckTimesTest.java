package dev.cairn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AckTimesTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void isFromTheFirstAnswerToTheLastOfThoseThatSay() {
    assertThat(
            Checkpoint.AckTimes.of(
                List.of(
                    answer(1).with(Acknowledgement.Timing.immediately(NOON.plusSeconds(3))),
                    answer(2),
                    answer(3).with(Acknowledgement.Timing.immediately(NOON.plusSeconds(1))))))
        .contains(new Checkpoint.AckTimes(NOON.plusSeconds(1), NOON.plusSeconds(3)));
    assertThat(Checkpoint.AckTimes.of(List.of(answer(1)))).isEmpty();
    assertThat(Checkpoint.AckTimes.of(List.of())).isEmpty();
  }

  @Test
  void aTriggerFromAClockThatIsAheadMeansNoWait() {
    Acknowledgement.Timing timing =
        Acknowledgement.Timing.between(NOON.plusSeconds(1), NOON, NOON.plusMillis(250));
    assertThat(timing)
        .isEqualTo(
            new Acknowledgement.Timing(
                NOON.plusMillis(250), Duration.ZERO, Duration.ofMillis(250)));
  }

  private static Acknowledgement.Acknowledged answer(int shard) {
    return new Acknowledgement.Acknowledged(
        new SubtaskId(new JobId("job"), new StageId("stage"), new ShardId("shard-" + shard)),
        new CheckpointId(1),
        Optional.empty(),
        0,
        0);
  }
}

package dev.cairn.coordinator.checkpointing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AckTallyTest {
  private static final JobId JOB = new JobId("wide");

  private final AckTally answers = new AckTally();

  @Test
  void whatWasNeverReadIsReadWithTheFirstAnswer() {
    assertThat(answers.canWait(told(1, 0))).isFalse();
    assertThat(answers.isWorthReading(pending(1, 8), told(1, 0))).isTrue();
  }

  @Test
  void waitsWhileMoreIsMissingThanOtherContainersCanHaveBeenTold() {
    assertThat(answers.isWorthReading(pending(1, 10_000), told(1, 0))).isFalse();
    assertThat(answers.canWait(told(1, IntStream.range(1, 1_111).toArray()))).isTrue();
    assertThat(answers.canWait(told(1, 1_111))).isFalse();
  }

  @Test
  void anAnswerThatIsToldAgainIsNoNews() {
    answers.isWorthReading(pending(1, 20), told(1, 0));

    for (int i = 0; i < 100; i++) {
      assertThat(answers.canWait(told(1, 0))).isTrue();
    }
  }

  @Test
  void theLastAnswerToldAgainIsReadAgain() {
    // Whoever was told of it first may have failed before it read.
    Checkpoint.Pending pending = pending(1, 3);
    answers.read(pending, read(1, 0, 1));

    assertThat(answers.canWait(told(1, 2))).isFalse();
    assertThat(answers.canWait(told(1, 2))).isFalse();
  }

  @Test
  void readsAFewDozenTimesForTenThousandAnswersThatComeOneByOne() {
    Checkpoint.Pending pending = pending(1, 10_000);
    int readings = 0;
    answers.isWorthReading(pending, told(1, 0));
    for (int i = 1; i < 10_000; i++) {
      if (!answers.canWait(told(1, i))) {
        answers.read(pending, read(1, IntStream.rangeClosed(0, i).toArray()));
        readings++;
      }
    }
    assertThat(readings).isBetween(50, 80);
    assertThat(answers.of(pending)).hasSize(10_000);
  }

  @Test
  void ofEightContainersThatAreToldInTurnOneReadsTheLastAnswer() {
    Checkpoint.Pending pending = pending(1, 1_000);
    List<AckTally> containers = IntStream.range(0, 8).mapToObj(i -> new AckTally()).toList();
    int readings = 0;
    boolean last = false;
    for (int i = 0; i < 1_000; i++) {
      AckTally container = containers.get(i % containers.size());
      last = container.isWorthReading(pending, told(1, i));
      if (last) {
        container.read(pending, read(1, IntStream.rangeClosed(0, i).toArray()));
        readings++;
      }
    }
    assertThat(last).isTrue();
    assertThat(readings).isLessThan(150);
  }

  @Test
  void remembersEveryPendingCheckpointHoweverManyThereAre() {
    int pending = 20;
    int[] readings = new int[pending + 1];
    for (int id = 1; id <= pending; id++) {
      answers.read(pending(id, 1_000), read(id, 0));
    }
    // Each subtask answers all of them before the next subtask does.
    for (int subtask = 1; subtask < 1_000; subtask++) {
      for (int id = 1; id <= pending; id++) {
        if (!answers.canWait(told(id, subtask))) {
          answers.read(pending(id, 1_000), read(id, IntStream.rangeClosed(0, subtask).toArray()));
          readings[id]++;
        }
      }
    }

    for (int id = 1; id <= pending; id++) {
      assertThat(answers.of(pending(id, 1_000))).hasSize(1_000);
      assertThat(readings[id]).isBetween(30, 70);
    }
  }

  @Test
  void forgetsACheckpointThatHasEnded() {
    answers.read(pending(1, 100), read(1, 0));
    answers.read(pending(2, 100), read(2, 0));

    answers.forget(pending(1, 100));

    assertThat(answers.of(pending(1, 100))).isEmpty();
    assertThat(answers.canWait(told(1, 1))).isFalse();
    assertThat(answers.of(pending(2, 100))).containsExactly(subtask(0));
  }

  @Test
  void keepsOfAJobOnlyWhatIsPendingAndLeavesOtherJobsAlone() {
    for (int id = 1; id <= 3; id++) {
      answers.read(pending(id, 100), read(id, 0));
    }

    answers.retain(new JobId("other"), List.of());
    answers.retain(JOB, List.of(pending(2, 100)));

    assertThat(answers.of(pending(1, 100))).isEmpty();
    assertThat(answers.of(pending(2, 100))).containsExactly(subtask(0));
    assertThat(answers.of(pending(3, 100))).isEmpty();
  }

  private static SubtaskId subtask(int index) {
    return new SubtaskId(JOB, new StageId("count"), new ShardId("shardId-" + index));
  }

  private static Checkpoint.Pending pending(long id, int subtasks) {
    SortedSet<SubtaskId> expected = new TreeSet<>();
    IntStream.range(0, subtasks).forEach(i -> expected.add(subtask(i)));
    return new Checkpoint.Pending(
        new Checkpoint.Triggering(
            JOB, new CheckpointId(id), new Epoch(1), Instant.EPOCH, ExpectedSubtasks.of(expected)),
        expected);
  }

  private static Event.Acknowledged told(long checkpoint, int... indices) {
    Set<SubtaskId> subtasks = new TreeSet<>();
    IntStream.of(indices).forEach(i -> subtasks.add(subtask(i)));
    return new Event.Acknowledged(JOB, new CheckpointId(checkpoint), subtasks);
  }

  private static List<Acknowledgement> read(long checkpoint, int... indices) {
    List<Acknowledgement> read = new ArrayList<>();
    IntStream.of(indices)
        .forEach(
            i ->
                read.add(
                    new Acknowledgement.Acknowledged(
                        subtask(i), new CheckpointId(checkpoint), Optional.empty(), 0, 0)));
    return read;
  }
}

package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.SubtaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The acknowledgements of a checkpoint. */
interface AcknowledgementContract extends CheckpointStoreScene {
  @Test
  default void theAnswersToAPendingCheckpointAreThoseOfItsSubtasks() {
    create();
    Checkpoint.Pending wide = wide(1, 100);
    List<Acknowledgement> answers = new ArrayList<>();
    for (SubtaskId subtask : wide.subtasks()) {
      Acknowledgement answer =
          new Acknowledgement.Acknowledged(subtask, id(1), Optional.empty(), 0, 0);
      answers.add(answer);
      assertThat(checkpoints().acknowledge(answer)).isTrue();
    }

    assertThat(checkpoints().acknowledgements(wide)).containsExactlyElementsOf(answers);
    assertThat(checkpoints().acknowledgements(jobId(), id(1))).containsExactlyElementsOf(answers);
    assertThat(checkpoints().acknowledgements(wide(2, 100))).isEmpty();
  }

  @Test
  default void keepsAnswersBySubtask() {
    Acknowledgement second = acknowledged("shardId-2");
    Acknowledgement first =
        new Acknowledgement.Declined(subtask("shardId-1"), id(1), FailureReason.STORAGE, "no room");
    Acknowledgement empty =
        new Acknowledgement.Acknowledged(subtask("shardId-3"), id(1), Optional.empty(), 0, 0);

    for (Acknowledgement answer : List.of(empty, second, first)) {
      assertThat(checkpoints().acknowledge(answer)).isTrue();
    }
    assertThat(checkpoints().acknowledgements(jobId(), id(1)))
        .containsExactly(first, second, empty);
    assertThat(checkpoints().acknowledgements(jobId(), id(11))).isEmpty();
  }

  @Test
  default void keepsWhenAnAnswerWasGivenAndWhatItTook() {
    Acknowledgement.Acknowledged without =
        new Acknowledgement.Acknowledged(subtask("shardId-1"), id(1), Optional.empty(), 0, 0);
    Acknowledgement.Acknowledged with =
        new Acknowledgement.Acknowledged(subtask("shardId-2"), id(1), Optional.empty(), 0, 0)
            .with(
                Acknowledgement.Timing.between(
                    NOW, NOW.plusMillis(40), NOW.plusMillis(1_290).plusNanos(7_000)));
    checkpoints().acknowledge(without);
    checkpoints().acknowledge(with);

    assertThat(checkpoints().acknowledgements(jobId(), id(1))).containsExactly(without, with);
  }

  @Test
  default void keepsWhenTheFirstAndTheLastSubtaskHadAnswered() {
    create();
    checkpoints().begin(pending(1));
    Checkpoint.Completed completed =
        new Checkpoint.Completed(
            trigger(1),
            NOW.plusSeconds(2),
            file(),
            700,
            70,
            Optional.of(new Checkpoint.AckTimes(NOW.plusMillis(300), NOW.plusMillis(1_900))));
    assertThat(checkpoints().complete(completed)).isTrue();

    assertThat(checkpoints().checkpoint(jobId(), id(1))).contains(completed);
    assertThat(checkpoints().complete(completed)).as("once more").isTrue();
  }

  @Test
  default void theFirstAnswerStays() {
    Acknowledgement answer = acknowledged("shardId-1");
    checkpoints().acknowledge(answer);

    assertThat(checkpoints().acknowledge(answer)).isFalse();
    assertThat(
            checkpoints()
                .acknowledge(
                    new Acknowledgement.Declined(
                        subtask("shardId-1"), id(1), FailureReason.STORAGE, "late")))
        .isFalse();
    assertThat(checkpoints().acknowledgements(jobId(), id(1))).containsExactly(answer);
  }

  @Test
  default void ofRacingAnswersExactlyOneIsKept() throws Exception {
    List<Boolean> outcomes =
        Race.run(
            runner ->
                checkpoints()
                    .acknowledge(
                        new Acknowledgement.Declined(
                            subtask("shardId-1"),
                            id(1),
                            FailureReason.STORAGE,
                            "reason " + runner)));

    assertThat(outcomes).containsOnlyOnce(true);
    assertThat(checkpoints().acknowledgements(jobId(), id(1)))
        .containsExactly(
            new Acknowledgement.Declined(
                subtask("shardId-1"),
                id(1),
                FailureReason.STORAGE,
                "reason " + outcomes.indexOf(true)));
  }

  default Acknowledgement acknowledged(String shard) {
    return new Acknowledgement.Acknowledged(subtask(shard), id(1), Optional.of(file()), 300, 20);
  }
}

package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.state.Counts;
import org.junit.jupiter.api.Test;

/** Which subtasks are registered and which are retired, and when that may change. */
interface RetirementContract extends CheckpointStoreScene {
  Counts COUNTS = new Counts(7, 2);

  @Test
  default void aRetiredSubtaskIsListedAmongTheRetiredOnesAlone() {
    SubtaskId parent = registered("shardId-1");
    SubtaskId child = registered("shardId-2");

    assertThat(checkpoints().isRetired(parent)).isFalse();
    assertThat(checkpoints().retired(jobId())).isEmpty();
    assertThat(checkpoints().retire(job(), parent, COUNTS)).isTrue();

    assertThat(checkpoints().subtasks(jobId())).containsExactly(child);
    assertThat(checkpoints().firstSubtask(jobId())).contains(child);
    assertThat(checkpoints().retired(jobId())).containsExactly(parent);
    assertThat(checkpoints().isRetired(parent)).isTrue();
    assertThat(checkpoints().countsOfRetired(jobId())).isEqualTo(COUNTS);
    assertThat(checkpoints().isRetired(child)).isFalse();
    assertThat(checkpoints().retire(job(), parent, COUNTS)).as("once more").isFalse();
  }

  @Test
  default void aReinstatedSubtaskIsRegisteredAgain() {
    completed(1);
    SubtaskId parent = registered("shardId-1");
    SubtaskId child = registered("shardId-2");
    assertThat(checkpoints().retire(job(), parent, COUNTS)).isTrue();
    assertThat(checkpoints().reinstate(job(), parent)).as("no restore has begun").isFalse();
    move(new JobStatus.Restoring(Restoration.of(id(1))));
    assertThat(checkpoints().reinstate(job(), child)).as("it is not retired").isFalse();

    assertThat(checkpoints().reinstate(job(), parent)).isTrue();

    assertThat(checkpoints().subtasks(jobId())).containsExactly(parent, child);
    assertThat(checkpoints().retired(jobId())).isEmpty();
  }

  @Test
  default void nothingIsReinstatedByACoordinatorThatComesAfterTheRestore() {
    completed(1);
    SubtaskId parent = registered("shardId-1");
    move(new JobStatus.Restoring(Restoration.of(id(1))));
    Job restoring = job();
    replay(restoring.epoch());
    assertThat(checkpoints().retire(job(), parent, COUNTS)).isTrue();

    assertThat(checkpoints().reinstate(restoring, parent)).isFalse();

    assertThat(checkpoints().retired(jobId())).containsExactly(parent);
  }

  @Test
  default void nothingIsRetiredByACoordinatorOfAnEarlierEpochNorDuringARestore() {
    completed(1);
    var unused = journal().open(subtask("shardId-1"), opened());
    Job earlier = job();
    move(new JobStatus.Restoring(Restoration.of(id(1))));

    assertThat(checkpoints().retire(earlier, subtask("shardId-1"), COUNTS)).isFalse();
    assertThat(checkpoints().retire(job(), subtask("shardId-1"), COUNTS)).isFalse();
    assertThat(checkpoints().subtasks(jobId())).containsExactly(subtask("shardId-1"));

    replay(job().epoch());
    assertThat(checkpoints().retire(job(), subtask("shardId-1"), COUNTS)).isTrue();
    assertThat(checkpoints().reinstate(earlier, subtask("shardId-1"))).isFalse();
    assertThat(checkpoints().retired(jobId())).containsExactly(subtask("shardId-1"));
  }

  private SubtaskId registered(String shard) {
    if (checkpoints().job(jobId()).isEmpty()) {
      create();
    }
    var unused = journal().open(subtask(shard), opened());
    return subtask(shard);
  }
}

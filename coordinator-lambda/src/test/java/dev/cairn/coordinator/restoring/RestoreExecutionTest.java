package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Death;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Restores that go through, whoever dies or interferes meanwhile. */
class RestoreExecutionTest {
  private static final int SHARDS = 3;

  /**
   * Has checkpoint 1, has gone on since, has checkpoint 2 pending, and is asked to go back to 1.
   */
  private static Pipeline asked() {
    Pipeline pipeline = new Pipeline(SHARDS);
    Task<String> container = pipeline.container();
    for (int shard = 0; shard < SHARDS; shard++) {
      run(container, shard, pipeline.put(shard, "a", "b"));
    }
    pipeline.checkpoint(container);
    for (int shard = 0; shard < SHARDS; shard++) {
      run(container, shard, pipeline.put(shard, "c", "d"));
    }
    pipeline.pass(Pipeline.INTERVAL);
    tick(pipeline.coordinator());
    pipeline.drainWakes();
    assertThat(pipeline.checkpoints().checkpoint(JOB, new CheckpointId(2)))
        .containsInstanceOf(Checkpoint.Pending.class);
    pipeline.checkpoints().request(JOB, Request.restore("1"));
    return pipeline;
  }

  /** Ticks, and wakes alone: not a single new record arrives. */
  private static void finish(Pipeline pipeline) {
    Task<String> container = pipeline.container();
    for (int i = 0; i < 5; i++) {
      tick(pipeline.coordinator());
      pipeline.deliverWakes(container);
    }
  }

  private static void requireRestoredOnce(Pipeline pipeline, String when) {
    assertThat(pipeline.job().status()).as(when).isEqualTo(new JobStatus.Running());
    assertThat(pipeline.job().epoch()).as(when).isEqualTo(new Epoch(2));
    assertThat(pipeline.job().restoreCheckpointId()).as(when).isEmpty();
    assertThat(pipeline.job().refusal()).as(when).isEmpty();
    assertThat(pipeline.checkpoints().checkpoint(JOB, new CheckpointId(2)))
        .as(when)
        .containsInstanceOf(Checkpoint.Aborted.class);
    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(pipeline.journal(shard).stream().filter(Entry.Restored.class::isInstance))
          .as(when)
          .hasSize(1);
      assertThat(pipeline.head(shard).hasGap()).as(when).isFalse();
      assertThat(pipeline.head(shard).counts().applied()).as(when).isEqualTo(4);
      assertThat(pipeline.state(shard)).as(when).isEqualTo(Pipeline.fold(pipeline.all(shard)));
    }
  }

  @Test
  void putsStateAndPositionBackAndKeepsTheFrontier() {
    Pipeline pipeline = asked();
    Entry.Header before = pipeline.head(0);

    tick(pipeline.coordinator());

    Entry.Restored restored = (Entry.Restored) pipeline.journal(0).getLast();
    assertThat(restored.checkpoint()).contains(new CheckpointId(1));
    assertThat(restored.header().frontier()).isEqualTo(before.position());
    assertThat(restored.header().counts().applied()).isEqualTo(2);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0).subList(0, 2)));
    assertThat(pipeline.job().status())
        .isEqualTo(
            new JobStatus.Replaying(
                Restoration.of(new CheckpointId(1)).undoneBy(Optional.of(new CheckpointId(1)))));
  }

  @Test
  void idleShardsCloseTheirGapsByWakesAlone() {
    Pipeline pipeline = asked();

    finish(pipeline);

    requireRestoredOnce(pipeline, "by wakes");
  }

  @Test
  void aWakeThatIsLostIsSentAgain() {
    Pipeline pipeline = asked();
    tick(pipeline.coordinator());
    assertThat(pipeline.drainWakes()).hasSize(SHARDS);

    tick(pipeline.coordinator());
    assertThat(pipeline.drainWakes()).hasSize(SHARDS);

    finish(pipeline);
    requireRestoredOnce(pipeline, "after lost wakes");
  }

  @Test
  void aCoordinatorThatDiesAfterAnyWriteIsFollowedToTheSameEnd() {
    boolean died = true;
    int writes = 0;
    while (died) {
      writes++;
      Pipeline pipeline = asked();
      Task<String> container = pipeline.container();
      Death death = new Death(writes);
      Coordinator mortal = pipeline.coordinator(death);
      for (int i = 0; i < 5; i++) {
        death.watch(() -> tick(mortal));
        pipeline.deliverWakes(container);
      }
      died = death.happened();
      finish(pipeline);
      requireRestoredOnce(pipeline, "died after write " + writes);
    }
    // At least: the epoch, each journal, replaying, running.
    assertThat(writes).isGreaterThanOrEqualTo(3 + SHARDS + 1);
  }

  @Test
  void twoCoordinatorsRestoreOnceWhereverTheyMeet() {
    boolean met = true;
    for (int call = 1; met; call++) {
      Pipeline pipeline = asked();
      Meeting meeting = new Meeting(call, () -> tick(pipeline.coordinator()));
      tick(pipeline.coordinator(meeting));
      met = meeting.happened;
      finish(pipeline);
      requireRestoredOnce(pipeline, "met before call " + call);
    }
  }

  /** Lets something happen right before the n-th call. */
  private static final class Meeting implements Tap {
    private final int call;
    private final Runnable happens;
    private int calls;
    private boolean happened;

    Meeting(int call, Runnable happens) {
      this.call = call;
      this.happens = happens;
    }

    @Override
    public void before(Call seen) {
      if (++calls == call) {
        happened = true;
        happens.run();
      }
    }
  }

  @Test
  void anotherRestoreWhileOneIsUnderWayWins() {
    Pipeline pipeline = asked();
    Death death = new Death(2);
    death.watch(() -> tick(pipeline.coordinator(death)));
    assertThat(pipeline.job().status())
        .isEqualTo(
            new JobStatus.Restoring(
                Restoration.of(new CheckpointId(1)).undoneBy(Optional.of(new CheckpointId(1)))));
    pipeline.checkpoints().request(JOB, Request.restore("1"));

    finish(pipeline);

    assertThat(pipeline.job().epoch()).isEqualTo(new Epoch(3));
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    for (int shard = 0; shard < SHARDS; shard++) {
      assertThat(pipeline.head(shard).epoch()).isEqualTo(new Epoch(3));
      assertThat(pipeline.state(shard)).isEqualTo(Pipeline.fold(pipeline.all(shard)));
    }
  }

  @Test
  void checkpointsGoOnWithFreshIdsAfterwards() {
    Pipeline pipeline = asked();
    finish(pipeline);

    Checkpoint.Completed next = pipeline.checkpoint(pipeline.container());

    assertThat(next.id()).isEqualTo(new CheckpointId(3));
    assertThat(next.trigger().epoch()).isEqualTo(new Epoch(2));
  }

  @Test
  void aRestoreThatCannotGoOnSaysSoOnTheJobsItem() {
    Pipeline pipeline = asked();
    Death death = new Death(1);
    death.watch(() -> tick(pipeline.coordinator(death)));
    assertThat(pipeline.job().status())
        .isEqualTo(
            new JobStatus.Restoring(
                Restoration.of(new CheckpointId(1)).undoneBy(Optional.of(new CheckpointId(1)))));
    pipeline.storage().paths().stream()
        .filter(path -> path.fileName().equals("_metadata"))
        .forEach(pipeline.storage()::delete);

    tick(pipeline.coordinator());

    assertThat(pipeline.job().refusal())
        .hasValueSatisfying(
            refusal ->
                assertThat(refusal.reason())
                    .contains("the restore of checkpoint 1 has begun and cannot continue")
                    .contains("_metadata is missing"));
  }
}

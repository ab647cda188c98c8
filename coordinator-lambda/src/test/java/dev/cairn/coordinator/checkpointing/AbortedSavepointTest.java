package dev.cairn.coordinator.checkpointing;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Request;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.task.Task;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a savepoint has written that never became complete: nothing collects it but its owner. */
class AbortedSavepointTest {
  private static final FilePath DIRECTORY = new FilePath("savepoints/words/savepoint-1");

  private final Pipeline pipeline =
      new Pipeline(2, new CheckpointSettings(Optional.empty(), Pipeline.TIMEOUT, 2));
  private final Task<String> container = pipeline.container();

  /** Of two shards one has answered; the other was asked and sleeps. */
  @BeforeEach
  void abortASavepointThatIsHalfWritten() {
    for (int shard = 0; shard < 2; shard++) {
      run(container, shard, pipeline.put(shard, "a"));
    }
    pipeline.checkpoints().request(JOB, Request.command("savepoint"));
    tick(pipeline.coordinator());
    pipeline.drainWakes();
    container.wake(Pipeline.shard(0), Pipeline.AMPLE);
    pipeline.pass(Pipeline.TIMEOUT);
    tick(pipeline.coordinator());
    pipeline.drainWakes();
    assertThat(pipeline.checkpoints().checkpoint(JOB, new CheckpointId(1)))
        .containsInstanceOf(Checkpoint.Aborted.class);
    assertThat(written()).isNotEmpty();
  }

  private List<FilePath> written() {
    return pipeline.storage().list(DIRECTORY).stream().map(Stored::path).toList();
  }

  private void dispose() {
    pipeline.checkpoints().request(JOB, Request.command("dispose 1"));
    tick(pipeline.coordinator());
    assertThat(pipeline.job().command()).isEmpty();
  }

  private void checkpoint() {
    pipeline.checkpoints().request(JOB, Request.command("checkpoint"));
    tick(pipeline.coordinator());
    pipeline.deliverWakes(container);
    tick(pipeline.coordinator());
    assertThat(pipeline.checkpoints().checkpoints(JOB))
        .last()
        .isInstanceOf(Checkpoint.Completed.class);
  }

  @Test
  void isEmptiedByItsDisposal() {
    checkpoint();

    dispose();

    assertThat(written()).isEmpty();
    assertThat(pipeline.job().refusal()).isEmpty();
    // The shard that slept has answered the checkpoint, and writes nothing for the savepoint.
    run(container, 1, pipeline.put(1, "b"));
    checkpoint();
    assertThat(written()).isEmpty();
  }

  @Test
  void isNotDisposedOfWhileAShardMayStillWriteItsPart() {
    dispose();

    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .isEqualTo(
            "savepoint 1 cannot be deleted yet: count/shardId-000000000001 was triggered for"
                + " it and has not acknowledged, so it may still write its files; take a"
                + " checkpoint first, which it acknowledges instead");
    assertThat(written()).isNotEmpty();
  }

  /** A halt ends what was asked for before it. */
  @Test
  void isDisposedOfOnceTheJobHasHalted() {
    pipeline.checkpoints().request(JOB, Request.command("cancel"));
    tick(pipeline.coordinator());
    tick(pipeline.coordinator());

    dispose();

    assertThat(written()).isEmpty();
  }
}

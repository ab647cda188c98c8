package dev.cairn.coordinator;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.JobStatus;
import dev.cairn.checkpoint.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.RunRef;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.task.Task;
import org.junit.jupiter.api.Test;

/** Restores of savepoints by their path, and over records that the stream no longer keeps. */
class RestoreFromElsewhereTest {
  private static final FilePath SAVEPOINT =
      new FilePath("savepoints/words/savepoint-1-before-upgrade");

  private final Pipeline pipeline = new Pipeline(1);
  private final Task<String> container = pipeline.container();

  private void ask(String command) {
    pipeline.table().request(JOB, Request.command(command));
    for (int i = 0; i < 5; i++) {
      tick(pipeline.coordinator());
      pipeline.deliverWakes(pipeline.container());
    }
    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
  }

  private void savepoint() {
    run(container, 0, pipeline.put(0, "a", "b"));
    ask("savepoint before-upgrade");
    run(container, 0, pipeline.put(0, "c", "d"));
  }

  private Entry.Restored restored() {
    return pipeline.journal(0).stream()
        .filter(Entry.Restored.class::isInstance)
        .map(Entry.Restored.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aSavepointIsRestoredByItsDirectory() {
    savepoint();

    ask("restore " + SAVEPOINT + "/");

    assertThat(restored().header().counts().applied()).isEqualTo(2);
    assertThat(restored().handle().manifest().runs())
        .isNotEmpty()
        .allMatch(run -> SAVEPOINT.relativize(run.file().path()).isPresent());
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void withTheNextCheckpointTheSavepointMayGo() {
    savepoint();
    ask("restore " + SAVEPOINT + "/_metadata");

    pipeline.checkpoint(pipeline.container());

    Entry.Base base = (Entry.Base) pipeline.table().fromLastBase(Pipeline.subtask(0)).getFirst();
    assertThat(base.handle().manifest().runs())
        .extracting(RunRef::file)
        .allMatch(file -> Layout.isOwn(JOB, file.path()));
    pipeline.storage().list(SAVEPOINT).forEach(file -> pipeline.storage().delete(file.path()));
    run(pipeline.container(), 0, pipeline.put(0, "e"));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void recordsThatAreGoneAreLeftOutIfThatIsAccepted() {
    savepoint();
    run(container, 0, pipeline.put(0, "e"));
    // Of what follows the savepoint, only "d" and "e" are kept.
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).get(3).sequenceNumber());

    ask("restore 1 --accept-gap");

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).counts().applied()).as("a, b, d and e").isEqualTo(4);
    assertThat(pipeline.head(0).position()).isEqualTo(restored().header().frontier());
  }

  @Test
  void withoutAnyRecordLeftTheStateIsTheCheckpointsAndTheShardGoesOn() {
    savepoint();
    run(container, 0, pipeline.put(0, "e"));
    Entry.Header before = pipeline.head(0);
    pipeline.put(0, "f");
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).getLast().sequenceNumber());

    ask("restore 1 --accept-gap");

    assertThat(pipeline.head(0).hasGap()).isFalse();
    assertThat(pipeline.head(0).counts().applied()).as("a and b").isEqualTo(2);
    assertThat(pipeline.head(0).position()).isEqualTo(before.position());
    run(pipeline.container(), 0, pipeline.all(0));
    assertThat(pipeline.head(0).counts().applied()).as("a, b and f").isEqualTo(3);
  }
}

package dev.cairn.coordinator.checkpointing;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.RunRef;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.task.Task;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** {@code state.backend.incremental: false}: each checkpoint's files stand alone. */
class FullCheckpointTest {
  private static final String LARGE = "size:20000";

  private static Pipeline pipeline(boolean incremental) {
    CheckpointSettings settings =
        new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, 3)
            .and(
                Configuration.of(
                    Map.of("state.backend.incremental", Boolean.toString(incremental)),
                    SettingSource.CONSTRUCT));
    return new Pipeline(2, settings);
  }

  private static Checkpoint.Completed checkpointAfter(Pipeline pipeline, String word) {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, word));
    return pipeline.checkpoint(container);
  }

  @Test
  void aFullCheckpointSharesNoFileWithTheOneBefore() {
    Pipeline pipeline = pipeline(false);
    run(pipeline.container(), 1, pipeline.put(1, LARGE));
    Checkpoint.Completed first = checkpointAfter(pipeline, LARGE);
    Checkpoint.Completed second = checkpointAfter(pipeline, "a");

    assertThat(files(pipeline, second))
        .hasSize(4)
        .doesNotContainAnyElementsOf(files(pipeline, first));
  }

  @Test
  void anIncrementalCheckpointSharesTheRunsOfTheOneBefore() {
    Pipeline pipeline = pipeline(true);
    run(pipeline.container(), 1, pipeline.put(1, LARGE));
    Checkpoint.Completed first = checkpointAfter(pipeline, LARGE);
    Checkpoint.Completed second = checkpointAfter(pipeline, "a");

    assertThat(files(pipeline, second)).containsAnyElementsOf(files(pipeline, first));
    assertThat(second.incrementalSizeBytes()).isLessThan(10_000);
  }

  @Test
  void whatAFullCheckpointAddsIsAllThatARestoreReads() {
    Pipeline pipeline = pipeline(false);
    run(pipeline.container(), 1, pipeline.put(1, LARGE));
    checkpointAfter(pipeline, LARGE);
    Checkpoint.Completed second = checkpointAfter(pipeline, "a");

    assertThat(second.fullSizeBytes()).isGreaterThan(30_000);
    assertThat(second.incrementalSizeBytes()).isEqualTo(second.fullSizeBytes());
    assertThat(second.trigger().isFull()).isTrue();
  }

  @Test
  void aFullCheckpointIsRestoredWhenEveryOtherFileIsGone() {
    Pipeline pipeline = pipeline(false);
    run(pipeline.container(), 1, pipeline.put(1, LARGE));
    checkpointAfter(pipeline, "a");
    Checkpoint.Completed second = checkpointAfter(pipeline, "b");
    Set<FilePath> needed = files(pipeline, second);
    needed.add(second.metadata().path());
    run(pipeline.container(), 0, pipeline.put(0, "c"));
    pipeline.storage().paths().stream()
        .filter(path -> !needed.contains(path))
        .forEach(pipeline.storage()::delete);

    pipeline.checkpoints().request(JOB, Request.restore(second.id().toString()));
    tick(pipeline.coordinator());
    pipeline.goOn();

    assertThat(pipeline.job().refusal()).isEmpty();
    for (int shard = 0; shard < 2; shard++) {
      assertThat(pipeline.state(shard)).isEqualTo(Pipeline.fold(pipeline.all(shard)));
      assertThat(pipeline.head(shard).epoch()).isEqualTo(pipeline.job().epoch());
    }
  }

  /** Repeated triggers and lost answers do not change what was asked for. */
  @Test
  void whatWasTriggeredInFullStaysFull() {
    Pipeline pipeline = pipeline(false);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.pass(Pipeline.INTERVAL);
    tick(pipeline.coordinator());

    assertThat(pipeline.checkpoints().checkpoint(JOB, new CheckpointId(1)))
        .hasValueSatisfying(pending -> assertThat(pending.trigger().isFull()).isTrue());
    assertThat(pipeline.journal(0).getLast())
        .isInstanceOfSatisfying(
            Entry.Triggered.class, triggered -> assertThat(triggered.isFull()).isTrue());
  }

  /** The runs and state files of a checkpoint, without its metadata. */
  private static Set<FilePath> files(Pipeline pipeline, Checkpoint.Completed checkpoint) {
    Set<FilePath> files = new TreeSet<>();
    FilePath at = checkpoint.metadata().path();
    byte[] metadata = pipeline.storage().get(at).orElseThrow();
    for (Acknowledgement.Acknowledged subtask :
        CheckpointFormat.readMetadata(metadata, at).acknowledgements()) {
      FileRef state = subtask.stateFile().orElseThrow();
      files.add(state.path());
      CheckpointFormat.readState(pipeline.storage().get(state.path()).orElseThrow(), state.path())
          .manifest()
          .runs()
          .stream()
          .map(RunRef::file)
          .map(FileRef::path)
          .forEach(files::add);
    }
    return files;
  }
}

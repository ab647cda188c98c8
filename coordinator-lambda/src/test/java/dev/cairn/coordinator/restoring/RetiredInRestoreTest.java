package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.shard;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.command.Command;
import dev.cairn.command.CommandText;
import dev.cairn.command.InvalidCommandException;
import dev.cairn.coordinator.commanding.DryRun;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a restore does with a parent that is retired since its split. */
class RetiredInRestoreTest {
  private static final int KEYS = 8;

  /** Only the last checkpoint is kept. */
  private final Pipeline pipeline =
      new Pipeline(1, new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, 1));

  private final Task<String> container = pipeline.container();
  private final List<String> keys = new ArrayList<>();

  RetiredInRestoreTest() {
    for (int i = 0; i < KEYS; i++) {
      keys.add(pipeline.key(0, i));
    }
  }

  private void apply(String word) {
    keys.forEach(key -> pipeline.put(key, word));
    deliver();
  }

  /** Delivers every record that the stream keeps, children before their parents. */
  private void deliver() {
    for (int shard = 2; shard >= 0; shard--) {
      if (pipeline.stream().isKnown(shard(shard)) && !pipeline.all(shard).isEmpty()) {
        var unused = Pipeline.run(container, shard, pipeline.all(shard));
      }
    }
  }

  private void deliverAll() {
    for (int round = 0; round < 4; round++) {
      deliver();
      Pipeline.tick(pipeline.coordinator());
      pipeline.deliverWakes(container);
    }
  }

  private void checkpointOf(String word) {
    apply(word);
    var unused = pipeline.checkpoint(container);
  }

  private void splitUntilRetired() {
    pipeline.stream().split(shard(0));
    checkpointOf("b");
    checkpointOf("c");
    requireRetired();
  }

  private void requireRetired() {
    assertThat(pipeline.checkpoints().retired(JOB))
        .extracting(SubtaskId::shard)
        .containsExactly(shard(0));
  }

  private Checkpoint.Completed savepoint() {
    CheckpointId id = pipeline.job().next();
    pipeline.serve("savepoint mine");
    return (Checkpoint.Completed) pipeline.checkpoints().checkpoint(JOB, id).orElseThrow();
  }

  /** A savepoint that the job knows nothing of any more: a copy of one that is disposed of. */
  private FilePath savepointElsewhere() {
    Checkpoint.Completed savepoint = savepoint();
    String folder = savepoint.trigger().savepoint().orElseThrow().directory().value();
    FilePath copy = new FilePath("copies/savepoint");
    for (FilePath file : pipeline.storage().paths()) {
      if (file.value().startsWith(folder)) {
        byte[] bytes = pipeline.storage().get(file).orElseThrow();
        FilePath target = new FilePath(copy.value() + file.value().substring(folder.length()));
        var unused = pipeline.storage().put(target, bytes, Sha256.of(bytes));
      }
    }
    pipeline.serve("dispose " + savepoint.id());
    return copy;
  }

  private SortedMap<StateKey, String> ofChildren() {
    SortedMap<StateKey, String> all = new TreeMap<>();
    for (int child = 1; child <= 2; child++) {
      all.putAll(pipeline.state(child));
    }
    return all;
  }

  private void requireWhole() {
    List<StreamRecord> all = new ArrayList<>();
    for (int shard = 0; shard <= 2; shard++) {
      all.addAll(pipeline.all(shard));
    }
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(ofChildren()).isEqualTo(Pipeline.fold(all));
  }

  /** Another coordinator has ended the restore meanwhile, and collected the subtask's files. */
  @Test
  void aLateCoordinatorDoesNotRegisterARetiredSubtaskAgain() {
    apply("a");
    splitUntilRetired();
    FilePath copy = savepointElsewhere();
    apply("d");
    Tap late =
        new Tap() {
          private boolean isLate;

          @Override
          public void before(Call call) {
            if (!isLate && call.name().equals("checkpoints.reinstate")) {
              isLate = true;
              pipeline.goOn();
              deliverAll();
              requireWhole();
              checkpointOf("e");
              checkpointOf("f");
              requireRetired();
            }
          }
        };
    pipeline.checkpoints().request(JOB, Request.command("restore " + copy));

    Pipeline.tick(pipeline.coordinator(late));
    Pipeline.tick(pipeline.coordinator(late));

    assertThat(pipeline.job().epoch().value()).as("the restore was begun").isEqualTo(2);
    requireRetired();
    requireWhole();
  }

  @Test
  void aSavepointFromBeforeTheSplitIsRestored() {
    apply("a");
    Checkpoint.Completed savepoint = savepoint();
    splitUntilRetired();

    pipeline.serve("restore " + savepoint.id());
    deliverAll();

    requireWhole();
    checkpointOf("d");
    requireRetired();
    requireWhole();
  }

  @Test
  void aSavepointOfElsewhereFromBeforeTheSplitIsRestored() {
    apply("a");
    FilePath copy = savepointElsewhere();
    splitUntilRetired();

    pipeline.serve("restore " + copy);
    deliverAll();

    requireWhole();
    checkpointOf("d");
    requireRetired();
    requireWhole();
  }

  /** The job has opened the shard, whatever the stream lists, so its state has a place. */
  @Test
  void aStateOfARetiredShardThatTheStreamHasForgottenIsRestored() {
    apply("a");
    SortedMap<StateKey, String> ofParent = pipeline.state(0);
    FilePath copy = savepointElsewhere();
    splitUntilRetired();
    pipeline.pass(Duration.ofHours(25));
    pipeline.stream().trimExpired();
    assertThat(pipeline.stream().isKnown(shard(0))).isFalse();

    pipeline.serve("restore " + copy);
    assertThat(pipeline.job().refusal().orElseThrow().reason())
        .contains("shard shardId-000000000000 is no longer in the stream, but its records would");

    pipeline.serve("restore " + copy + " --accept-gap");
    assertThat(pipeline.job().refusal()).isEmpty();
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(ofChildren()).isEqualTo(ofParent);
  }

  private List<PreflightReport.Replay> replays(String restore) throws InvalidCommandException {
    DryRun dryRun = new DryRun(pipeline.ports(Tap.NONE), Pipeline.PROMPT);
    DryRun.Result result =
        dryRun.restore(pipeline.job(), (Command.Restore) CommandText.parse("restore " + restore));
    return ((DryRun.Result.Possible) result).report().replays();
  }

  @Test
  void aDryRunCountsWhatARetiredParentReplays() throws InvalidCommandException {
    apply("a");
    FilePath copy = savepointElsewhere();
    apply("after the savepoint");
    splitUntilRetired();

    assertThat(replays(copy.value()))
        .extracting(replay -> replay.subtask().shard(), PreflightReport.Replay::records)
        .containsExactly(
            tuple(shard(0), (long) KEYS),
            tuple(shard(1), (long) pipeline.all(1).size()),
            tuple(shard(2), (long) pipeline.all(2).size()));
  }

  @Test
  void aDryRunCountsNothingOfAParentWhoseChildrenAreRestored() throws InvalidCommandException {
    apply("a");
    var unused = pipeline.checkpoint(container);
    pipeline.serve("pin 1");
    pipeline.stream().split(shard(0));
    checkpointOf("b");
    assertThat(pipeline.checkpoints().retired(JOB)).isEmpty();

    assertThat(replays(pipeline.job().latest().orElseThrow().toString()))
        .extracting(replay -> replay.subtask().shard(), PreflightReport.Replay::records)
        .containsExactly(tuple(shard(1), 0L), tuple(shard(2), 0L));
  }
}

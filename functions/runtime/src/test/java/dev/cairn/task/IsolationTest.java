package dev.cairn.task;

import static dev.cairn.task.pipeline.TaskPipeline.run;
import static dev.cairn.task.pipeline.TaskPipeline.subtask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.state.Counts;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.DeadLetterEntries;
import dev.cairn.task.pipeline.DeadlyProcess;
import dev.cairn.task.pipeline.ScriptedCoordinator;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A record that ends the process which applies it is found, and what is before and after it is
 * applied.
 */
class IsolationTest {
  private static final TaskSettings LENIENT =
      TaskPipeline.settings().withFailurePolicy(FailurePolicy.DEAD_LETTER);

  /**
   * What the mapping does: sends from the first record that is not done, until all are. A shard on
   * which a process ended is suspected, as by a coordinator.
   */
  private static boolean deliver(
      TaskPipeline pipeline, TaskSettings settings, int mostInvocations) {
    ScriptedCoordinator coordinator = new ScriptedCoordinator(pipeline);
    List<StreamRecord> batch = pipeline.all(0);
    for (int i = 0; i < mostInvocations; i++) {
      DeadlyProcess process = new DeadlyProcess();
      BatchResult[] result = new BatchResult[1];
      var unused =
          catchThrowable(() -> result[0] = run(process.container(pipeline, settings), 0, batch));
      if (!process.isEnded() && result[0] instanceof BatchResult.Done) {
        return true;
      }
      pipeline.pass(Duration.ofMinutes(2));
      if (process.isEnded() && pipeline.head(0).isolation().isEmpty()) {
        coordinator.suspect(subtask(0));
      }
    }
    return false;
  }

  private static List<StreamRecord> without(List<StreamRecord> batch, int index) {
    List<StreamRecord> rest = new ArrayList<>(batch);
    rest.remove(index);
    return rest;
  }

  @Test
  void noEntryNamesMoreDeadLettersOfAStepThanFitIntoAnItem() {
    TaskPipeline pipeline = new TaskPipeline(1);
    List<String> words = new ArrayList<>(List.of(DeadLetterEntries.poison()));
    words.addAll(List.of(DeadLetterEntries.poison()));
    words.add("kill");
    pipeline.put(0, words.toArray(String[]::new));

    assertThat(deliver(pipeline, LENIENT, 100)).isTrue();

    assertThat(pipeline.head(0).counts().deadLettered()).isEqualTo(words.size());
    DeadLetterEntries.requireSmall(pipeline.journal(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 64})
  void underDeadLetterARecordThatEndsTheProcessIsSetAside(int before) {
    TaskPipeline pipeline = new TaskPipeline(1);
    List<StreamRecord> batch = pipeline.put(0, DeadlyProcess.words(before, "kill", 5));

    assertThat(deliver(pipeline, LENIENT, 60)).isTrue();

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(before + 5, 1));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(without(batch, before)));
    assertThat(pipeline.head(0).failing()).isEmpty();
    assertThat(pipeline.head(0).isolation()).isEmpty();
  }

  @Test
  void severalOfThemAreSetAside() {
    TaskPipeline pipeline = new TaskPipeline(1);
    pipeline.put(0, "a", "kill", "b", "c", "kill", "kill", "d");

    assertThat(deliver(pipeline, LENIENT, 120)).isTrue();

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 3));
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void aRecordThatExhaustsTheMemoryFollowsThePolicy(FailurePolicy policy) {
    TaskPipeline pipeline = new TaskPipeline(1);
    List<StreamRecord> batch = pipeline.put(0, DeadlyProcess.words(9, "oom", 1));

    boolean done = deliver(pipeline, TaskPipeline.settings().withFailurePolicy(policy), 20);

    switch (policy) {
      case DEAD_LETTER -> {
        assertThat(done).isTrue();
        assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(10, 1));
        assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(without(batch, 9)));
      }
      case FAIL -> {
        assertThat(done).isFalse();
        assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(batch.subList(0, 9)));
        ShardFailure failing = pipeline.head(0).failing().orElseThrow();
        assertThat(failing.reason()).isEqualTo(FailureReason.OUT_OF_MEMORY);
        assertThat(failing.record()).contains(batch.get(9).sequenceNumber());
      }
    }
  }

  @Test
  void whatDoesNotFitIntoTheStorageFailsItsRecordAlone() {
    TaskPipeline pipeline = new TaskPipeline(1);
    pipeline.put(0, "a", "size:9000");
    pipeline.put(pipeline.key(0, 1), "size:60000");
    pipeline.put(0, "b", "size:9000");
    List<StreamRecord> batch = pipeline.all(0);
    Tap small =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.put")
                && call.arguments()[1] instanceof byte[] bytes
                && bytes.length > 40_000
                && !String.valueOf(call.arguments()[0]).contains("dead-letters")) {
              throw new StorageException(StorageException.Kind.TOO_LARGE, "more than 40 KB");
            }
          }
        };

    assertThat(run(pipeline.container(small, LENIENT), 0, batch))
        .isInstanceOf(BatchResult.Done.class);

    assertThat(pipeline.head(0).counts()).isEqualTo(new Counts(4, 1));
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(without(batch, 2)));
  }

  @Test
  void aSuspicionThatIsWrongCostsAFewEntriesAndIsForgotten() {
    TaskPipeline pipeline = new TaskPipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, DeadlyProcess.words(9, "b", 10));
    new ScriptedCoordinator(pipeline).suspect(subtask(0));
    assertThat(run(pipeline.container(), 0, batch)).isInstanceOf(BatchResult.Done.class);

    assertThat(pipeline.journal(0))
        .filteredOn(Entry.Suspected.class::isInstance)
        .as("one by the coordinator, and one before each half")
        .hasSize(3);
    assertThat(pipeline.head(0).isolation()).isEmpty();
    assertThat(pipeline.state(0)).isEqualTo(TaskPipeline.fold(pipeline.all(0)));
  }

  @Test
  void aRecordThatAnotherInvocationIsStillApplyingIsNotBlamed() {
    TaskPipeline pipeline = new TaskPipeline(1);
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    List<StreamRecord> batch = pipeline.put(0, "b");
    new ScriptedCoordinator(pipeline).suspect(subtask(0));
    Tap slow =
        new Tap() {
          private boolean isSecond;

          @Override
          public void before(Call call) {
            if (call.has(Entry.Advanced.class) && !isSecond) {
              isSecond = true;
              // The mapping has lost patience, and another container gets the batch.
              assertThat(run(pipeline.container(), 0, batch))
                  .isEqualTo(new BatchResult.RetryFrom(batch.getFirst().sequenceNumber()));
            }
          }
        };

    assertThat(run(pipeline.container(slow), 0, batch)).isInstanceOf(BatchResult.Done.class);
    assertThat(pipeline.journal(0)).noneMatch(Entry.Failed.class::isInstance);
  }
}

package dev.cairn.coordinator.checkpointing;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.CheckpointId;
import dev.cairn.pipeline.Death;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.StorageException;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints from their trigger to their end. */
class CheckpointTest {
  private final Pipeline pipeline = new Pipeline(2);

  @Test
  void anExpiredCheckpointIsAbortedAndSaysWhoDidNotAnswerAndHowLongItWaited() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a"));
    run(container, 1, pipeline.put(1, "b"));
    pipeline.pass(Pipeline.INTERVAL);
    tick(pipeline.coordinator());
    container.wake(Pipeline.shard(0), Pipeline.AMPLE);
    pipeline.pass(Pipeline.TIMEOUT.minusMillis(1));
    tick(pipeline.coordinator());
    assertThat(checkpoint(1)).isInstanceOf(Checkpoint.Pending.class);

    pipeline.pass(Duration.ofMillis(1));
    tick(pipeline.coordinator());

    assertThat(((Checkpoint.Aborted) checkpoint(1)).failure().message())
        .isEqualTo("count/shardId-000000000001 sent no acknowledgement in 120.0 s");
    assertThat(pipeline.job().latest()).isEmpty();
  }

  @Test
  void aDeclinedCheckpointIsAbortedWithItsCauseAndTheJobGoesOn() {
    Tap full =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.isStorage() && call.isWrite()) {
              throw new StorageException("the bucket answers 503");
            }
          }
        };
    Task<String> failing = pipeline.container(full);
    run(failing, 0, pipeline.put(0, "a"));
    pipeline.pass(Pipeline.INTERVAL);
    Coordinator coordinator = pipeline.coordinator();
    tick(coordinator);
    pipeline.deliverWakes(failing);
    tick(coordinator);

    assertThat(((Checkpoint.Aborted) checkpoint(1)).failure().message())
        .isEqualTo(
            "count/shardId-000000000000 declined: its state could not be stored: the bucket answers 503");
    run(failing, 0, pipeline.put(0, "b"));
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
    assertThat(pipeline.checkpoint(pipeline.container()).id())
        .isEqualTo(pipeline.job().latest().orElseThrow());
  }

  /** People see checkpoints that are over for weeks; each tick would be dearer than the last. */
  @Test
  void aWarmCoordinatorReadsNoneThatAreOver() {
    List<CheckpointId> readFrom = new ArrayList<>();
    Coordinator coordinator =
        pipeline.coordinator(
            new Tap() {
              @Override
              public void before(Call call) {
                if (call.name().equals("checkpoints.checkpoints")) {
                  readFrom.add((CheckpointId) call.arguments()[1]);
                }
              }
            });
    Task<String> container = pipeline.container();
    for (int i = 0; i < 6; i++) {
      run(container, 0, pipeline.put(0, "a"));
      pipeline.pass(Pipeline.INTERVAL);
      tick(coordinator);
      pipeline.deliverWakes(container);
      tick(coordinator);
    }
    assertThat(checkpoints()).filteredOn(Checkpoint.Completed.class::isInstance).hasSize(2);
    assertThat(checkpoints()).hasSize(6);

    readFrom.clear();
    tick(coordinator);

    assertThat(readFrom).isNotEmpty().containsOnly(new CheckpointId(5));
  }

  @Test
  void theIntervalIsHonoured() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    Coordinator coordinator = pipeline.coordinator();
    tick(coordinator);
    assertThat(checkpoints()).hasSize(1);
    pipeline.deliverWakes(pipeline.container());
    run(pipeline.container(), 0, pipeline.put(0, "b"));

    // Due times are the multiples of the interval, however late the first one was.
    long interval = Pipeline.INTERVAL.toMillis();
    long sinceDue = pipeline.now().toEpochMilli() % interval;
    pipeline.pass(Duration.ofMillis(interval - sinceDue - 1));
    tick(coordinator);
    assertThat(checkpoints()).hasSize(1);

    pipeline.pass(Duration.ofMillis(1));
    tick(coordinator);
    assertThat(checkpoints()).hasSize(2);
  }

  @Test
  void withoutAnIntervalNoneIsTaken() {
    Pipeline none = new Pipeline(1, new CheckpointSettings(Optional.empty(), Pipeline.TIMEOUT, 1));
    run(none.container(), 0, none.put(0, "a"));
    none.pass(Duration.ofDays(1));

    tick(none.coordinator());

    assertThat(none.checkpoints().checkpoints(JOB)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void asManyAreRetainedAsTheSettingsSayAndTheirFilesAlone(int numRetained) {
    Pipeline one =
        new Pipeline(
            1,
            new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, numRetained));
    Task<String> container = one.container();
    for (int i = 0; i < 6; i++) {
      run(container, 0, one.put(0, "word-" + i));
      one.pass(Duration.ofHours(1));
      one.checkpoint(container);
    }

    List<Checkpoint> checkpoints = one.checkpoints().checkpoints(JOB);
    assertThat(checkpoints).hasSize(6);
    assertThat(checkpoints.subList(0, 6 - numRetained))
        .allMatch(Checkpoint.Subsumed.class::isInstance);
    assertThat(checkpoints.subList(6 - numRetained, 6))
        .allMatch(Checkpoint.Completed.class::isInstance);
    assertThat(
            one.storage().paths().stream()
                .filter(path -> path.fileName().equals("_metadata"))
                .map(path -> path.value()))
        .hasSize(numRetained);
    run(one.container(), 0, one.put(0, "after a cold start"));
    assertThat(one.state(0)).isEqualTo(Pipeline.fold(one.all(0)));
  }

  @Test
  void acknowledgementsAndTicksThatComeTwiceChangeNothing() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a"));
    pipeline.checkpoint(container);
    List<Checkpoint> before = checkpoints();

    for (int i = 0; i < 3; i++) {
      pipeline
          .coordinator()
          .on(new Event.Acknowledged(JOB, new CheckpointId(1), Set.of(Pipeline.subtask(0))));
      tick(pipeline.coordinator());
    }

    assertThat(checkpoints()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void whicheverContainersAreToldOfAnswersLostRepeatedAndReorderedTheCheckpointIsCommitted(
      long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int shards = 12;
    Pipeline wide = new Pipeline(shards);
    Task<String> container = wide.container();
    for (int shard = 0; shard < shards; shard++) {
      run(container, shard, wide.put(shard, "a"));
    }
    wide.pass(Pipeline.INTERVAL);
    List<Coordinator> coordinators =
        List.of(wide.coordinator(), wide.coordinator(), wide.coordinator());
    tick(coordinators.getFirst());
    wide.deliverWakes(container);
    List<Event> events = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      for (int times = random.nextInt(3); times > 0; times--) {
        events.add(
            new Event.Acknowledged(JOB, new CheckpointId(1), Set.of(Pipeline.subtask(shard))));
      }
    }
    Collections.shuffle(events, new Random(seed));

    events.forEach(event -> coordinators.get(random.nextInt(3)).on(event));
    tick(coordinators.get(random.nextInt(3)));

    assertThat(wide.checkpoints().checkpoint(JOB, new CheckpointId(1)))
        .containsInstanceOf(Checkpoint.Completed.class);
  }

  @Test
  void theLastOfTheAnswersIsWhatReadsThemAll() {
    int shards = 20;
    Pipeline wide = new Pipeline(shards);
    Task<String> container = wide.container();
    for (int shard = 0; shard < shards; shard++) {
      run(container, shard, wide.put(shard, "a"));
    }
    wide.pass(Pipeline.INTERVAL);
    tick(wide.coordinator());
    wide.deliverWakes(container);
    List<String> calls = new ArrayList<>();
    Coordinator coordinator =
        wide.coordinator(
            new Tap() {
              @Override
              public void before(Call call) {
                calls.add(call.name());
              }
            });

    for (int shard = 0; shard < shards; shard++) {
      assertThat(wide.job().latest()).isEmpty();
      coordinator.on(
          new Event.Acknowledged(JOB, new CheckpointId(1), Set.of(Pipeline.subtask(shard))));
      if (calls.contains("checkpoints.acknowledgements")) {
        break;
      }
    }

    // All had answered before any was told of: the first reading finds them.
    assertThat(wide.job().latest()).contains(new CheckpointId(1));
    assertThat(calls.subList(0, 2)).containsExactly("checkpoints.job", "checkpoints.checkpoint");
    assertThat(calls.stream().filter("checkpoints.checkpoint"::equals)).hasSizeLessThan(4);
  }

  @Test
  void aCoordinatorThatDiesAfterAnyWriteOfACheckpointLeavesItToTheNext() {
    boolean died = true;
    int writes = 0;
    while (died) {
      writes++;
      Pipeline fresh = new Pipeline(2);
      Task<String> container = fresh.container();
      run(container, 0, fresh.put(0, "a"));
      run(container, 1, fresh.put(1, "b"));
      fresh.checkpoint(container);
      run(container, 0, fresh.put(0, "c"));
      fresh.pass(Pipeline.INTERVAL);
      Death death = new Death(writes);
      Coordinator mortal = fresh.coordinator(death);
      death.watch(() -> tick(mortal));
      fresh.deliverWakes(container);
      death.watch(() -> tick(mortal));
      died = death.happened();
      tick(fresh.coordinator());
      fresh.deliverWakes(container);
      tick(fresh.coordinator());

      assertThat(fresh.checkpoints().checkpoint(JOB, new CheckpointId(2)))
          .as("died after write %d", writes)
          .containsInstanceOf(Checkpoint.Completed.class);
      assertThat(fresh.job().latest()).contains(new CheckpointId(2));
    }
    assertThat(writes).isGreaterThan(4);
  }

  private List<Checkpoint> checkpoints() {
    return pipeline.checkpoints().checkpoints(JOB);
  }

  private Checkpoint checkpoint(long id) {
    return pipeline.checkpoints().checkpoint(JOB, new CheckpointId(id)).orElseThrow();
  }
}

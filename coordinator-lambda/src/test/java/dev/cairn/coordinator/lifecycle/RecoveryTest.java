package dev.cairn.coordinator.lifecycle;

import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A job whose stored state is damaged restores itself, or fails if nothing is left to restore. */
class RecoveryTest {
  private final Pipeline pipeline = new Pipeline(1);

  @Test
  void aHeadThatIsDamagedRestoresTheJobByItself() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a", "b"));
    pipeline.checkpoint(container);
    run(container, 0, pipeline.put(0, "c", "d"));
    pipeline.checkpoint(container);
    Entry.Base second = (Entry.Base) pipeline.journal(0).getLast();
    pipeline.storage().delete(second.handle().manifest().runs().getFirst().file().path());
    List<StreamRecord> next = pipeline.put(0, "e");

    requireDamaged(next);
    Pipeline.tick(pipeline.coordinator());
    assertThat(pipeline.job().epoch()).as("once may be chance").isEqualTo(new Epoch(1));
    pipeline.pass(Duration.ofMinutes(2));
    requireDamaged(next);
    for (int i = 0; i < 4; i++) {
      Pipeline.tick(pipeline.coordinator());
      pipeline.deliverWakes(pipeline.container());
    }

    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    Entry.Restored restored =
        pipeline.journal(0).stream()
            .filter(Entry.Restored.class::isInstance)
            .map(Entry.Restored.class::cast)
            .findFirst()
            .orElseThrow();
    assertThat(restored.checkpoint())
        .as("the newest needs the file too")
        .contains(new CheckpointId(1));
    run(pipeline.container(), 0, next);
    assertThat(pipeline.state(0)).isEqualTo(Pipeline.fold(pipeline.all(0)));
  }

  @Test
  void withNothingLeftToRestoreTheJobHasFailed() {
    Task<String> container = pipeline.container();
    run(container, 0, pipeline.put(0, "a", "b"));
    pipeline.checkpoint(container);
    Entry.Base base = (Entry.Base) pipeline.journal(0).getLast();
    pipeline.storage().delete(base.handle().manifest().runs().getFirst().file().path());
    List<StreamRecord> next = pipeline.put(0, "e");

    requireDamaged(next);
    pipeline.pass(Duration.ofMinutes(2));
    requireDamaged(next);
    Pipeline.tick(pipeline.coordinator());
    Pipeline.tick(pipeline.coordinator());

    assertThat(pipeline.job().status())
        .isInstanceOfSatisfying(
            JobStatus.Halted.class,
            halted -> {
              Failure failure = ((Halt.Failed) halted.halt()).failure();
              assertThat(failure.reason()).isEqualTo(FailureReason.DAMAGED);
              assertThat(failure.message()).contains("no checkpoint can be restored");
            });
    assertThat(pipeline.isFed()).isFalse();
  }

  private void requireDamaged(List<StreamRecord> batch) {
    assertThatThrownBy(() -> run(pipeline.container(), 0, batch))
        .isInstanceOf(DamagedFileException.class);
  }

  @Test
  void damageCountsOnlyWhenItIsMetTwiceInARow() {
    run(pipeline.container(), 0, pipeline.put(0, "a"));
    pipeline.checkpoint(pipeline.container());
    List<StreamRecord> batch = pipeline.put(0, "b");
    for (Throwable error :
        List.of(new IllegalStateException("what is this"), damaged(), new Error("no memory"))) {
      stopAtLoading(pipeline, batch, error);
    }
    stopAtLoading(pipeline, batch, new IllegalStateException("what is this"));
    stopAtLoading(pipeline, batch, damaged());

    ShardFailure once = pipeline.head(0).failing().orElseThrow();
    assertThat(once.reason()).isEqualTo(FailureReason.DAMAGED);
    assertThat(once.failures().attempts()).isGreaterThan(2);
    tick(pipeline.coordinator());
    assertThat(pipeline.job().epoch().value()).as("no restore by itself").isEqualTo(1);

    stopAtLoading(pipeline, batch, damaged());
    tick(pipeline.coordinator());
    assertThat(pipeline.job().epoch().value()).as("a restore by itself").isEqualTo(2);
  }

  private static Throwable damaged() {
    return new dev.cairn.storage.DamagedFileException("words/shared/x is not what was written");
  }

  private static void stopAtLoading(Pipeline pipeline, List<StreamRecord> batch, Throwable error) {
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.get")) {
              switch (error) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(error);
              }
            }
          }
        };
    var unused = catchThrowable(() -> run(pipeline.container(tap), 0, batch));
    pipeline.pass(Duration.ofMinutes(5));
  }
}

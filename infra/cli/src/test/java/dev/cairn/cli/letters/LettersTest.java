package dev.cairn.cli.letters;

import static dev.cairn.task.pipeline.TaskPipeline.JOB;
import static dev.cairn.task.pipeline.TaskPipeline.run;
import static dev.cairn.task.pipeline.TaskPipeline.settings;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dead letters as a task writes them. */
class LettersTest {
  private final TaskPipeline pipeline = new TaskPipeline(1);

  @Test
  void theyAreThereInOrderWithTheirBytes() {
    List<StreamRecord> batch = pipeline.put(0, "poison", "a", "poison");
    Task<String> container =
        pipeline.container(Tap.NONE, settings().withFailurePolicy(FailurePolicy.DEAD_LETTER));
    run(container, 0, batch);
    Letters letters = new Letters(pipeline.storage(), JOB);

    assertThat(letters.all())
        .extracting(place -> place.record().sequenceNumber())
        .containsExactly(batch.get(0).sequenceNumber(), batch.get(2).sequenceNumber());
    Letter first = letters.read(letters.all().getFirst()).orElseThrow();
    assertThat(first.partitionKey()).isEqualTo(batch.getFirst().partitionKey());
    assertThat(first.data()).isEqualTo(batch.getFirst().data());
    assertThat(first.resentAt()).isEmpty();

    letters.markResent(first, pipeline.now());

    assertThat(letters.all()).extracting(Letters.Place::isResent).containsExactly(true, false);
    assertThat(letters.read(letters.all().getFirst()).orElseThrow().resentAt())
        .contains(pipeline.now());
  }
}

package dev.cairn.system.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.CheckpointId;
import dev.cairn.system.scale.Quotas.Quota;
import dev.cairn.system.scale.WidePipeline.Invocation;
import dev.cairn.system.scale.WidePipeline.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A checkpoint and a restore of ten, a thousand and ten thousand subtasks stay below what AWS
 * allows; what they use is told in {@code target/scale.txt}.
 */
class ScaleTest {
  /** The coordinator's time-out, less what its function keeps for the end. */
  private static final Duration TIMEOUT = Duration.ofSeconds(880);

  /** A checkpoint's metadata names every subtask; no item does. */
  private static final List<String> DO_NOT_GROW = List.of("ACK", "JOB", "JOURNAL");

  /** One pipeline's whole story. */
  private record Run(WidePipeline pipeline, List<Phase> phases) {
    static Run of(int subtasks) {
      WidePipeline pipeline = new WidePipeline(subtasks, TIMEOUT);
      List<Phase> phases = new ArrayList<>();
      pipeline.deliver(shard -> true, Duration.ofSeconds(10));
      pipeline.pass(Duration.ofMinutes(1));
      pipeline.keepBusy(shard -> shard % 2 == 0);
      pipeline.deliver(shard -> shard % 2 == 0, Duration.ofSeconds(2));

      pipeline.begin("checkpoint 1: all is new, every other shard has to be woken");
      phases.add(pipeline.tickUntil(() -> pipeline.hasCompleted(1)));

      pipeline.pass(WidePipeline.INTERVAL);
      pipeline.keepBusy(shard -> false);
      pipeline.deliver(shard -> shard % 2 == 0, Duration.ofSeconds(2));
      pipeline.begin("checkpoint 2: every other shard has something new, the others are carried");
      phases.add(pipeline.tickUntil(() -> pipeline.hasCompleted(2)));

      pipeline.pass(WidePipeline.INTERVAL);
      pipeline.begin("a tick with nothing new");
      phases.add(pipeline.tickUntil(() -> true));

      pipeline.begin("restore of checkpoint 2");
      pipeline.requestRestore(new CheckpointId(2));
      phases.add(pipeline.tickUntil(pipeline::isRestored));
      return new Run(pipeline, phases);
    }
  }

  @Test
  void nothingGrowsBeyondAQuota() throws IOException {
    List<Run> runs = List.of(Run.of(10), Run.of(1_000), Run.of(10_000));

    String report = new ScaleReport().of(runs.stream().map(ScaleTest::told).toList());
    Files.writeString(Path.of("target", "scale.txt"), report);
    System.out.print(report);

    for (Run run : runs) {
      for (Phase phase : run.phases()) {
        for (Quota quota : Quota.values()) {
          assertThat(phase.quotas().peak(quota, ""))
              .as("%s, %d subtasks: %s", phase.name(), run.pipeline().subtasks(), quota.what())
              .satisfies(peak -> assertThat(peak.used()).isLessThanOrEqualTo(quota.aSecond()));
        }
        assertThat(phase.invocations())
            .as("%s, %d subtasks", phase.name(), run.pipeline().subtasks())
            .isNotEmpty()
            .filteredOn(one -> !one.inTime() || one.took().compareTo(TIMEOUT) >= 0)
            .isEmpty();
      }
      assertThat(run.pipeline().commitItems()).isEqualTo(2);
    }
    Map<String, Long> narrow = runs.getFirst().pipeline().largestItems();
    Map<String, Long> wide = runs.getLast().pipeline().largestItems();
    for (String items : DO_NOT_GROW) {
      // Numbers in it get longer, and a batch more may follow a base; no name is added.
      assertThat(wide.get(items))
          .as("the largest item of %s", items)
          .isLessThan(narrow.getOrDefault(items, 0L) + 200);
    }
    assertThat(wide.get("EXPECTED")).isLessThan(400 * 1024 / 4);
  }

  private static ScaleReport.Told told(Run run) {
    return new ScaleReport.Told(run.pipeline(), run.phases());
  }

  @Test
  void aCheckpointThatDoesNotFitIntoAnInvocationIsResumedByTheNext() {
    WidePipeline pipeline = new WidePipeline(2_000, Duration.ofSeconds(2));
    pipeline.deliver(shard -> true, Duration.ofSeconds(10));
    pipeline.pass(Duration.ofMinutes(1));

    pipeline.begin("checkpoint in invocations of two seconds");
    Phase phase = pipeline.tickUntil(() -> pipeline.hasCompleted(1));

    assertThat(phase.invocations()).filteredOn(one -> !one.inTime()).isNotEmpty();
    assertThat(longest(phase)).isLessThan(Duration.ofSeconds(4));
    assertThat(phase.requests().get("Lambda wake")).isGreaterThanOrEqualTo(2_000);
  }

  @Test
  void aRestoreThatDoesNotFitIntoAnInvocationIsResumedByTheNext() {
    WidePipeline pipeline = new WidePipeline(2_000, Duration.ofSeconds(5));
    pipeline.deliver(shard -> true, Duration.ofSeconds(10));
    pipeline.pass(Duration.ofMinutes(1));
    pipeline.begin("checkpoint");
    Phase checkpoint = pipeline.tickUntil(() -> pipeline.hasCompleted(1));
    assertThat(checkpoint.invocations()).filteredOn(one -> !one.inTime()).isEmpty();

    pipeline.begin("restore in invocations of five seconds");
    pipeline.requestRestore(new CheckpointId(1));
    Phase phase = pipeline.tickUntil(pipeline::isRestored);

    assertThat(phase.invocations()).filteredOn(one -> !one.inTime()).isNotEmpty();
    assertThat(longest(phase)).isLessThan(Duration.ofSeconds(7));
  }

  private static Duration longest(Phase phase) {
    return phase.invocations().stream()
        .map(Invocation::took)
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }
}

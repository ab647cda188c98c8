package dev.cairn.coordinator.resharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A split and a merge need the same requests and write the same bytes whatever the state's size.
 */
class ReshardCostTest {
  private static final int BATCH = 10_000;

  /** Counts the calls at the ports, and the bytes that are put. */
  private static final class Counting implements Tap {
    private final Map<String, Long> counts = new TreeMap<>();

    @Override
    public void before(Call call) {
      counts.merge(call.name(), 1L, Long::sum);
      for (Object argument : call.arguments()) {
        if (call.isWrite() && argument instanceof byte[] bytes) {
          counts.merge(call.name() + " bytes", (long) bytes.length, Long::sum);
        }
      }
    }
  }

  @Test
  void aSplitAndAMergeOfAMillionKeysCostWhatThoseOfAThousandDo() {
    Map<String, Long> ofAThousand = costOf(1_000);
    Map<String, Long> ofAMillion = costOf(1_000_000);

    System.out.println("a split and a merge: " + ofAMillion);
    assertThat(ofAMillion.keySet()).isEqualTo(ofAThousand.keySet());
    ofAMillion.forEach(
        (call, count) -> {
          if (call.endsWith("bytes")) {
            // Sizes and counts in the files have more digits.
            long few = Objects.requireNonNull(ofAThousand.get(call));
            assertThat(count).as(call).isBetween(few, few + 500);
          } else {
            assertThat(count).as(call).isEqualTo(ofAThousand.get(call));
          }
        });
  }

  private static Map<String, Long> costOf(int keys) {
    Pipeline pipeline = new Pipeline(1);
    Counting counting = new Counting();
    Task<String> container = pipeline.container(counting);
    Position last = Position.beginning();
    for (int first = 0; first < keys; first += BATCH) {
      for (int key = first; key < Math.min(first + BATCH, keys); key++) {
        pipeline.put("key-" + key, "a");
      }
      List<StreamRecord> batch = pipeline.stream().after(Pipeline.shard(0), last, BATCH);
      var unused = Pipeline.run(container, 0, batch);
      last = Position.after(batch.getLast().sequenceNumber());
    }
    var unused = pipeline.checkpoint(container);
    counting.counts.clear();

    pipeline.stream().split(Pipeline.shard(0));
    goOn(pipeline, container, counting);
    assertThat(pipeline.journal(0).getLast()).isInstanceOf(Entry.Closed.class);
    ShardId merged = pipeline.stream().merge(Pipeline.shard(1), Pipeline.shard(2));
    goOn(pipeline, container, counting);

    assertThat(merged).isEqualTo(Pipeline.shard(3));
    assertThat(pipeline.journal(3)).singleElement().isInstanceOf(Entry.Opened.class);
    return Map.copyOf(counting.counts);
  }

  private static void goOn(Pipeline pipeline, Task<String> container, Tap counting) {
    for (int i = 0; i < 4; i++) {
      Pipeline.tick(pipeline.coordinator(counting));
      pipeline.deliverWakes(container);
    }
  }
}

package dev.cairn.system.scale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.system.scale.Quotas.Quota;
import dev.cairn.system.scale.WidePipeline.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * A thousand shards become two thousand: the requests for it stay below what AWS allows, and
 * afterwards a tick reads as if there had been two thousand from the beginning.
 */
class ReshardScaleTest {
  private static final int SHARDS = 1_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(880);

  private final WidePipeline pipeline = new WidePipeline(SHARDS, TIMEOUT);

  @Test
  void aThousandShardsBecomeTwoThousandWithinTheQuotas() {
    pipeline.deliver(shard -> true, Duration.ofSeconds(10));
    pipeline.pass(Duration.ofMinutes(1));
    checkpoint(1);
    Phase before = tick("a tick with 1,000 shards");

    pipeline.splitAll();
    pipeline.begin("1,000 parents are closed and 2,000 children opened");
    Phase reshard = pipeline.tickUntil(() -> pipeline.registered() == 3 * SHARDS);
    Phase checkpoint = checkpoint(2);
    Phase after = tick("a tick with 2,000 shards that came from 1,000");

    for (Phase phase : List.of(reshard, checkpoint, after)) {
      System.out.printf(Locale.ROOT, "%s: %s, %s\n", phase.name(), phase.took(), phase.requests());
      for (Quota quota : Quota.values()) {
        assertThat(phase.quotas().peak(quota, "").used())
            .as("%s: %s", phase.name(), quota.what())
            .isLessThanOrEqualTo(quota.aSecond());
      }
      assertThat(phase.invocations()).filteredOn(one -> !one.inTime()).isEmpty();
    }
    assertThat(pipeline.retired()).isEqualTo(SHARDS);
    assertThat(pipeline.registered()).isEqualTo(2 * SHARDS);
    assertThat(reads(after)).isLessThan(2 * reads(before) + 20);
  }

  private Phase checkpoint(long id) {
    pipeline.pass(WidePipeline.INTERVAL);
    pipeline.begin("checkpoint " + id);
    return pipeline.tickUntil(() -> pipeline.hasCompleted(id));
  }

  private Phase tick(String name) {
    pipeline.pass(Duration.ofMinutes(1));
    pipeline.begin(name);
    return pipeline.tickUntil(() -> true);
  }

  private static long reads(Phase phase) {
    return phase.requests().getOrDefault("Query", 0L)
        + phase.requests().getOrDefault("GetItem", 0L);
  }
}

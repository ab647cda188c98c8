package dev.cairn.cli.shards;

import static dev.cairn.cli.status.ReshardScene.LOWER;
import static dev.cairn.cli.status.ReshardScene.UPPER;
import static dev.cairn.cli.status.ReshardScene.id;
import static dev.cairn.cli.status.ReshardScene.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.shards.KeyWeights.Unit;
import dev.cairn.cli.status.ReshardScene;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitAdviceTest {
  /** Keys of the upper half of the hash space, in the order of their hashes. */
  private static final List<String> UPPER_KEYS =
      IntStream.range(0, 100)
          .mapToObj(i -> "N" + i)
          .filter(key -> UPPER.contains(KeyHash.of(key)))
          .sorted(Comparator.comparing(KeyHash::of))
          .limit(4)
          .toList();

  /** Shard 1 applies three times as many records as shard 0. */
  private static ReshardScene uneven() {
    return new ReshardScene()
        .lists(0, LOWER)
        .lists(1, UPPER)
        .open(0, LOWER, 40, 100, List.of())
        .open(1, UPPER, 40, 300, List.of());
  }

  private static SplitAdvice advice(ReshardScene scene, Map<String, Long> keysOfShard1) {
    return SplitAdvice.of(
        ShardLoads.of(scene.facts()).stream()
            .map(
                load ->
                    load.shard().id().equals(id(1)) && !keysOfShard1.isEmpty()
                        ? load.with(
                            Optional.of(new KeyWeights(Unit.RECORDS, new TreeMap<>(keysOfShard1))))
                        : load)
            .toList());
  }

  private static Map<String, Long> weights(long... weights) {
    Map<String, Long> byKey = new TreeMap<>();
    for (int i = 0; i < weights.length; i++) {
      byKey.put(UPPER_KEYS.get(i), weights[i]);
    }
    return byKey;
  }

  @Test
  void theBusiestShardIsSplitWhereItsSampledRecordsHalve() {
    SplitAdvice advice = advice(uneven().lag(1, Duration.ofMinutes(3)), weights(30, 30, 10, 40));

    assertThat(advice.split()).contains(id(1));
    assertThat(advice.startingHash()).contains(KeyHash.of(UPPER_KEYS.get(2)));
    assertThat(advice.text())
        .isEqualTo(
            "A split of shardId-000000000001 would help most: it applies 75 % of all records, and a"
                + " new starting hash key of "
                + KeyHash.of(UPPER_KEYS.get(2)).toDecimal()
                + " gives its children 55 % and 45 % of the sampled records.");
  }

  @Test
  void noSplitHelpsAgainstOneKey() {
    SplitAdvice advice = advice(uneven(), weights(30, 70, 40));

    assertThat(advice.split()).isEmpty();
    assertThat(advice.startingHash()).isEmpty();
    assertThat(advice.text())
        .isEqualTo(
            "No split would help: 50 % of the sampled records of shardId-000000000001, the shard"
                + " that applies 75 % of all records, belong to key "
                + UPPER_KEYS.get(1)
                + ", and a key stays on one shard.");
    assertThat(advice(uneven(), weights(30, 70, 41)).split()).contains(id(1));
  }

  @Test
  void withoutASampleTheMiddleOfTheRangeIsProposed() {
    SplitAdvice advice = advice(uneven(), Map.of());

    BigInteger half = BigInteger.ONE.shiftLeft(127);
    assertThat(advice.startingHash())
        .contains(KeyHash.ofDecimal(half.add(half.shiftRight(1)).toString()));
    assertThat(advice.text()).endsWith(" is the middle of its range; its keys were not sampled.");
  }

  @Test
  void keysOutsideOfTheRangeSayNothingAboutThePlace() {
    String lower =
        IntStream.range(0, 100)
            .mapToObj(i -> "N" + i)
            .filter(key -> LOWER.contains(KeyHash.of(key)))
            .findFirst()
            .orElseThrow();
    Map<String, Long> keys = weights(10, 10, 10);
    keys.put(lower, 25L);

    assertThat(UPPER.contains(advice(uneven(), keys).startingHash().orElseThrow())).isTrue();
    assertThat(advice(uneven(), keys).startingHash()).contains(KeyHash.of(UPPER_KEYS.get(1)));
  }

  @Test
  void whereNoRecordIsAppliedTheStatesCount() {
    SplitAdvice advice =
        advice(
            new ReshardScene()
                .lists(0, LOWER)
                .lists(1, UPPER)
                .open(0, LOWER, 40, 0, List.of(run("a", 900, LOWER)))
                .open(1, UPPER, 40, 0, List.of(run("b", 100, UPPER))),
            Map.of());

    assertThat(advice.split()).contains(id(0));
    assertThat(advice.text()).contains("has 90 % of the state");
  }

  @Test
  void aJobThatKeepsUpNeedsNoSplitNow() {
    ReshardScene keepsUp = uneven().keepsUp(0).keepsUp(1);

    assertThat(advice(keepsUp, weights(1, 1, 1)).text())
        .startsWith(
            "No shard is behind; if the load grows, split shardId-000000000001 first: it applies");
  }

  @Test
  void whereNothingIsOpenOrLoadedNothingIsProposed() {
    assertThat(advice(new ReshardScene().lists(0, HashRange.ALL), Map.of()))
        .isEqualTo(
            new SplitAdvice(
                "No shard is open, so there is none to split.",
                Optional.empty(),
                Optional.empty()));
    assertThat(
            advice(
                    new ReshardScene()
                        .lists(0, HashRange.ALL)
                        .open(0, HashRange.ALL, 40, 0, List.of()),
                    Map.of())
                .text())
        .isEqualTo("No split would help now: no open shard has a load or a state.");
  }
}

package dev.cairn.cli.shards;

import dev.cairn.cli.shards.KeyWeights.Share;
import dev.cairn.cli.shards.KeyWeights.Unit;
import dev.cairn.cli.status.Lag;
import dev.cairn.coordinator.resharding.ShardTree.State;
import dev.cairn.id.ShardId;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The split that would help a job, or the reason why none would: a pure function of the loads.
 *
 * @param text one sentence
 * @param split the shard to split; empty if no split would help
 * @param startingHash where the second child should begin
 */
public record SplitAdvice(String text, Optional<ShardId> split, Optional<KeyHash> startingHash) {
  /** With half of a shard's load on one key, one child would have as much as both now. */
  private static final double DOMINATES = 0.5;

  private static SplitAdvice none(String text) {
    return new SplitAdvice(text, Optional.empty(), Optional.empty());
  }

  /** Chooses the busiest open shard, and the place at which a split would halve its load. */
  public static SplitAdvice of(List<ShardLoad> loads) {
    List<ShardLoad> open =
        loads.stream().filter(load -> load.shard().state() == State.OPEN).toList();
    if (open.isEmpty()) {
      return none("No shard is open, so there is none to split.");
    }
    Measure measure = Measure.of(open);
    ShardLoad busiest = open.stream().max(Comparator.comparingDouble(measure.weight)).orElseThrow();
    if (measure.weight.applyAsDouble(busiest) == 0) {
      return none("No split would help now: no open shard has a load or a state.");
    }
    String reason = measure.reason(busiest, open);
    Optional<Share> heaviest = busiest.keys().map(KeyWeights::heaviest);
    if (heaviest.filter(key -> key.fraction() >= DOMINATES).isPresent()) {
      return none(
          "No split would help: "
              + heaviest.get().percent()
              + " % of "
              + unit(busiest)
              + " of "
              + busiest.shard().id()
              + ", the shard that "
              + reason
              + ", belong to key "
              + heaviest.get().key()
              + ", and a key stays on one shard.");
    }
    return split(busiest, reason, open);
  }

  private static SplitAdvice split(ShardLoad busiest, String reason, List<ShardLoad> open) {
    HashRange range = busiest.shard().range();
    if (range.from().equals(range.to())) {
      return none(
          "No split would help: "
              + busiest.shard().id()
              + ", the shard that "
              + reason
              + ", has a single hash key.");
    }
    Optional<Cut> cut = busiest.keys().flatMap(keys -> Cut.halving(keys, range));
    KeyHash at = cut.map(Cut::from).orElseGet(() -> middle(range));
    boolean isBehind =
        open.stream()
            .map(ShardLoad::lag)
            .anyMatch(lag -> lag instanceof Lag.Behind || lag instanceof Lag.Unknown);
    return new SplitAdvice(
        (isBehind
                ? "A split of " + busiest.shard().id() + " would help most: it "
                : "No shard is behind; if the load grows, split "
                    + busiest.shard().id()
                    + " first: it ")
            + reason
            + ", and a new starting hash key of "
            + at.toDecimal()
            + cut.map(
                    found ->
                        " gives its children "
                            + found.lowerPercent()
                            + " % and "
                            + (100 - found.lowerPercent())
                            + " % of "
                            + unit(busiest)
                            + ".")
                .orElse(" is the middle of its range; its keys were not sampled."),
        Optional.of(busiest.shard().id()),
        Optional.of(at));
  }

  private static String unit(ShardLoad load) {
    return load.keys().filter(keys -> keys.unit() == Unit.STATE_BYTES).isPresent()
        ? "the state"
        : "the sampled records";
  }

  private static KeyHash middle(HashRange range) {
    BigInteger sum =
        new BigInteger(range.from().toDecimal())
            .add(new BigInteger(range.to().toDecimal()))
            .add(BigInteger.ONE);
    return KeyHash.ofDecimal(sum.shiftRight(1).toString());
  }

  /** A place between two sampled keys. */
  private record Cut(KeyHash from, long lowerPercent) {

    /**
     * Returns the place that divides the weights most evenly; empty if fewer than two keys lie in
     * the range. Records with an explicit hash key may be on a shard whose range has not their own.
     */
    private static Optional<Cut> halving(KeyWeights keys, HashRange range) {
      TreeMap<KeyHash, Long> weights = new TreeMap<>();
      keys.byKey()
          .forEach(
              (key, weight) -> {
                KeyHash hash = KeyHash.of(key);
                if (range.contains(hash)) {
                  weights.merge(hash, weight, Long::sum);
                }
              });
      long total = weights.values().stream().mapToLong(Long::longValue).sum();
      Optional<Cut> best = Optional.empty();
      long lower = 0;
      for (Map.Entry<KeyHash, Long> next : weights.entrySet()) {
        long percent = total == 0 ? 0 : Math.round(100.0 * lower / total);
        if (lower > 0 && best.filter(cut -> cut.imbalance() <= Math.abs(50 - percent)).isEmpty()) {
          best = Optional.of(new Cut(next.getKey(), percent));
        }
        lower += next.getValue();
      }
      return best;
    }

    private long imbalance() {
      return Math.abs(50 - lowerPercent);
    }
  }

  /** The quantity by which shards are compared. */
  private enum Measure {
    RECORDS(load -> load.recordsPerSecond().orElse(0.0)) {
      @Override
      String reason(long percent) {
        return "applies " + percent + " % of all records";
      }
    },
    STATE(load -> load.stateSize().map(size -> (double) size.bytes()).orElse(0.0)) {
      @Override
      String reason(long percent) {
        return "has " + percent + " % of the state";
      }
    };

    private final ToDoubleFunction<ShardLoad> weight;

    Measure(ToDoubleFunction<ShardLoad> weight) {
      this.weight = weight;
    }

    /** Records count most; where none is applied now, the sizes of the states do. */
    static Measure of(List<ShardLoad> open) {
      return open.stream().anyMatch(load -> RECORDS.weight.applyAsDouble(load) > 0)
          ? RECORDS
          : STATE;
    }

    String reason(ShardLoad busiest, List<ShardLoad> open) {
      double all = open.stream().mapToDouble(weight).sum();
      return reason(Math.round(100 * weight.applyAsDouble(busiest) / all));
    }

    abstract String reason(long percent);
  }
}

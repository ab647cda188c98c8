package dev.cairn.cli.shards;

import dev.cairn.cli.status.SubtaskFacts;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry;
import dev.cairn.state.HashRange;
import dev.cairn.state.Payload;
import dev.cairn.state.RunRef;
import dev.cairn.storage.FilePath;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sizes of states, from the journals alone: the files of the last base, and the deltas since.
 * After a split, the children refer to their parent's files: each is counted with its part of such
 * a file, by the widths of the hash ranges. While no other journal refers to the whole file any
 * more, a child is counted with all of it.
 */
public final class StateSizes {
  private final Map<FilePath, BigInteger> widest = new HashMap<>();

  /**
   * The size of a state.
   *
   * @param isEstimated whether it holds a part of a file
   */
  public record Size(long bytes, boolean isEstimated) {}

  private StateSizes() {}

  /** Returns the size of each subtask's state. */
  public static Map<ShardId, Size> of(List<SubtaskFacts> subtasks) {
    StateSizes sizes = new StateSizes();
    for (SubtaskFacts subtask : subtasks) {
      for (RunRef run : runs(subtask)) {
        sizes.widest.merge(run.file().path(), width(run.range()), BigInteger::max);
      }
    }
    Map<ShardId, Size> found = new HashMap<>();
    subtasks.forEach(subtask -> found.put(subtask.id().shard(), sizes.size(subtask)));
    return found;
  }

  private Size size(SubtaskFacts subtask) {
    long bytes =
        subtask.fromLastBase().stream()
            .filter(Entry.Advanced.class::isInstance)
            .mapToLong(entry -> bytes(((Entry.Advanced) entry).delta()))
            .sum();
    boolean isEstimated = false;
    for (RunRef run : runs(subtask)) {
      BigInteger whole = widest.getOrDefault(run.file().path(), BigInteger.ONE);
      BigInteger part = width(run.range());
      isEstimated |= part.compareTo(whole) < 0;
      bytes +=
          BigInteger.valueOf(run.file().sizeBytes()).multiply(part).divide(whole).longValueExact();
    }
    return new Size(bytes, isEstimated);
  }

  private static List<RunRef> runs(SubtaskFacts subtask) {
    return subtask.tail().base().handle().manifest().runs();
  }

  private static long bytes(Payload delta) {
    return switch (delta) {
      case Payload.Inline inline -> inline.bytes().length;
      case Payload.Stored stored -> stored.file().sizeBytes();
    };
  }

  /** The number of hash keys in a range. */
  static BigInteger width(HashRange range) {
    return new BigInteger(range.to().toDecimal())
        .subtract(new BigInteger(range.from().toDecimal()))
        .add(BigInteger.ONE);
  }
}

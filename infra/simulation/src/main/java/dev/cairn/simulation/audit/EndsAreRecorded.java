package dev.cairn.simulation.audit;

import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryLine.Kind;
import dev.cairn.id.CheckpointId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The end of each checkpoint is in the history, once, also those of coordinators that died before
 * they recorded them.
 */
final class EndsAreRecorded {
  private EndsAreRecorded() {}

  /**
   * @param over every checkpoint that has ended
   */
  static void check(List<HistoryLine> lines, Set<CheckpointId> over, FaultTally tally) {
    Set<CheckpointId> recorded = new HashSet<>();
    for (HistoryLine line : lines) {
      tally.count("history: " + line.kind());
      boolean isEnd = line.kind() == Kind.COMPLETED || line.kind() == Kind.ABORTED;
      if (isEnd && !recorded.add(line.checkpoint().orElseThrow())) {
        throw new Violation(Invariants.RECORDED, line.text() + ", a second time");
      }
    }
    if (!recorded.equals(over)) {
      Set<CheckpointId> missing = new HashSet<>(over);
      missing.removeAll(recorded);
      throw new Violation(Invariants.RECORDED, "nothing is recorded of checkpoints " + missing);
    }
  }
}

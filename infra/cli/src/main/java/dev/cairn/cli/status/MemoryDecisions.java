package dev.cairn.cli.status;

import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.status.Finding.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds states that are about to become too large for their containers, according to their
 * journals.
 */
final class MemoryDecisions {
  /** The alarm on the metric subtaskMemoryUtilization rings at the same share. */
  private static final int NEAR_PERCENT = 70;

  // Five times what a task lets follow a base before it writes another.
  private static final int LONG_ENTRIES = 1000;

  private MemoryDecisions() {}

  /** The largest of the states that take most of a heap. */
  static Optional<Finding> stateNearHeap(PipelineFacts facts) {
    List<SubtaskFacts> near =
        facts.subtasks().stream()
            .filter(one -> percent(one) >= NEAR_PERCENT)
            .sorted(Comparator.comparing(MemoryDecisions::percent).reversed())
            .toList();
    return near.stream()
        .findFirst()
        .map(
            largest ->
                new Finding(
                    Kind.STATE_NEAR_HEAP,
                    "the state of "
                        + largest.id().name()
                        + " takes "
                        + percent(largest)
                        + " % of its function's heap: about "
                        + largest
                            .head()
                            .heapUse()
                            .map(
                                use ->
                                    Sizes.bytes(use.stateBytes())
                                        + " of "
                                        + Sizes.bytes(use.heapBytes()))
                            .orElse("all of it")
                        + (near.size() == 1 ? "" : "; so do " + (near.size() - 1) + " more"),
                    "give the task's function more memory before the state no longer fits, or"
                        + " restore the job onto a stream with more shards;"
                        + " see docs/operations.md, \"Memory\""));
  }

  private static int percent(SubtaskFacts subtask) {
    return subtask.head().heapUse().map(use -> use.percent()).orElse(0);
  }

  /** A journal that no base shortens: its state cannot be stored. */
  static Optional<Finding> longJournal(PipelineFacts facts) {
    return facts.subtasks().stream()
        .filter(one -> one.entriesSinceBase() >= LONG_ENTRIES)
        .max(Comparator.comparing(SubtaskFacts::entriesSinceBase))
        .map(
            longest ->
                new Finding(
                    Kind.JOURNAL_LONG,
                    "the journal of "
                        + longest.id().name()
                        + " has "
                        + Sizes.count(longest.entriesSinceBase())
                        + " entries since its state was last stored, and grows: a cold start"
                        + " reads all of them",
                    "see why its snapshots fail (cairn checkpoints shows the last one's"
                        + " cause), and raise the function's time-out or memory,"
                        + " or correct the storage"));
  }
}

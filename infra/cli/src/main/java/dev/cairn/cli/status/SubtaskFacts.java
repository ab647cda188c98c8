package dev.cairn.cli.status;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A subtask's journal from its last base on. */
public record SubtaskFacts(SubtaskId id, List<Entry> fromLastBase) {
  public SubtaskFacts {
    fromLastBase = List.copyOf(fromLastBase);
    if (fromLastBase.isEmpty()) {
      throw new IllegalArgumentException(id + " has no journal");
    }
  }

  public Entry.Header head() {
    return fromLastBase.getLast().header();
  }

  public int entriesSinceBase() {
    return fromLastBase.size() - 1;
  }

  /**
   * The journal as the coordinator sees it.
   *
   * @throws IllegalStateException if the journal has no base
   */
  public JournalTail tail() {
    if (!(fromLastBase.getFirst() instanceof Entry.Base base)) {
      throw new IllegalStateException(id + " has a journal without a base");
    }
    return new JournalTail(id, base, fromLastBase.subList(1, fromLastBase.size()));
  }

  /**
   * Returns when a task last wrote, or got records to apply again, according to the kept part of
   * the journal. The coordinator's entries for checkpoints do not show whether a task is at work.
   */
  Optional<Instant> lastWork() {
    return fromLastBase.reversed().stream()
        .filter(
            entry ->
                entry.header().writer() != Entry.Writer.COORDINATOR
                    || entry instanceof Entry.Restored)
        .map(entry -> entry.header().writtenAt())
        .findFirst();
  }

  /**
   * Returns the time of the first entry that no checkpoint holds, according to the kept part of the
   * journal.
   *
   * @param last the last checkpoint that is completed
   */
  Optional<Instant> newSince(Optional<Checkpoint.Completed> last) {
    return fromLastBase.stream()
        .filter(entry -> isNews(entry, last))
        .map(entry -> entry.header().writtenAt())
        .findFirst();
  }

  private static boolean isNews(Entry entry, Optional<Checkpoint.Completed> last) {
    return switch (entry) {
      case Entry.Advanced e -> true;
      case Entry.Materialized e -> true;
      case Entry.Closed closed -> last.filter(one -> holds(one, closed.header())).isEmpty();
      case Entry.Opened e -> false;
      case Entry.Triggered e -> false;
      case Entry.Snapshotted e -> false;
      case Entry.Restored e -> false;
      case Entry.Suspended e -> false;
      case Entry.Resumed e -> false;
      case Entry.Failed e -> false;
      case Entry.Suspected e -> false;
    };
  }

  /**
   * Whether a checkpoint holds a closed subtask's last state. The coordinator acknowledges for it
   * without an entry, so its journal shows only a checkpoint from before.
   */
  private static boolean holds(Checkpoint.Completed checkpoint, Entry.Header closed) {
    return !closed.lastCheckpoint().equals(Optional.of(checkpoint.id()))
        && !closed.writtenAt().isAfter(checkpoint.completedAt());
  }
}

package dev.cairn.cli.status;

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
   */
  Optional<Instant> newSince() {
    return fromLastBase.stream()
        .filter(SubtaskFacts::isNews)
        .map(entry -> entry.header().writtenAt())
        .findFirst();
  }

  private static boolean isNews(Entry entry) {
    return switch (entry) {
      case Entry.Advanced e -> true;
      case Entry.Materialized e -> true;
      case Entry.Closed e -> true;
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
}

package dev.cairn.coordinator.journals;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Restored.Mode;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.PendingTrigger;
import dev.cairn.journal.ShardFailure;
import dev.cairn.state.Payload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A subtask's journal from its last base on, as it was read at one moment. */
public record JournalTail(SubtaskId subtask, Entry.Base base, List<Entry> sinceBase) {

  static Optional<JournalTail> of(SubtaskId subtask, List<Entry> fromLastBase) {
    if (fromLastBase.isEmpty()) {
      return Optional.empty();
    }
    if (!(fromLastBase.getFirst() instanceof Entry.Base base)) {
      throw new IllegalStateException(subtask + " has a journal without a base");
    }
    return Optional.of(
        new JournalTail(subtask, base, telling(fromLastBase.subList(1, fromLastBase.size()))));
  }

  /**
   * Keeps only the last of the entries that only add deltas, because decisions need no other. All
   * deltas of ten thousand journals would not fit into the coordinator's memory.
   */
  private static List<Entry> telling(List<Entry> sinceBase) {
    List<Entry> telling = new ArrayList<>();
    boolean later = false;
    for (Entry entry : sinceBase.reversed()) {
      if (!(entry instanceof Entry.Advanced advanced
          && advanced.delta() instanceof Payload.Inline)) {
        telling.add(entry);
      } else if (!later) {
        later = true;
        telling.add(advanced.withDelta(Payload.NONE));
      }
    }
    return List.copyOf(telling.reversed());
  }

  /** The header of the last entry. */
  public Header head() {
    return sinceBase.isEmpty() ? base.header() : sinceBase.getLast().header();
  }

  /** Whether it is part of the state, unlike one that a restore has put back to before that. */
  public boolean isOpened() {
    return base.mode() != Mode.UNOPENED;
  }

  /**
   * Whether every record of its closed shard is applied. That holds in the epoch of the head only.
   */
  public boolean isClosed() {
    return switch (base.mode()) {
      case CLOSED, ANCESTOR -> true;
      case LIVE, UNOPENED -> false;
    };
  }

  /** The subtasks that it came from by a split or a merge; empty for a root. */
  public List<SubtaskId> parents() {
    return base.origin().parents().stream()
        .map(parent -> new SubtaskId(subtask.job(), subtask.stage(), parent))
        .toList();
  }

  /** Whether the state is unchanged since the base. */
  public boolean isUnchanged() {
    return sinceBase.stream()
        .allMatch(
            entry ->
                entry.header().writer() == Writer.COORDINATOR
                    || entry instanceof Entry.Failed
                    || entry instanceof Entry.Suspected);
  }

  /** Whether the job must write its own files for a state that a restore has put there. */
  public boolean isToBeRewritten() {
    return switch (base) {
      case Entry.Restored restored -> restored.isToBeRewritten(subtask.job());
      // A child has no state file yet, whatever it has taken over.
      case Entry.Opened opened -> !opened.origin().parents().isEmpty();
      case Entry.Snapshotted s -> false;
      case Entry.Materialized m -> false;
      case Entry.Closed c -> false;
    };
  }

  /** Whether a restore has opened the journal and has not yet put the state there. */
  boolean isOpenedForRestore() {
    return base instanceof Entry.Opened && sinceBase.isEmpty() && base.header().suspended();
  }

  /** Whether this checkpoint was triggered or acknowledged since the base. */
  public boolean knows(CheckpointId checkpoint) {
    return wasTriggered(checkpoint)
        || (base instanceof Entry.Snapshotted s && s.checkpoint().equals(checkpoint));
  }

  /** The checkpoints that were triggered since the base. */
  public List<CheckpointId> triggered() {
    return sinceBase.stream()
        .filter(Entry.Triggered.class::isInstance)
        .map(entry -> ((Entry.Triggered) entry).checkpoint())
        .toList();
  }

  /** Whether this checkpoint was triggered since the base. */
  public boolean wasTriggered(CheckpointId checkpoint) {
    return sinceBase.stream()
        .anyMatch(entry -> entry instanceof Entry.Triggered t && t.checkpoint().equals(checkpoint));
  }

  /** Returns the checkpoint that a task would acknowledge if it were invoked now. */
  public Optional<CheckpointId> unacknowledged() {
    return PendingTrigger.in(sinceBase);
  }

  /** Whether an entry after this revision excludes all writers that prepared an entry at it. */
  public boolean movedOnFrom(Revision revision) {
    return overtaking(revision).isPresent();
  }

  /** Returns the first such entry that is still known. */
  public Optional<Entry> overtaking(Revision revision) {
    return Stream.concat(Stream.of(base), sinceBase.stream())
        .filter(entry -> entry.revision().isAfter(revision))
        .filter(entry -> !(entry instanceof Entry.Triggered))
        .findFirst();
  }

  /**
   * Returns since when no record is applied according to the journal: because the job is halted,
   * the shard fails, or a task looks for a record that ends the process. Empty if records are
   * applied.
   */
  public Optional<Instant> blockedSince() {
    Optional<Instant> since = Optional.empty();
    List<Entry> newestFirst =
        Stream.concat(Stream.<Entry>of(base), sinceBase.stream()).toList().reversed();
    for (Entry entry : newestFirst) {
      Header header = entry.header();
      if (header.failing().isPresent()) {
        since = Optional.of(header.failing().get().failures().firstAt());
      } else if (header.suspended() || header.isolation().isPresent()) {
        since = Optional.of(header.writtenAt());
      } else {
        break;
      }
    }
    return since;
  }

  /**
   * Returns a task's report of records that expired before they were applied, if no user has
   * decided on it yet.
   */
  public Optional<String> recordsLost() {
    return reported(reason -> reason == FailureReason.RECORDS_LOST);
  }

  /**
   * Returns a task's report of records that the mapping has passed over, expired or not, if no user
   * has decided on it yet. The shard does not continue where it stands.
   */
  public Optional<String> recordsPassedOver() {
    return reported(FailureReason::isFinal);
  }

  private Optional<String> reported(Predicate<FailureReason> loss) {
    return Stream.concat(Stream.<Entry>of(base), sinceBase.stream()).toList().reversed().stream()
        .takeWhile(entry -> entry.header().suspended() || entry.header().failing().isPresent())
        .flatMap(entry -> entry.header().failing().stream())
        .filter(failing -> loss.test(failing.reason()))
        .map(ShardFailure::message)
        .findFirst();
  }

  /**
   * Whether the coordinator has acknowledged for the subtask since a task last wrote, so that the
   * kept part of the journal does not show when that was.
   */
  public boolean isCarriedForward() {
    return base instanceof Entry.Snapshotted
        && tellsNothingOfRecords(base)
        && sinceBase.stream().allMatch(JournalTail::tellsNothingOfRecords);
  }

  /**
   * Whether an entry would be there although no record can be applied: a wake may store a state.
   */
  private static boolean tellsNothingOfRecords(Entry entry) {
    return entry.header().writer() != Writer.MAPPING && !(entry instanceof Entry.Advanced);
  }

  /** Returns when a task last wrote, according to the kept part of the journal. */
  Instant lastTaskEntry() {
    return sinceBase.reversed().stream()
        .map(Entry::header)
        .filter(header -> header.writer() != Writer.COORDINATOR)
        .map(Header::writtenAt)
        .findFirst()
        .orElse(base.header().writtenAt());
  }
}

package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.ShardFailure;
import java.time.Instant;
import java.util.Optional;

/**
 * A failure names the record after the shard's position. A record is blamed for the end of a
 * process only if it was applied alone, and becomes a dead letter only after two such failures.
 */
final class BlameIsJust implements EntryInvariant {
  private static final String NEVER_RETURNED = "its invocation did not return";

  private final Lineages lineages;

  BlameIsJust(Lineages lineages) {
    this.lineages = lineages;
  }

  /** Whether a dead letter's record was set aside because the processes ended that applied it. */
  static boolean hasEndedProcesses(Entry.DeadLetter letter) {
    return letter.cause().contains(NEVER_RETURNED);
  }

  @Override
  public void check(AuditedEntry audited) {
    switch (audited.entry()) {
      case Entry.Failed failed -> {
        requireNextRecord(audited, failed);
        requireUnreturned(audited, failed);
      }
      case Entry.Advanced advanced ->
          advanced.deadLetters().stream()
              .filter(BlameIsJust::hasEndedProcesses)
              .forEach(letter -> requireSingleRecordAttempt(audited, letter));
      default -> {}
    }
  }

  private void requireNextRecord(AuditedEntry audited, Entry.Failed failed) {
    Optional<SequenceNumber> blamed = failed.header().failing().flatMap(ShardFailure::record);
    Optional<SequenceNumber> next = lineages.next(audited);
    if (blamed.isPresent() && !blamed.equals(next)) {
      throw new Violation(
          Invariants.BLAMED, audited.where() + " names record " + blamed + " instead of " + next);
    }
  }

  private static void requireUnreturned(AuditedEntry audited, Entry.Failed failed) {
    boolean blames =
        failed.header().failing().stream()
            .anyMatch(failing -> failing.reason() == FailureReason.PROCESS_ENDED);
    if (blames && !isUnreturned(audited.before(), failed.header().writtenAt())) {
      throw new Violation(Invariants.BLAMED, audited.where() + " follows " + audited.before());
    }
  }

  private static boolean isUnreturned(Header head, Instant now) {
    return head.isolation().orElse(null) instanceof Isolation.Begun(int records, Instant until)
        && records == 1
        && !now.plus(Auditor.MOST_SKEW).isBefore(until);
  }

  /**
   * The entry with the dead letter may follow a failure of another invocation that does not concern
   * the record.
   */
  private static void requireSingleRecordAttempt(AuditedEntry audited, Entry.DeadLetter letter) {
    Position position = audited.before().position();
    boolean failedBefore =
        audited.journal().entries().reversed().stream()
            .map(Entry::header)
            .takeWhile(header -> header.position().equals(position))
            .flatMap(header -> header.failing().stream())
            .anyMatch(
                failing ->
                    failing.ofReason() >= 2
                        && failing.record().equals(Optional.of(letter.sequenceNumber())));
    if (!failedBefore) {
      throw new Violation(Invariants.BLAMED, audited.where() + " sets aside " + letter);
    }
  }
}

package dev.cairn.simulation.audit;

import dev.cairn.format.Trees;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.journal.Entry;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import java.util.Arrays;
import java.util.Base64;

/** Every dead letter that is counted is stored with its record. */
final class DeadLettersAreStored implements EntryInvariant {
  private final InMemoryStorage storage;
  private final Expectation expectation;
  private final FaultTally tally;

  DeadLettersAreStored(InMemoryStorage storage, Expectation expectation, FaultTally tally) {
    this.storage = storage;
    this.expectation = expectation;
    this.tally = tally;
  }

  @Override
  public void check(AuditedEntry audited) {
    if (audited.entry() instanceof Entry.Advanced advanced) {
      advanced.deadLetters().forEach(letter -> requireStored(audited.subtask(), letter));
    }
  }

  private void requireStored(SubtaskId subtask, Entry.DeadLetter letter) {
    FilePath path = Layout.deadLetter(subtask, letter.record());
    boolean same =
        storage
            .get(path)
            .map(Trees::fromJson)
            .map(file -> Base64.getDecoder().decode(file.text("data")))
            .filter(data -> Arrays.equals(data, expectation.data(subtask.shard(), letter.record())))
            .isPresent();
    if (!same) {
      throw new Violation(Invariants.LETTERS, path + " does not hold record " + letter.record());
    }
    tally.count("dead letter");
  }
}

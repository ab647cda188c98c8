package dev.cairn.simulation.audit;

import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;

/** A shard that was given up is not tried again until its job is resumed or restored. */
final class GivenUpShardsRest implements EntryInvariant {
  @Override
  public void check(AuditedEntry audited) {
    boolean goesOn =
        audited.entry() instanceof Entry.Advanced || audited.entry() instanceof Entry.Failed;
    if (goesOn && audited.before().failing().filter(ShardFailure::hasGivenUp).isPresent()) {
      throw new Violation(
          Invariants.HELD_UP, audited.where() + " follows " + audited.before().failing().get());
    }
  }
}

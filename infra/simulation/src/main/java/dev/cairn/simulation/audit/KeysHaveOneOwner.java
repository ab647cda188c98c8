package dev.cairn.simulation.audit;

import dev.cairn.id.Position;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Restored.Mode;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** No key belongs to two subtasks that apply records in one epoch. */
final class KeysHaveOneOwner implements JobInvariant {
  @Override
  public void check(AuditedJob job) {
    List<AuditedJournal> live =
        job.journals().values().stream()
            .filter(journal -> journal.head().epoch().equals(job.item().epoch()))
            .filter(journal -> !journal.head().suspended())
            .filter(journal -> base(journal).mode() == Mode.LIVE)
            // It has applied everything, and only its entry Closed is missing.
            .filter(journal -> !(journal.head().position() instanceof Position.End))
            .sorted(Comparator.comparing((AuditedJournal one) -> base(one).origin().range().from()))
            .toList();
    Optional<AuditedJournal> last = Optional.empty();
    for (AuditedJournal next : live) {
      if (last.isPresent()
          && base(last.get())
              .origin()
              .range()
              .intersection(base(next).origin().range())
              .isPresent()) {
        throw new Violation(
            Invariants.ONE_OWNER,
            last.get().subtask() + " and " + next.subtask() + " both have keys in common");
      }
      last = Optional.of(next);
    }
  }

  private static Entry.Base base(AuditedJournal journal) {
    return (Entry.Base) journal.fromBase().getFirst();
  }
}

package dev.cairn.simulation.audit;

import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.state.Payload;
import java.time.Instant;
import java.util.Optional;

/** Each entry follows the previous one, and continues from its position. */
final class EntriesChain implements EntryInvariant {
  @Override
  public void check(AuditedEntry audited) {
    Entry entry = audited.entry();
    if (audited.isFirst()) {
      if (!(entry instanceof Entry.Opened || entry instanceof Entry.Closed)) {
        throw violation(audited, " begins a journal");
      }
      return;
    }
    Header before = audited.before();
    Header header = audited.header();
    if (!header.prev().equals(Optional.of(before.id()))) {
      throw violation(audited, " was made after " + header.prev() + " and follows " + before.id());
    }
    boolean moves =
        entry instanceof Entry.Advanced
            || entry instanceof Entry.Restored
            || entry instanceof Entry.Closed;
    if (!moves && !header.position().equals(before.position())) {
      throw violation(audited, " moves the position");
    }
    if (entry instanceof Entry.Advanced advanced
        && !isQuietStep(before, advanced)
        && (!advanced.from().equals(before.position())
            || !before.position().isBefore(header.position()))) {
      throw violation(audited, " goes from " + advanced.from() + " to " + header.position());
    }
    boolean isGivenState = entry instanceof Entry.Restored && audited.isOpenedForRestore();
    // A user may accept that records are missing, of a single shard of a job that runs.
    boolean acceptsGap =
        entry instanceof Entry.Resumed
            && header.epoch().equals(before.epoch())
            && header.following().mayBeMissing();
    if (!isGivenState
        && !acceptsGap
        && entersEpoch(entry) != header.epoch().isAfter(before.epoch())) {
      throw violation(audited, " goes from epoch " + before.epoch() + " to " + header.epoch());
    }
    if (entry instanceof Entry.Opened
        && audited.journal().fromBase().getFirst() instanceof Entry.Base base
        && base.mode() != Entry.Restored.Mode.UNOPENED) {
      throw violation(audited, " opens what is open");
    }
  }

  private static Violation violation(AuditedEntry audited, String what) {
    return new Violation(Invariants.CHAINED, audited.where() + what);
  }

  /**
   * Whether a replay notes that it has read on and found nothing. A coordinator whose list of
   * shards lags may take an open shard for one that the stream has forgotten, and wake it to read
   * it to its end.
   */
  private static boolean isQuietStep(Header before, Entry.Advanced advanced) {
    Header header = advanced.header();
    Optional<Instant> until = header.following().quietUntil();
    return header.position().equals(before.position())
        && advanced.from().equals(before.position())
        && advanced.delta() instanceof Payload.Inline(byte[] delta)
        && delta.length == 0
        && until.isPresent()
        && before.following().quietUntil().map(until.get()::isAfter).orElse(true);
  }

  private static boolean entersEpoch(Entry entry) {
    return entry instanceof Entry.Restored
        || entry instanceof Entry.Suspended
        || entry instanceof Entry.Resumed;
  }
}

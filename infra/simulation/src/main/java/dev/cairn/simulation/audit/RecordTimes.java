package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.state.TimeProgress;
import dev.cairn.storage.FileRef;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Checks record times against what arrived: they grow with the records that are applied, stay as
 * they are while none is, and go back with a restored state.
 */
final class RecordTimes implements EntryInvariant {
  private final Expectation expectation;
  private final Function<FileRef, SubtaskState> stateFile;
  private final FaultTally tally;
  private final Map<SubtaskId, Header> heads = new HashMap<>();
  private final Map<SubtaskId, Map<CheckpointId, Optional<Instant>>> snapshots = new HashMap<>();

  /**
   * @param stateFile reads a state file
   */
  RecordTimes(
      Expectation expectation, Function<FileRef, SubtaskState> stateFile, FaultTally tally) {
    this.expectation = expectation;
    this.stateFile = stateFile;
    this.tally = tally;
  }

  @Override
  public void check(AuditedEntry audited) {
    String where = audited.where();
    SubtaskId subtask = audited.subtask();
    Entry entry = audited.entry();
    Header header = entry.header();
    Optional<Header> before = Optional.ofNullable(heads.put(subtask, header));
    Optional<Instant> expected =
        switch (entry) {
          case Entry.Opened opened -> inherited(subtask, opened);
          case Entry.Advanced advanced -> advanced(subtask, before.orElseThrow(), advanced);
          case Entry.Restored restored -> restored(subtask, restored);
          case Entry.Snapshotted snapshotted -> {
            // A late trigger may lead to a second one, which acknowledges nothing.
            snapshots
                .computeIfAbsent(subtask, s -> new HashMap<>())
                .putIfAbsent(snapshotted.checkpoint(), header.time().recordTime());
            yield stored(where, before.orElseThrow(), snapshotted);
          }
          case Entry.Materialized materialized -> stored(where, before.orElseThrow(), materialized);
          case Entry.Triggered t -> recordTime(before);
          case Entry.Suspended s -> recordTime(before);
          case Entry.Resumed r -> recordTime(before);
          case Entry.Failed f -> recordTime(before);
          case Entry.Suspected s -> recordTime(before);
          case Entry.Closed c -> recordTime(before);
        };
    if (!header.time().recordTime().equals(expected)) {
      throw new Violation(
          Invariants.TIMES,
          where + " has record time " + header.time().recordTime() + " instead of " + expected);
    }
    if (before.isPresent() && !header.format().includes(before.get().format())) {
      throw new Violation(Invariants.TIMES, where + " goes back to format " + header.format());
    }
  }

  /** A child has the latest record time of its parents. */
  private Optional<Instant> inherited(SubtaskId subtask, Entry.Opened opened) {
    if (opened.header().suspended()) {
      // What a restore opens gets its state with the next entry.
      return Optional.empty();
    }
    return opened.origin().parents().stream()
        .map(parent -> new SubtaskId(subtask.job(), subtask.stage(), parent))
        .map(parent -> recordTime(Optional.ofNullable(heads.get(parent))))
        .reduce(Optional.empty(), TimeProgress::later);
  }

  private static Optional<Instant> recordTime(Optional<Header> header) {
    return header.flatMap(one -> one.time().recordTime());
  }

  /** An entry in format 1 has no record time; the count begins with the first one in format 2. */
  private Optional<Instant> advanced(SubtaskId subtask, Header before, Entry.Advanced advanced) {
    Header header = advanced.header();
    if (!header.format().includes(FormatVersion.TWO)) {
      return Optional.empty();
    }
    tally.count("record time");
    return TimeProgress.later(
        before.time().recordTime(),
        expectation.latestArrival(subtask.shard(), before.position(), header.position()));
  }

  /** A snapshot's file has the time of the state, unless an earlier format wrote it. */
  private Optional<Instant> stored(String where, Header before, Entry.Base base) {
    Optional<Instant> recordTime = before.time().recordTime();
    Optional<SubtaskState> file = base.handle().stateFile().map(stateFile);
    if (file.isPresent()
        && file.get().format().includes(FormatVersion.TWO)
        && !file.get().time().recordTime().equals(recordTime)) {
      throw new Violation(
          Invariants.TIMES,
          where + " stores record time " + file.get().time() + " instead of " + recordTime);
    }
    return recordTime;
  }

  private Optional<Instant> restored(SubtaskId subtask, Entry.Restored restored) {
    boolean hasNoState =
        switch (restored.mode()) {
          case LIVE, CLOSED -> false;
          case ANCESTOR, UNOPENED -> true;
        };
    if (hasNoState || !restored.header().format().includes(FormatVersion.TWO)) {
      return Optional.empty();
    }
    Optional<FileRef> file = restored.handle().stateFile();
    if (file.isPresent()) {
      return stateFile.apply(file.get()).time().recordTime();
    }
    // Where a gap was accepted, or state was divided anew, the entry has no file. Of a path that is
    // another's, nothing else tells.
    Optional<Instant> time = restored.header().time().recordTime();
    Optional<Optional<Instant>> own =
        restored
            .checkpoint()
            .flatMap(id -> Optional.ofNullable(snapshots.getOrDefault(subtask, Map.of()).get(id)));
    boolean isAnothers =
        snapshots.values().stream()
            .flatMap(ofSubtask -> ofSubtask.values().stream())
            .anyMatch(time::equals);
    return isAnothers ? time : own.orElse(time);
  }
}

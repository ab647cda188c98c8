package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.state.TimeProgress;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Journal} does. Each test has a job of its own, so that all may share one table.
 */
abstract class JournalContract {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Origin ORIGIN = new Origin(new StartPosition.TrimHorizon(), HashRange.ALL);
  private static final Epoch FIRST = new Epoch(1);

  private final JobId job = new JobId("job-" + UUID.randomUUID());
  private final SubtaskId subtask = subtask("shardId-000000000000");

  abstract Journal journal();

  /** The store of the same table. */
  abstract CheckpointStore checkpoints();

  /**
   * Deletes what has expired at this time, if whoever tests the table can decide that; says
   * whether.
   */
  boolean expire(Instant now) {
    return false;
  }

  @Test
  void aSubtaskThatWasNeverOpenedHasNoEntries() {
    assertThat(journal().after(subtask, new Revision(0))).isEmpty();
    assertThat(journal().fromLastBase(subtask)).isEmpty();
  }

  @Test
  void answersTheEntriesAfterARevisionInOrder() {
    List<Entry> entries =
        List.of(opened(1), advanced(2, 10), triggered(3), snapshotted(4), advanced(5, 10));
    entries.forEach(this::append);

    assertThat(journal().after(subtask, new Revision(0)))
        .extracting(Entry::header)
        .isEqualTo(headers(entries));
    assertThat(journal().after(subtask, new Revision(3)))
        .extracting(Entry::revision)
        .containsExactly(at(4), at(5));
    assertThat(journal().after(subtask, new Revision(5))).isEmpty();
  }

  @Test
  void keepsEveryKindOfEntryAsItWas() {
    List<Entry> bases =
        List.of(
            opened(1),
            snapshotted(2),
            new Entry.Materialized(header(3), ORIGIN, handle(), Channels.EMPTY),
            new Entry.Restored(
                header(4),
                Optional.of(checkpoint(1)),
                Entry.Restored.Mode.UNOPENED,
                ClaimMode.CLAIM,
                Optional.of(checkpoint(7)),
                ORIGIN,
                handle(),
                Channels.EMPTY),
            new Entry.Closed(header(5), ORIGIN, handle(), Channels.EMPTY),
            triggered(6),
            new Entry.Suspended(header(6).suspended(new EntryId("halts"), new Epoch(9), NOW)),
            new Entry.Resumed(header(7).resumed(new EntryId("goes-on"), new Epoch(10), false, NOW)),
            new Entry.Failed(inFormatTwo(9)));
    bases.forEach(this::append);

    assertThat(journal().after(subtask, new Revision(0))).isEqualTo(bases);
  }

  @Test
  void ordersRevisionsAsNumbers() {
    LongStream.rangeClosed(1, 12)
        .forEach(revision -> append(revision == 1 ? opened(1) : advanced(revision, 1)));

    assertThat(journal().after(subtask, new Revision(8)))
        .extracting(Entry::revision)
        .containsExactly(at(9), at(10), at(11), at(12));
  }

  @Test
  void journalsDoNotSeeEachOther() {
    append(opened(1));

    assertThat(journal().after(subtask("shardId-000000000001"), new Revision(0))).isEmpty();
    assertThat(journal().after(subtask("shardId-00000000000"), new Revision(0))).isEmpty();
  }

  @Test
  void answersAllPagesOfALargeJournal() {
    append(opened(1));
    LongStream.rangeClosed(2, 30).forEach(revision -> append(advanced(revision, 60_000)));

    List<Entry> all = journal().after(subtask, new Revision(0));

    assertThat(all).hasSize(30);
    assertThat(all)
        .extracting(entry -> entry.revision().value())
        .isEqualTo(LongStream.rangeClosed(1, 30).boxed().toList());
    assertThat(((Payload.Inline) ((Entry.Advanced) all.get(29)).delta()).bytes()).hasSize(60_000);
  }

  @Test
  void answersFromTheLastBaseOn() {
    List.of(opened(1), advanced(2, 10), snapshotted(3), advanced(4, 10), triggered(5))
        .forEach(this::append);

    assertThat(journal().fromLastBase(subtask))
        .extracting(Entry::revision)
        .containsExactly(at(3), at(4), at(5));
  }

  @Test
  void answersTheHeadAloneIfItIsABase() {
    List.of(opened(1), advanced(2, 10), snapshotted(3)).forEach(this::append);

    assertThat(journal().fromLastBase(subtask)).extracting(Entry::revision).containsExactly(at(3));
  }

  @Test
  void findsTheLastBaseManyEntriesBack() {
    append(opened(1));
    append(snapshotted(2));
    LongStream.rangeClosed(3, 200).forEach(revision -> append(advanced(revision, 10)));

    List<Entry> entries = journal().fromLastBase(subtask);

    assertThat(entries)
        .extracting(entry -> entry.revision().value())
        .isEqualTo(LongStream.rangeClosed(2, 200).boxed().toList());
  }

  @Test
  void findsTheLastBaseManyBytesBack() {
    append(opened(1));
    append(snapshotted(2));
    LongStream.rangeClosed(3, 30).forEach(revision -> append(advanced(revision, 60_000)));

    assertThat(journal().fromLastBase(subtask))
        .extracting(entry -> entry.revision().value())
        .isEqualTo(LongStream.rangeClosed(2, 30).boxed().toList());
  }

  @Test
  void anEntryIsNeverReplaced() {
    append(opened(1));
    Entry first = advanced(2, 10);
    append(first);

    assertThat(journal().append(subtask, advanced(2, 20))).isEqualTo(Append.TAKEN);
    assertThat(journal().after(subtask, at(1)))
        .extracting(Entry::header)
        .containsExactly(first.header());
  }

  @Test
  void theSameEntryAgainIsTakenAndItsIdTellsWhose() {
    append(opened(1));
    Entry entry = advanced(2, 10);
    append(entry);

    assertThat(journal().append(subtask, entry)).isEqualTo(Append.TAKEN);
    assertThat(journal().after(subtask, at(1)).getFirst().header().id())
        .isEqualTo(entry.header().id());
  }

  @Test
  void ofRacingAppendsExactlyOneWins() throws Exception {
    append(opened(1));
    List<Entry> entries =
        Collections.nCopies(Race.RUNNERS, 2L).stream()
            .map(revision -> (Entry) advanced(revision, 10))
            .toList();

    List<Append> outcomes = Race.run(runner -> journal().append(subtask, entries.get(runner)));

    assertThat(outcomes)
        .containsOnlyOnce(Append.APPENDED)
        .containsOnly(Append.APPENDED, Append.TAKEN);
    assertThat(journal().after(subtask, at(1)))
        .extracting(Entry::header)
        .containsExactly(entries.get(outcomes.indexOf(Append.APPENDED)).header());
  }

  @Test
  void appendsAndAcknowledgesTogether() {
    append(opened(1));
    Entry.Snapshotted entry = snapshotted(2);

    assertThat(journal().append(subtask, entry, acknowledged(1))).isEqualTo(Append.APPENDED);
    assertThat(journal().after(subtask, at(1))).containsExactly(entry);
    assertThat(checkpoints().acknowledgements(job, checkpoint(1))).containsExactly(acknowledged(1));
  }

  @Test
  void doesNotAcknowledgeWhenTheRevisionIsTaken() {
    append(opened(1));
    append(advanced(2, 10));

    assertThat(journal().append(subtask, snapshotted(2), acknowledged(1))).isEqualTo(Append.TAKEN);
    assertThat(checkpoints().acknowledgements(job, checkpoint(1))).isEmpty();
  }

  @Test
  void doesNotAppendWhatIsAcknowledgedAlready() {
    append(opened(1));
    Acknowledgement declined =
        new Acknowledgement.Declined(subtask, checkpoint(1), FailureReason.STORAGE, "no room");
    checkpoints().acknowledge(declined);

    assertThat(journal().append(subtask, snapshotted(2), acknowledged(1)))
        .isEqualTo(Append.ACKNOWLEDGED_ALREADY);
    assertThat(journal().after(subtask, at(1))).isEmpty();
    assertThat(checkpoints().acknowledgements(job, checkpoint(1))).containsExactly(declined);
  }

  @Test
  void saysTakenWhenItIsBothTakenAndAcknowledged() {
    append(opened(1));
    journal().append(subtask, snapshotted(2), acknowledged(1));

    assertThat(journal().append(subtask, snapshotted(2), acknowledged(1))).isEqualTo(Append.TAKEN);
  }

  @Test
  void ofRacingSnapshotsOneIsAppendedAndAcknowledged() throws Exception {
    append(opened(1));

    List<Append> outcomes =
        Race.run(runner -> journal().append(subtask, snapshotted(2), acknowledged(1)));

    assertThat(outcomes)
        .containsOnlyOnce(Append.APPENDED)
        .containsOnly(Append.APPENDED, Append.TAKEN);
    assertThat(checkpoints().acknowledgements(job, checkpoint(1))).containsExactly(acknowledged(1));
  }

  @Test
  void opensInTheJobsEpochAndRegisters() {
    createJob();
    SubtaskId other = subtask("shardId-000000000001");

    assertThat(journal().open(other, opened(1))).isEqualTo(Append.APPENDED);
    assertThat(journal().open(subtask, opened(1))).isEqualTo(Append.APPENDED);
    assertThat(checkpoints().subtasks(job)).containsExactly(subtask, other);
    assertThat(journal().fromLastBase(subtask)).hasSize(1);
  }

  @Test
  void opensAgainAfterARestoreWithoutRegisteringTwice() {
    createJob();
    journal().open(subtask, opened(1));

    assertThat(journal().open(subtask, opened(2))).isEqualTo(Append.APPENDED);
    assertThat(checkpoints().subtasks(job)).containsExactly(subtask);
  }

  @Test
  void doesNotOpenInAnotherEpoch() {
    createJob();
    Entry.Opened later = new Entry.Opened(header(1, new Epoch(2)), ORIGIN);

    assertThat(journal().open(subtask, later)).isEqualTo(Append.EPOCH_MOVED);
    assertThat(journal().fromLastBase(subtask)).isEmpty();
    assertThat(checkpoints().subtasks(job)).isEmpty();
  }

  @Test
  void doesNotOpenWithoutAJob() {
    assertThat(journal().open(subtask, opened(1))).isEqualTo(Append.EPOCH_MOVED);
    assertThat(checkpoints().subtasks(job)).isEmpty();
  }

  @Test
  void saysTakenWhenItIsBothOpenedAndInAnotherEpoch() {
    createJob();
    journal().open(subtask, opened(1));

    assertThat(journal().open(subtask, new Entry.Opened(header(1, new Epoch(2)), ORIGIN)))
        .isEqualTo(Append.TAKEN);
  }

  @Test
  void ofRacingOpeningsExactlyOneWins() throws Exception {
    createJob();

    List<Append> outcomes = Race.run(runner -> journal().open(subtask, opened(1)));

    assertThat(outcomes)
        .containsOnlyOnce(Append.APPENDED)
        .containsOnly(Append.APPENDED, Append.TAKEN);
  }

  @Test
  void marksWhatLiesBelowTheBaseOnce() {
    List.of(opened(1), advanced(2, 10), snapshotted(3), advanced(4, 10)).forEach(this::append);

    assertThat(journal().expireBelow(subtask, at(3), NOW.plusSeconds(86_400))).isEqualTo(2);
    assertThat(journal().expireBelow(subtask, at(3), NOW.plusSeconds(90_000))).isZero();
    assertThat(journal().expireBelow(subtask, at(4), NOW.plusSeconds(90_000))).isEqualTo(1);
  }

  @Test
  void whatIsMarkedIsStillReadUntilItGoes() {
    List<Entry> entries = List.of(opened(1), advanced(2, 10), snapshotted(3), advanced(4, 10));
    entries.forEach(this::append);
    journal().expireBelow(subtask, at(3), NOW.plusSeconds(86_400));

    assertThat(journal().after(subtask, new Revision(0)))
        .extracting(Entry::header)
        .isEqualTo(headers(entries));
    if (expire(NOW.plusSeconds(86_400))) {
      assertThat(journal().after(subtask, new Revision(0)))
          .extracting(Entry::revision)
          .containsExactly(at(3), at(4));
      assertThat(journal().fromLastBase(subtask))
          .extracting(Entry::revision)
          .containsExactly(at(3), at(4));
    }
  }

  @Test
  void marksNothingWhereThereIsNothing() {
    assertThat(journal().expireBelow(subtask, at(3), NOW)).isZero();
    assertThat(journal().after(subtask, new Revision(0))).isEmpty();
  }

  @Test
  void marksALargeJournal() {
    append(opened(1));
    LongStream.rangeClosed(2, 25).forEach(revision -> append(advanced(revision, 60_000)));

    assertThat(journal().expireBelow(subtask, at(25), NOW)).isEqualTo(24);
  }

  private void createJob() {
    checkpoints().create(Job.create(job, CheckpointSettings.DEFAULTS));
  }

  private void append(Entry entry) {
    assertThat(journal().append(subtask, entry)).isEqualTo(Append.APPENDED);
  }

  private static List<Entry.Header> headers(List<Entry> entries) {
    return new ArrayList<>(entries.stream().map(Entry::header).toList());
  }

  private SubtaskId subtask(String shard) {
    return new SubtaskId(job, new StageId("delays"), new ShardId(shard));
  }

  private static Revision at(long revision) {
    return new Revision(revision);
  }

  private static CheckpointId checkpoint(long id) {
    return new CheckpointId(id);
  }

  private static Entry.Opened opened(long revision) {
    return new Entry.Opened(header(revision), ORIGIN);
  }

  private static Entry.Advanced advanced(long revision, int bytes) {
    return Entry.Advanced.of(
        header(revision),
        Position.beginning(),
        new Payload.Inline(new byte[bytes]),
        List.of(),
        List.of());
  }

  private static Entry.Triggered triggered(long revision) {
    return Entry.Triggered.of(header(revision), checkpoint(1), Optional.empty());
  }

  private static Entry.Snapshotted snapshotted(long revision) {
    return new Entry.Snapshotted(header(revision), checkpoint(1), ORIGIN, handle(), Channels.EMPTY);
  }

  private Acknowledgement.Acknowledged acknowledged(long checkpoint) {
    return new Acknowledgement.Acknowledged(
        subtask, checkpoint(checkpoint), Optional.of(stateFile()), 300, 20);
  }

  private static StateHandle handle() {
    return new StateHandle(StateHandle.EMPTY.manifest(), Optional.of(stateFile()));
  }

  private static FileRef stateFile() {
    byte[] bytes = {1, 2, 3};
    return new FileRef(
        FilePath.of("job", "chk-1", "delays_shard_2"), bytes.length, Sha256.of(bytes));
  }

  private static Entry.Header header(long revision) {
    return header(revision, FIRST);
  }

  private static Entry.Header inFormatTwo(long revision) {
    Entry.Header plain = header(revision);
    return new Entry.Header(
        plain.revision(),
        plain.id(),
        plain.prev(),
        plain.epoch(),
        Position.within(new SequenceNumber("9"), new SubSequenceNumber(2)),
        plain.frontier(),
        plain.firstApplied(),
        plain.counts(),
        plain.writer(),
        plain.writtenAt(),
        plain.lastCheckpoint(),
        plain.suspended(),
        plain.failing(),
        plain.isolation(),
        plain.following(),
        plain.heapUse(),
        FormatVersion.TWO,
        new TimeProgress(
            Optional.of(NOW), Optional.of(NOW.minusSeconds(5)), Optional.of(NOW.plusSeconds(5))),
        Optional.of(new SubSequenceNumber(1)),
        17,
        Optional.of(Position.after(new SequenceNumber("12"))));
  }

  private static Entry.Header header(long revision, Epoch epoch) {
    return new Entry.Header(
        at(revision),
        new EntryId(UUID.randomUUID().toString()),
        revision == 1 ? Optional.empty() : Optional.of(new EntryId("before")),
        epoch,
        Position.after(new SequenceNumber(Long.toString(revision))),
        Position.after(new SequenceNumber("100")),
        Optional.of(new SequenceNumber("1")),
        new Counts(revision, 0),
        Entry.Writer.MAPPING,
        NOW,
        Optional.empty(),
        false,
        Optional.empty());
  }
}

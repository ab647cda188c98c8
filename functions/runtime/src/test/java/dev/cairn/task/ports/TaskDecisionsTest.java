package dev.cairn.task.ports;

import static dev.cairn.task.ports.TaskDecisions.Outcome.COMMITTED;
import static dev.cairn.task.ports.TaskDecisions.Outcome.LOST;
import static dev.cairn.task.ports.TaskDecisions.Outcome.NOT_THERE;
import static dev.cairn.task.ports.TaskDecisions.Outcome.PREPARE_ANEW;
import static dev.cairn.task.ports.TaskDecisions.Outcome.REBASE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.ShardFailure;
import dev.cairn.restart.FailureHistory;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.KplAggregate;
import dev.cairn.stream.StreamRecord;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.ports.TaskDecisions.Step;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of a situation → what a task decides in it. */
class TaskDecisionsTest {
  private static final TaskDecisions DECISIONS = new TaskDecisions();
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final JobId JOB = new JobId("words");
  private static final EntryId MINE = new EntryId("mine");
  private static final Origin ORIGIN = new Origin(new StartPosition.TrimHorizon(), HashRange.ALL);

  /** The head from which the work began: revision 7 behind record 500, without a gap. */
  private static final Header HEAD = header(7);

  private record Row(String situation, Object decision, Object expected) {
    @Override
    public String toString() {
      return situation + " → " + expected;
    }
  }

  private static Row row(String situation, Object decision, Object expected) {
    return new Row(situation, decision, expected);
  }

  @ParameterizedTest
  @MethodSource({
    "outcomesOfAnAppend",
    "placesOfAFailure",
    "applying",
    "opening",
    "stepsOfASearch",
    "triggers",
    "slowSnapshots",
    "shortJournals",
    "entriesThatContinue",
    "records",
    "files"
  })
  void decides(Row row) {
    assertThat(row.decision).isEqualTo(row.expected);
  }

  // ---------------------------------------------------------------- the journal

  static Stream<Row> outcomesOfAnAppend() {
    Entry trigger = triggered(8);
    return Stream.of(
        outcome("nothing was appended", NOT_THERE),
        outcome("the own entry is there", COMMITTED, own(8)),
        outcome("the own entry is there, and others follow it", COMMITTED, own(8), advanced(9)),
        outcome("a trigger", REBASE, trigger),
        outcome("two triggers", REBASE, trigger, triggered(9)),
        outcome("a snapshot of the state", PREPARE_ANEW, snapshotted(8)),
        outcome("a trigger and its snapshot", PREPARE_ANEW, trigger, snapshotted(9)),
        outcome("a snapshot and a trigger", PREPARE_ANEW, snapshotted(8), triggered(9)),
        outcome("the state was stored anew", PREPARE_ANEW, materialized(8)),
        outcome("a suspicion", PREPARE_ANEW, suspected(8)),
        outcome("a failure that is tried again", PREPARE_ANEW, failed(8, false)),
        outcome("a failure that was given up", LOST, failed(8, true)),
        outcome("another container applied records", LOST, advanced(8)),
        outcome("a trigger, then another container's records", LOST, trigger, advanced(9)),
        outcome("another container opened the journal", LOST, opened(8)),
        outcome("a restore", LOST, restored(8)),
        outcome("a halt", LOST, new Entry.Suspended(header(8))),
        outcome("a halt and a resume", LOST, new Entry.Suspended(header(8)), resumed(9)),
        outcome("a resume", LOST, resumed(8)),
        outcome("the shard was closed", LOST, closed(8)));
  }

  private static Row outcome(String found, TaskDecisions.Outcome expected, Entry... entries) {
    return row("append: " + found, DECISIONS.outcome(MINE, List.of(entries)), expected);
  }

  static Stream<Row> placesOfAFailure() {
    return Stream.of(
        failure("nothing happened since", Optional.of(7)),
        failure("a trigger since", Optional.of(8), triggered(8)),
        failure("a trigger and a snapshot since", Optional.of(9), triggered(8), snapshotted(9)),
        failure("a suspicion since", Optional.of(8), suspected(8)),
        failure("someone has gone on", Optional.empty(), advanced(8)),
        failure("a trigger, and someone has gone on", Optional.empty(), triggered(8), advanced(9)),
        failure("someone has recorded a failure", Optional.empty(), failed(8, false)),
        failure("a restore since", Optional.empty(), restored(8)),
        failure("an entry is missing", Optional.empty(), triggered(9)));
  }

  private static Row failure(String since, Optional<Integer> revision, Entry... entries) {
    return row(
        "failure: " + since,
        DECISIONS.failsAt(HEAD, List.of(entries)).map(Header::revision),
        revision.map(Revision::new));
  }

  static Stream<Row> entriesThatContinue() {
    Entry stranger = madeAfter(new EntryId("other"), header(8));
    Entry late = madeAfter(HEAD.id(), header(9));
    return Stream.of(
        row("continue: no entry", DECISIONS.continues(HEAD, List.of()), true),
        row("continue: the next one", DECISIONS.continues(HEAD, List.of(triggered(8))), true),
        row(
            "continue: the next two",
            DECISIONS.continues(HEAD, List.of(triggered(8), advanced(9))),
            true),
        row("continue: one is missing", DECISIONS.continues(HEAD, List.of(triggered(9))), false),
        row(
            "continue: one in between is missing",
            DECISIONS.continues(HEAD, List.of(triggered(8), advanced(10))),
            false),
        row("continue: made after another", DECISIONS.continues(HEAD, List.of(stranger)), false),
        row(
            "continue: made after it, and too late",
            DECISIONS.continues(HEAD, List.of(late)),
            false),
        row(
            "made after: the entry that it names",
            DECISIONS.isMadeAfter(HEAD.id(), header(8)),
            true),
        row("made after: another entry", DECISIONS.isMadeAfter(MINE, header(8)), false),
        row("made after: none is named", DECISIONS.isMadeAfter(HEAD.id(), header(1)), false));
  }

  static Stream<Row> shortJournals() {
    return Stream.concat(
        Stream.of(
            row(
                "of 1,400 lengths, with 200 allowed, a base is tried at",
                IntStream.range(0, 1_400).filter(n -> DECISIONS.isLong(n, 200)).boxed().toList(),
                List.of(200, 201, 202, 400, 401, 402, 800, 801, 802, 1200, 1201, 1202))),
        Stream.of(
            row("changes below the limit", DECISIONS.isLarge(3_999, 4_000, 0), false),
            row("changes at the limit", DECISIONS.isLarge(4_000, 4_000, 3_000), true),
            row("changes passed the limit lately", DECISIONS.isLarge(7_000, 4_000, 3_999), true),
            row("changes passed it long ago", DECISIONS.isLarge(7_000, 4_000, 4_000), false),
            row("changes passed twice the limit", DECISIONS.isLarge(9_000, 4_000, 7_999), true),
            row("changes passed it thrice", DECISIONS.isLarge(13_000, 4_000, 11_000), false),
            row("changes passed it four times", DECISIONS.isLarge(16_000, 4_000, 15_000), true),
            row("changes passed it six times", DECISIONS.isLarge(24_000, 4_000, 23_000), true)));
  }

  // ---------------------------------------------------------------- the shard

  static Stream<Row> applying() {
    FailureHistory waiting = new FailureHistory(2, NOON, NOON, Duration.ofSeconds(10), List.of());
    Header failing = HEAD.with(new ShardFailure(FailureReason.USER_CODE, "no", waiting, false));
    Header givenUp = HEAD.with(new ShardFailure(FailureReason.USER_CODE, "no", waiting, true));
    return Stream.of(
        row("apply: healthy", DECISIONS.mayApply(HEAD, NOON), true),
        row("apply: while the job halts", DECISIONS.mayApply(HEAD.halted(), NOON), false),
        row(
            "apply: before it is time for the next attempt",
            DECISIONS.mayApply(failing, NOON.plusSeconds(9)),
            false),
        row(
            "apply: when it is time for the next attempt",
            DECISIONS.mayApply(failing, NOON.plusSeconds(10)),
            true),
        row("apply: given up", DECISIONS.mayApply(givenUp, NOON.plus(Duration.ofDays(1))), false),
        row("suspended: a running shard", DECISIONS.isSuspended(HEAD), false),
        row("suspended: a halted one", DECISIONS.isSuspended(HEAD.halted()), true),
        row("records of the mapping: no gap", DECISIONS.isReplayed(HEAD), true),
        row("records of the mapping: behind a gap", DECISIONS.isReplayed(behindAGap()), false));
  }

  static Stream<Row> opening() {
    Restoration restoration = Restoration.of(new CheckpointId(1));
    Job job = Job.create(JOB, CheckpointSettings.DEFAULTS, FormatVersion.OLDEST);
    HashRange lower = new HashRange(hash(0), hash(99));
    HashRange upper = new HashRange(hash(100), hash(199));
    return Stream.of(
        open(new JobStatus.Running(), true),
        open(new JobStatus.Replaying(restoration), true),
        open(new JobStatus.Resuming(), true),
        open(new JobStatus.Restoring(restoration), false),
        open(new JobStatus.Suspending(new Halt.Cancelled(false)), false),
        open(new JobStatus.Halted(new Halt.Cancelled(false)), false),
        row("state elsewhere: the same keys", mayHold(Optional.of(lower), lower), true),
        row("state elsewhere: one key in common", mayHold(Optional.of(HashRange.ALL), upper), true),
        row("state elsewhere: other keys", mayHold(Optional.of(lower), upper), false),
        row("state elsewhere: unknown keys", mayHold(Optional.empty(), upper), true),
        row("format of a new journal", DECISIONS.format(job), FormatVersion.OLDEST));
  }

  private static Row open(JobStatus status, boolean expected) {
    return row("open: a job that is " + status.label(), DECISIONS.mayOpen(status), expected);
  }

  private static boolean mayHold(Optional<HashRange> held, HashRange opened) {
    return DECISIONS.mayHold(held, opened);
  }

  static Stream<Row> stepsOfASearch() {
    Isolation suspicion = new Isolation.Suspicion();
    return Stream.of(
        step("a suspicion, one record waits", suspicion, 1, new Step.Begin(1)),
        step("a suspicion, two wait", suspicion, 2, new Step.Begin(1)),
        step("a suspicion, nine wait", suspicion, 9, new Step.Begin(5)),
        step("steps of four, nine wait", new Isolation.Steps(4), 9, new Step.Begin(4)),
        step("steps of four, two wait", new Isolation.Steps(4), 2, new Step.Begin(2)),
        step("eight did not come back", begun(8, 0), 20, new Step.Begin(4)),
        step("eight did not come back, three wait", begun(8, 0), 3, new Step.Begin(3)),
        step("three are still at work", begun(3, 60), 20, new Step.Begin(1)),
        step("one is still at work", begun(1, 1), 20, new Step.Wait()),
        step("one must have ended by now", begun(1, 0), 20, new Step.Blame()),
        step("one ended long ago", begun(1, -60), 20, new Step.Blame()));
  }

  private static Row step(String situation, Isolation isolation, int waiting, Step expected) {
    return row("search: " + situation, DECISIONS.step(isolation, waiting, NOON), expected);
  }

  private static Isolation begun(int records, int secondsLeft) {
    return new Isolation.Begun(records, NOON.plusSeconds(secondsLeft));
  }

  // ---------------------------------------------------------------- checkpoints

  static Stream<Row> triggers() {
    Entry.Triggered trigger = triggered(8);
    return Stream.of(
        over("pending", Optional.of(pending(1)), false),
        over("pending in another epoch", Optional.of(pending(2)), true),
        over("aborted", Optional.of(aborted()), true),
        over("completed", Optional.of(completed()), true),
        over("deleted", Optional.empty(), true),
        row(
            "look it up: a prompt trigger, all were answered",
            DECISIONS.mayHaveEnded(trigger, 0, NOON.plusSeconds(10)),
            false),
        row(
            "look it up: an old trigger",
            DECISIONS.mayHaveEnded(trigger, 0, NOON.plusSeconds(10).plusMillis(1)),
            true),
        row(
            "look it up: the one before has no snapshot",
            DECISIONS.mayHaveEnded(trigger, 1, NOON),
            true));
  }

  private static Row over(String checkpoint, Optional<Checkpoint> found, boolean expected) {
    return row(
        "a trigger whose checkpoint is " + checkpoint,
        DECISIONS.isOver(triggered(8), found),
        expected);
  }

  static Stream<Row> slowSnapshots() {
    return Stream.of(
        row(
            "of 40 triggers without a snapshot, tried are",
            IntStream.range(0, 40).filter(DECISIONS::triesSlowSnapshot).boxed().toList(),
            List.of(0, 1, 2, 4, 8, 16, 24, 32)));
  }

  // ---------------------------------------------------------------- the stream and the storage

  static Stream<Row> records() {
    SequenceNumber required = number("500");
    Duration day = Duration.ofHours(24);
    Duration hour = Duration.ofHours(1);
    return Stream.of(
        row("admit: the next record", DECISIONS.admits(after("500"), plain("501")), true),
        row("admit: the last applied one", DECISIONS.admits(after("500"), plain("500")), false),
        row("admit: an earlier one", DECISIONS.admits(after("500"), plain("499")), false),
        row("admit: the first of all", DECISIONS.admits(Position.beginning(), plain("1")), true),
        row(
            "admit: the next part of an aggregate",
            DECISIONS.admits(within("500", 3), part(4)),
            true),
        row("admit: the last applied part", DECISIONS.admits(within("500", 3), part(3)), false),
        row("admit: an earlier part", DECISIONS.admits(within("500", 3), part(2)), false),
        row(
            "admit: a part of an applied aggregate",
            DECISIONS.admits(after("500"), part(9)),
            false),
        row("admit: the first part of all", DECISIONS.admits(Position.beginning(), part(0)), true),
        row("replay: the record itself", DECISIONS.resumesAt(required, record("500")), true),
        row("replay: a later one is left", DECISIONS.resumesAt(required, record("501")), false),
        row("replay: it is retained", DECISIONS.isRetained(required, record("500")), true),
        row("replay: it has expired", DECISIONS.isRetained(required, record("501")), false),
        row("a batch from that record", DECISIONS.beginsBeyond(required, record("500")), false),
        row("a batch from before it", DECISIONS.beginsBeyond(required, record("499")), false),
        row("a batch from after it", DECISIONS.beginsBeyond(required, record("501")), true),
        row(
            "a batch continues behind the position's record",
            DECISIONS.leavesRecordsOut(after("500"), plain("500"), plain("501")),
            false),
        row(
            "a batch lacks the position's record",
            DECISIONS.leavesRecordsOut(after("500"), plain("499"), plain("501")),
            true),
        row(
            "a batch continues within the position's aggregate",
            DECISIONS.leavesRecordsOut(within("500", 3), part(3), part(4)),
            false),
        row(
            "a batch lacks the position's aggregate",
            DECISIONS.leavesRecordsOut(within("500", 3), plain("499"), plain("501")),
            true),
        row(
            "a batch has records before the first to be applied",
            DECISIONS.leavesRecordsOut(Position.before(required), plain("498"), plain("501")),
            false),
        row(
            "expiry: just outside the margin",
            DECISIONS.isNearlyExpired(day.minus(hour).minusSeconds(1), day, hour),
            false),
        row("expiry: at the margin", DECISIONS.isNearlyExpired(day.minus(hour), day, hour), true),
        row(
            "expiry: a margin above a tenth is a tenth",
            DECISIONS.isNearlyExpired(
                Duration.ofHours(20), Duration.ofHours(24), hour.multipliedBy(5)),
            false),
        row(
            "expiry: within that tenth",
            DECISIONS.isNearlyExpired(
                Duration.ofHours(22), Duration.ofHours(24), hour.multipliedBy(5)),
            true));
  }

  static Stream<Row> files() {
    byte[] written = {1, 2, 3};
    FileRef file = new FileRef(FilePath.of("words", "x"), 3, Sha256.of(written));
    FileRef longer = new FileRef(file.path(), 4, file.sha256());
    return Stream.of(
        row("file: as it was written", DECISIONS.isIntact(file, written.clone()), true),
        row("file: a byte is another", DECISIONS.isIntact(file, new byte[] {1, 2, 4}), false),
        row("file: of another size", DECISIONS.isIntact(longer, written), false),
        row("file: cut off", DECISIONS.isIntact(file, new byte[] {1, 2}), false));
  }

  // ---------------------------------------------------------------- samples

  private static Header header(long revision) {
    return new Header(
        new Revision(revision),
        new EntryId("e" + revision),
        revision == 1 ? Optional.empty() : Optional.of(new EntryId("e" + (revision - 1))),
        new Epoch(1),
        after("500"),
        after("500"),
        Optional.of(number("1")),
        Counts.NONE,
        Writer.MAPPING,
        NOON,
        Optional.empty(),
        false,
        Optional.empty());
  }

  private static Header behindAGap() {
    Header head = header(7);
    return new Header(
        head.revision(),
        head.id(),
        head.prev(),
        head.epoch(),
        head.position(),
        after("501"),
        head.firstApplied(),
        head.counts(),
        head.writer(),
        head.writtenAt(),
        head.lastCheckpoint(),
        head.suspended(),
        head.failing());
  }

  private static KeyHash hash(long value) {
    return new KeyHash(0, value);
  }

  private static Position after(String record) {
    return Position.after(number(record));
  }

  private static SequenceNumber number(String digits) {
    return new SequenceNumber(digits);
  }

  private static UserRecord plain(String number) {
    return new UserRecord.Plain(record(number));
  }

  /** One of ten parts of record 500. */
  private static UserRecord part(int place) {
    KplAggregate.Item item =
        new KplAggregate.Item("k", Optional.empty(), ByteBuffer.wrap(new byte[0]));
    return new UserRecord.Part(record("500"), new SubSequenceNumber(place), place == 9, item);
  }

  private static Position within(String number, int place) {
    return Position.within(number(number), new SubSequenceNumber(place));
  }

  private static StreamRecord record(String digits) {
    return new StreamRecord("key", number(digits), new byte[0], NOON);
  }

  private static Entry own(long revision) {
    Header next = header(revision - 1).next(MINE, Writer.MAPPING, NOON);
    return Entry.Advanced.of(next, after("499"), Payload.NONE, List.of(), List.of());
  }

  private static Entry advanced(long revision) {
    return Entry.Advanced.of(header(revision), after("499"), Payload.NONE, List.of(), List.of());
  }

  private static Entry.Triggered triggered(long revision) {
    return Entry.Triggered.of(header(revision), new CheckpointId(1), Optional.empty());
  }

  /** A trigger that names this entry as the one before. */
  private static Entry madeAfter(EntryId previous, Header header) {
    Header other =
        new Header(
            header.revision(),
            header.id(),
            Optional.of(previous),
            header.epoch(),
            header.position(),
            header.frontier(),
            header.firstApplied(),
            header.counts(),
            header.writer(),
            header.writtenAt(),
            header.lastCheckpoint(),
            header.suspended(),
            header.failing());
    return Entry.Triggered.of(other, new CheckpointId(1), Optional.empty());
  }

  private static Entry snapshotted(long revision) {
    return new Entry.Snapshotted(
        header(revision), new CheckpointId(1), ORIGIN, StateHandle.EMPTY, Channels.EMPTY);
  }

  private static Entry materialized(long revision) {
    return new Entry.Materialized(header(revision), ORIGIN, StateHandle.EMPTY, Channels.EMPTY);
  }

  private static Entry opened(long revision) {
    return new Entry.Opened(header(revision), ORIGIN);
  }

  private static Entry closed(long revision) {
    return new Entry.Closed(header(revision), ORIGIN, StateHandle.EMPTY, Channels.EMPTY);
  }

  private static Entry resumed(long revision) {
    return new Entry.Resumed(header(revision));
  }

  private static Entry suspected(long revision) {
    return new Entry.Suspected(header(revision).with(Optional.of(new Isolation.Suspicion())));
  }

  private static Entry failed(long revision, boolean hasGivenUp) {
    FailureHistory failures = new FailureHistory(1, NOON, NOON, Duration.ofSeconds(1), List.of());
    return new Entry.Failed(
        header(revision)
            .with(new ShardFailure(FailureReason.USER_CODE, "no", failures, hasGivenUp)));
  }

  private static Entry restored(long revision) {
    return new Entry.Restored(
        header(revision),
        Optional.of(new CheckpointId(1)),
        Entry.Restored.Mode.LIVE,
        ClaimMode.NO_CLAIM,
        Optional.empty(),
        ORIGIN,
        StateHandle.EMPTY,
        Channels.EMPTY);
  }

  private static Checkpoint.Triggering triggering(long epoch) {
    return new Checkpoint.Triggering(
        JOB, new CheckpointId(1), new Epoch(epoch), NOON, ExpectedSubtasks.of(new TreeSet<>()));
  }

  private static Checkpoint pending(long epoch) {
    return new Checkpoint.Pending(triggering(epoch), new TreeSet<>());
  }

  private static Checkpoint aborted() {
    return new Checkpoint.Aborted(
        triggering(1), NOON, Failure.of(FailureReason.EXPIRED, "no acknowledgement"));
  }

  private static Checkpoint completed() {
    FileRef metadata = new FileRef(FilePath.of("words", "x"), 0, Sha256.of(new byte[0]));
    return new Checkpoint.Completed(triggering(1), NOON, metadata, 0, 0);
  }
}

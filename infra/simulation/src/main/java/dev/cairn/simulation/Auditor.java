package dev.cairn.simulation;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.format.Trees;
import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryLine.Kind;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.EntryFormat;
import dev.cairn.journal.Failing;
import dev.cairn.journal.Isolation;
import dev.cairn.local.kinesis.LocalStream;
import dev.cairn.local.memory.InMemoryStorage;
import dev.cairn.local.memory.InMemoryTable;
import dev.cairn.local.memory.InMemoryTable.StoredEntry;
import dev.cairn.simulation.Expectation.Expected;
import dev.cairn.simulation.Expectation.Fold;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.Deltas;
import dev.cairn.state.Manifest;
import dev.cairn.state.Payload;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateHandle;
import dev.cairn.state.StateKey;
import dev.cairn.storage.CheckpointStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Checks the invariants after every step, from what is stored alone: it reads the table and the
 * files as they are, and has its own reading of what they mean.
 */
final class Auditor {
  private static final String NEVER_RETURNED = "did not come back";
  // Between the clocks of two containers.
  private static final Duration MOST_SKEW = Duration.ofSeconds(4);

  private final InMemoryTable table;
  private final InMemoryStorage storage;
  private final Expectation expectation;
  private final JobId job;
  private final Tally tally;
  private final Function<ShardId, Position> cursor;
  private final LocalStream stream;
  private final Map<SubtaskId, Audited> subtasks = new TreeMap<>();
  private final Set<CheckpointId> completed = new HashSet<>();
  private final Set<CheckpointId> ended = new HashSet<>();
  private Optional<CheckpointId> latest = Optional.empty();
  // The epoch in which the job replays, if it does.
  private Optional<Epoch> replaying = Optional.empty();
  private long seen = -1;
  private Set<FilePath> referred = Set.of();
  private long referredAt = -1;
  private Optional<Violation> atDeletion = Optional.empty();
  // What files with these hashes hold: read once, since after each deletion all of it is asked for.
  private final Map<FileRef, CheckpointMetadata> metadataFiles = new HashMap<>();
  private final Map<FileRef, SubtaskState> stateFiles = new HashMap<>();
  private final SharedFilesAudit shared;
  private final RecordTimes times;
  private final Lineages lineages;

  /** A journal as it was read so far, and the state that it makes. */
  private static final class Audited {
    private final List<Entry> entries = new ArrayList<>();
    private SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    private int base;

    Header head() {
      return entries.getLast().header();
    }

    int lastBase() {
      for (int i = entries.size() - 1; i >= 0; i--) {
        if (entries.get(i) instanceof Entry.Base) {
          return i + 1;
        }
      }
      return 0;
    }
  }

  /**
   * @param cursor how far the mapping believes a shard to be done
   * @param stream asked for its shards, and for what it still keeps
   */
  Auditor(
      InMemoryTable table,
      InMemoryStorage storage,
      Expectation expectation,
      JobId job,
      Tally tally,
      Function<ShardId, Position> cursor,
      LocalStream stream) {
    this.table = table;
    this.storage = storage;
    this.expectation = expectation;
    this.job = job;
    this.tally = tally;
    this.cursor = cursor;
    this.stream = stream;
    this.lineages = new Lineages(expectation, stream, tally);
    this.times = new RecordTimes(expectation, this::state, tally);
    this.shared = new SharedFilesAudit(table, storage, job, tally);
  }

  void check() {
    if (atDeletion.isPresent()) {
      throw atDeletion.get();
    }
    if (table.modifications() != seen) {
      seen = table.modifications();
      lineages.note(table.job(job).orElseThrow());
      table.subtasks(job).forEach(this::checkJournal);
      checkCheckpoints();
      shared.check();
    }
    checkCursors();
  }

  private void checkJournal(SubtaskId subtask) {
    Audited audited = subtasks.computeIfAbsent(subtask, s -> new Audited());
    List<StoredEntry> stored = table.storedFrom(subtask, new Revision(audited.base));
    for (StoredEntry item : stored) {
      long revision = item.entry().revision().value();
      int known = audited.entries.size();
      if (revision <= known) {
        if (audited.entries.get((int) revision - 1) != item.entry()) {
          throw new Violation(
              Invariants.GAPLESS, subtask + " revision " + revision + " was rewritten");
        }
      } else if (revision != known + 1) {
        throw new Violation(
            Invariants.GAPLESS, subtask + " has revision " + revision + " after " + known);
      } else {
        checkEntry(subtask, audited, item.entry());
        audited.entries.add(item.entry());
      }
    }
    if (stored.size() != audited.entries.size() - Math.max(0, audited.base - 1)) {
      throw new Violation(
          Invariants.GAPLESS, subtask + " has lost an entry at or above its base " + audited.base);
    }
    audited.base = audited.lastBase();
  }

  private void checkEntry(SubtaskId subtask, Audited audited, Entry entry) {
    String where =
        subtask.shard() + " revision " + entry.revision() + " (" + EntryFormat.kind(entry) + ")";
    Header header = entry.header();
    if (audited.entries.isEmpty()) {
      if (!(entry instanceof Entry.Opened)) {
        throw new Violation(Invariants.CHAINED, where + " begins a journal");
      }
    } else {
      checkChain(where, audited.head(), entry);
    }
    count(audited, entry);
    checkpointOf(entry).ifPresent(id -> requireEpoch(where, id, header));
    switch (entry) {
      case Entry.Opened opened -> {
        audited.cells = new TreeMap<>();
        lineages.opened(subtask, header.epoch());
      }
      case Entry.Advanced advanced -> {
        checkQuiet(where, subtask.shard(), header);
        loseWhatIsAccepted(subtask, audited.head(), header);
        delta(advanced).forEach(change -> apply(audited.cells, change));
        advanced.deadLetters().forEach(letter -> requireStored(subtask, letter));
        for (Entry.DeadLetter letter : advanced.deadLetters()) {
          if (letter.cause().contains(NEVER_RETURNED)) {
            requireTriedAlone(where, audited.entries, letter);
            lineages.of(subtask, header.epoch()).setAside(letter.sequenceNumber());
          }
        }
      }
      case Entry.Triggered t -> {}
      case Entry.Snapshotted base -> checkSnapshot(where, audited, base);
      case Entry.Materialized base -> checkSnapshot(where, audited, base);
      case Entry.Restored restored -> {
        audited.cells = read(restored.handle());
        lineages.restored(where, subtask, header, isOpenedForRestore(audited.head(), header));
      }
      case Entry.Suspended s -> {}
      case Entry.Resumed r -> {}
      case Entry.Failed failed -> {
        requireNextRecord(where, subtask, audited.head(), failed);
        requireUnreturned(where, audited.head(), failed);
      }
      case Entry.Suspected s -> {}
      case Entry.Closed c ->
          throw new Violation(Invariants.CHAINED, where + " closes an open shard");
    }
    times.check(where, subtask, entry);
    Expected expected = lineages.of(subtask, header.epoch()).at(header.position());
    requireSame(
        Invariants.FOLD, where + " at " + header.position(), expected.cells(), audited.cells);
    if (!expected.counts().equals(header.counts())) {
      throw new Violation(
          Invariants.FOLD,
          where + " counts " + header.counts() + " instead of " + expected.counts());
    }
  }

  private void requireNextRecord(
      String where, SubtaskId subtask, Header before, Entry.Failed failed) {
    Optional<SequenceNumber> blamed = failed.header().failing().flatMap(Failing::record);
    Position position = failed.header().position();
    Optional<SequenceNumber> next =
        mayPassOver(before)
            ? stream.after(subtask.shard(), position, 1).stream()
                .map(StreamRecord::sequenceNumber)
                .findFirst()
            : expectation.first(subtask.shard(), position);
    if (blamed.isPresent() && !blamed.equals(next)) {
      throw new Violation(
          Invariants.BLAMED, where + " names record " + blamed + " instead of " + next);
    }
  }

  /** A record is blamed only if it was begun on its own, and its invocation must have ended. */
  private static void requireUnreturned(String where, Header before, Entry.Failed failed) {
    boolean blames =
        failed.header().failing().stream()
            .anyMatch(failing -> failing.reason() == FailureReason.PROCESS_ENDED);
    if (blames && !isUnreturned(before, failed.header().writtenAt())) {
      throw new Violation(Invariants.BLAMED, where + " follows " + before);
    }
  }

  /**
   * A record is set aside only after two failures on its own. The entry that sets it aside may
   * follow a failure of another invocation, which says nothing of the record.
   */
  private static void requireTriedAlone(String where, List<Entry> before, Entry.DeadLetter letter) {
    Position position = before.getLast().header().position();
    boolean failedBefore =
        before.reversed().stream()
            .map(Entry::header)
            .takeWhile(header -> header.position().equals(position))
            .flatMap(header -> header.failing().stream())
            .anyMatch(
                failing ->
                    failing.ofReason() >= 2
                        && failing.record().equals(Optional.of(letter.sequenceNumber())));
    if (!failedBefore) {
      throw new Violation(Invariants.BLAMED, where + " sets aside " + letter);
    }
  }

  private static boolean isUnreturned(Header head, Instant now) {
    return head.isolation().orElse(null) instanceof Isolation.Begun(int records, Instant until)
        && records == 1
        && !now.plus(MOST_SKEW).isBefore(until);
  }

  private void requireStored(SubtaskId subtask, Entry.DeadLetter letter) {
    FilePath path = Layout.deadLetter(subtask, letter.sequenceNumber());
    boolean same =
        storage
            .get(path)
            .map(Trees::fromJson)
            .map(file -> Base64.getDecoder().decode(file.text("data")))
            .filter(
                data ->
                    Arrays.equals(data, expectation.data(subtask.shard(), letter.sequenceNumber())))
            .isPresent();
    if (!same) {
      throw new Violation(
          Invariants.LETTERS, path + " does not hold record " + letter.sequenceNumber());
    }
    tally.count("dead letter");
  }

  /** Whether the last completed checkpoint holds every subtask's state as it is now. */
  boolean isCovered() {
    Job item = table.job(job).orElseThrow();
    return item.latest().isPresent()
        && subtasks.keySet().stream()
            .allMatch(subtask -> isCovered(item.latest().get(), table.fromLastBase(subtask)));
  }

  private static boolean isCovered(CheckpointId latest, List<Entry> tail) {
    return tail.getFirst() instanceof Entry.Snapshotted base
        && base.checkpoint().equals(latest)
        && tail.stream()
            .skip(1)
            .allMatch(
                entry ->
                    entry instanceof Entry.Triggered
                        || entry instanceof Entry.Failed
                        || entry instanceof Entry.Suspected);
  }

  private static Optional<CheckpointId> checkpointOf(Entry entry) {
    return switch (entry) {
      case Entry.Triggered triggered -> Optional.of(triggered.checkpoint());
      case Entry.Snapshotted snapshotted -> Optional.of(snapshotted.checkpoint());
      default -> Optional.empty();
    };
  }

  private void requireEpoch(String where, CheckpointId id, Header header) {
    Optional<Checkpoint> checkpoint = table.checkpoint(job, id);
    if (checkpoint.isPresent() && !checkpoint.get().trigger().epoch().equals(header.epoch())) {
      throw new Violation(
          Invariants.TRIGGERS,
          where
              + " of epoch "
              + header.epoch()
              + " is for checkpoint "
              + id
              + " of epoch "
              + checkpoint.get().trigger().epoch());
    }
  }

  private static void checkChain(String where, Header before, Entry entry) {
    Header header = entry.header();
    if (!header.prev().equals(Optional.of(before.id()))) {
      throw new Violation(
          Invariants.CHAINED,
          where + " was made after " + header.prev() + " and follows " + before.id());
    }
    if (before.epoch().isAfter(header.epoch())
        || header.frontier().isBefore(Position.max(before.frontier(), before.position()))
        || header.frontier().isBefore(header.position())) {
      throw new Violation(Invariants.FRONTIER, where + ": " + header + " follows " + before);
    }
    boolean moves = entry instanceof Entry.Advanced || entry instanceof Entry.Restored;
    if (!moves && !header.position().equals(before.position())) {
      throw new Violation(Invariants.CHAINED, where + " moves the position");
    }
    if (entry instanceof Entry.Advanced advanced
        && !isQuietStep(before, advanced)
        && (!advanced.from().equals(before.position())
            || !before.position().isBefore(header.position()))) {
      throw new Violation(
          Invariants.CHAINED, where + " goes from " + advanced.from() + " to " + header.position());
    }
    boolean isGivenState = entry instanceof Entry.Restored && isOpenedForRestore(before, header);
    if (!isGivenState && entersEpoch(entry) != header.epoch().isAfter(before.epoch())) {
      throw new Violation(
          Invariants.CHAINED,
          where + " goes from epoch " + before.epoch() + " to " + header.epoch());
    }
    if (header.failing().filter(one -> one.reason() == FailureReason.OUT_OF_MEMORY).isPresent()) {
      throw new Violation(Invariants.MEMORY, where + " is " + header.failing().get());
    }
    checkSuspension(where, before, entry);
    checkFailing(where, before, entry);
  }

  /** Whether a replay notes that it has read on and found nothing. */
  private static boolean isQuietStep(Header before, Entry.Advanced advanced) {
    Header header = advanced.header();
    Optional<Instant> until = header.following().quietUntil();
    return header.hasGap()
        && header.position().equals(before.position())
        && advanced.from().equals(before.position())
        && advanced.delta() instanceof Payload.Inline(byte[] delta)
        && delta.length == 0
        && until.isPresent()
        && before.following().quietUntil().map(until.get()::isAfter).orElse(true);
  }

  /** What a replay says of the records after its position holds for the stream as it was put. */
  private void checkQuiet(String where, ShardId shard, Header header) {
    Optional<Instant> until = header.following().quietUntil();
    if (until.isEmpty()) {
      return;
    }
    Optional<Instant> next = expectation.arrivalAfter(shard, header.position());
    if (next.isEmpty() || next.get().isBefore(until.get().minus(MOST_SKEW))) {
      throw new Violation(
          Invariants.QUIET,
          where
              + " found nothing until "
              + until.get()
              + ", and the next record arrived at "
              + next);
    }
    tally.count("race: a replay stopped in a quiet stretch");
  }

  /** What a user accepts to be missing is what the stream no longer has when the shard goes on. */
  private void loseWhatIsAccepted(SubtaskId subtask, Header before, Header header) {
    if (!mayPassOver(before) || before.hasGap() || !before.position().isBefore(header.position())) {
      return;
    }
    SequenceNumber next =
        stream.after(subtask.shard(), before.position(), 1).getFirst().sequenceNumber();
    if (expectation.first(subtask.shard(), before.position()).filter(next::equals).isEmpty()) {
      tally.count("race: a shard went on without records that had expired");
      lineages.of(subtask, header.epoch()).lose(before.position(), next);
    }
  }

  /** Whether a shard goes on with what is left, because a user accepts that records are missing. */
  private static boolean mayPassOver(Header before) {
    // A shard that gets its first records while the job is halted begins with what is left of
    // them: a job that was halted for so long is resumed only by a user who accepts that.
    boolean isFirst =
        before.position() instanceof Position.Beginning && before.firstApplied().isEmpty();
    return before.following().mayBeMissing() || isFirst;
  }

  /** A shard that the coordinator opens gets its state in the same epoch, right after. */
  private static boolean isOpenedForRestore(Header before, Header header) {
    return before.revision().equals(new Revision(1))
        && before.writer() == Entry.Writer.COORDINATOR
        && before.suspended()
        && before.epoch().equals(header.epoch());
  }

  /** What gives up stays so until the job is resumed or restored. */
  private static void checkFailing(String where, Header before, Entry entry) {
    boolean goesOn = entry instanceof Entry.Advanced || entry instanceof Entry.Failed;
    if (goesOn && before.failing().filter(Failing::hasGivenUp).isPresent()) {
      throw new Violation(Invariants.HELD_UP, where + " follows " + before.failing().get());
    }
  }

  private static boolean entersEpoch(Entry entry) {
    return entry instanceof Entry.Restored
        || entry instanceof Entry.Suspended
        || entry instanceof Entry.Resumed;
  }

  /** While a job halts its state is stored at most, and only what enters an epoch changes that. */
  private static void checkSuspension(String where, Header before, Entry entry) {
    if (before.suspended()
        && (entry instanceof Entry.Advanced
            || entry instanceof Entry.Failed
            || entry instanceof Entry.Suspected)) {
      throw new Violation(Invariants.HALTED, where + " was applied while the job halts");
    }
    boolean expected =
        switch (entry) {
          case Entry.Suspended s -> true;
          case Entry.Resumed r -> false;
          case Entry.Restored r -> false;
          case Entry.Opened o -> false;
          case Entry.Advanced a -> before.suspended();
          case Entry.Triggered t -> before.suspended();
          case Entry.Snapshotted s -> before.suspended();
          case Entry.Materialized m -> before.suspended();
          case Entry.Failed f -> before.suspended();
          case Entry.Suspected s -> before.suspended();
          case Entry.Closed c -> before.suspended();
        };
    if (entry.header().suspended() != expected) {
      throw new Violation(
          Invariants.HALTED, where + " is " + (expected ? "not " : "") + "suspended");
    }
  }

  private void count(Audited audited, Entry entry) {
    tally.count("entry: " + EntryFormat.kind(entry) + " by " + entry.header().writer());
    if (entry instanceof Entry.Failed failed) {
      Failing failing = failed.header().failing().orElseThrow();
      tally.count("failed: " + failing.reason() + (failing.hasGivenUp() ? ", and given up" : ""));
    }
    if (entry instanceof Entry.Restored restored && restored.checkpoint().isEmpty()) {
      tally.count("race: restored to nothing");
    }
    if (entry instanceof Entry.Advanced && !audited.entries.isEmpty()) {
      if (audited.entries.getLast() instanceof Entry.Triggered) {
        tally.count("race: records journalled between a trigger and its snapshot");
      }
      if (audited.head().hasGap()) {
        tally.count("race: a step of a replay");
      }
    }
    if (entry instanceof Entry.Snapshotted snapshotted
        && !(table.checkpoint(job, snapshotted.checkpoint()).orElse(null)
            instanceof Checkpoint.Pending)) {
      tally.count("race: a snapshot for a checkpoint that is no longer pending");
    }
    if (entry instanceof Entry.Restored && audited.head().hasGap()) {
      tally.count("race: a restore before the last one's gap was closed");
    }
  }

  private void checkSnapshot(String where, Audited audited, Entry.Base base) {
    shared.requireOwned(where, base);
    requireSame(Invariants.SNAPSHOT, where, audited.cells, read(base.handle()));
  }

  private List<Change> delta(Entry.Advanced advanced) {
    return switch (advanced.delta()) {
      case Payload.Inline inline ->
          inline.bytes().length == 0
              ? List.of()
              : Deltas.decode(inline.bytes(), "delta", new BlockChecksum());
      case Payload.Stored stored ->
          Deltas.decode(bytes(stored.file()), "delta", new BlockChecksum());
    };
  }

  private SortedMap<StateKey, byte[]> read(StateHandle handle) {
    handle.stateFile().ifPresent(this::bytes);
    return read(handle.manifest());
  }

  private SortedMap<StateKey, byte[]> read(Manifest manifest) {
    TreeMap<StateKey, byte[]> cells = new TreeMap<>();
    for (RunRef run : manifest.runs().reversed()) {
      RunReader.open(bytes(run.file()), run.file().path().value(), new BlockChecksum())
          .within(run.range())
          .forEach(change -> apply(cells, change));
    }
    return cells;
  }

  private static void apply(SortedMap<StateKey, byte[]> cells, Change change) {
    switch (change) {
      case Change.Put put -> cells.put(put.key(), put.value());
      case Change.Removed removed -> cells.remove(removed.key());
    }
  }

  private byte[] bytes(FileRef file) {
    requireStored(file);
    return storage.get(file.path()).orElseThrow();
  }

  /** The file exists with its hash, which the storage computed when the file was put. */
  private void requireStored(FileRef file) {
    CheckpointStorage.Stored stored =
        storage
            .head(file.path())
            .orElseThrow(() -> new Violation(Invariants.FILES, file.path() + " does not exist"));
    if (!stored.sha256().equals(Optional.of(file.sha256()))) {
      throw new Violation(Invariants.FILES, file.path() + " has other content");
    }
  }

  private static void requireSame(
      String invariant,
      String where,
      SortedMap<StateKey, byte[]> expected,
      SortedMap<StateKey, byte[]> actual) {
    if (expected.size() != actual.size()) {
      throw new Violation(
          invariant, where + ": " + actual.size() + " cells instead of " + expected.size());
    }
    Iterator<Map.Entry<StateKey, byte[]>> other = actual.entrySet().iterator();
    for (Map.Entry<StateKey, byte[]> cell : expected.entrySet()) {
      Map.Entry<StateKey, byte[]> found = other.next();
      if (!cell.getKey().equals(found.getKey())
          || !Arrays.equals(cell.getValue(), found.getValue())) {
        throw new Violation(invariant, where + ": " + found.getKey() + " is not what it should be");
      }
    }
  }

  private void checkCheckpoints() {
    Job item = table.job(job).orElseThrow();
    if (latest.isPresent() && item.latest().map(now -> latest.get().isAfter(now)).orElse(true)) {
      throw new Violation(
          Invariants.INCREASING,
          "the latest checkpoint goes from " + latest + " to " + item.latest());
    }
    latest = item.latest();
    checkReplayed(item);
    List<Checkpoint> checkpoints = table.checkpoints(job);
    if (checkpoints.stream().filter(Checkpoint.Pending.class::isInstance).count() > 1) {
      tally.count("race: several checkpoints pending at once");
    }
    for (Checkpoint checkpoint : checkpoints) {
      requireStillEnded(checkpoint);
      if (checkpoint instanceof Checkpoint.Completed done && completed.add(done.id())) {
        requireInEpoch(item, done);
        checkCompleted(done);
      }
    }
    Set<CheckpointId> wanted = new HashSet<>(item.status().restoringFrom().stream().toList());
    item.undo().ifPresent(wanted::add);
    wanted.addAll(item.pinned());
    for (CheckpointId from : wanted) {
      if (!(table.checkpoint(job, from).orElse(null) instanceof Checkpoint.Completed)) {
        throw new Violation(
            Invariants.RETAINED,
            "checkpoint "
                + from
                + " is restored, or would be by an undo, or is pinned, and is no longer completed");
      }
    }
    if (item.status() instanceof JobStatus.Replaying(Restoration from)
        && from.positions() instanceof Positions.Anew) {
      subtasks.forEach((subtask, audited) -> requireRestored(subtask, audited, item.epoch()));
    }
    if (item.status().isSettled()) {
      boolean halts = !item.status().isRunning();
      subtasks.forEach((subtask, audited) -> requireHalted(subtask, audited.head(), halts));
      subtasks.forEach((subtask, audited) -> requireEpochOf(item, subtask, audited.head()));
    }
  }

  /** State that a restore has undone must not become the job's latest afterwards. */
  private static void requireInEpoch(Job item, Checkpoint.Completed done) {
    if (!item.epoch().equals(done.trigger().epoch())) {
      throw new Violation(
          Invariants.OF_ITS_EPOCH,
          "checkpoint "
              + done.id()
              + " of epoch "
              + done.trigger().epoch()
              + " was completed in epoch "
              + item.epoch());
    }
  }

  private void checkReplayed(Job item) {
    boolean isOver =
        item.status() instanceof JobStatus.Running && replaying.equals(Optional.of(item.epoch()));
    if (isOver && hasGap()) {
      throw new Violation(
          Invariants.REPLAYED, "the restore of epoch " + item.epoch() + " left a shard with a gap");
    }
    replaying =
        item.status() instanceof JobStatus.Replaying ? Optional.of(item.epoch()) : Optional.empty();
  }

  /** No shard was opened by somebody else, who knew nothing of its state. */
  private static void requireRestored(SubtaskId subtask, Audited audited, Epoch epoch) {
    boolean was =
        audited.entries.stream()
            .anyMatch(
                entry -> entry instanceof Entry.Restored && entry.header().epoch().equals(epoch));
    if (!was) {
      throw new Violation(Invariants.DIVIDED, subtask + " was given nothing in epoch " + epoch);
    }
  }

  private static void requireHalted(SubtaskId subtask, Header head, boolean halts) {
    if (head.suspended() != halts) {
      throw new Violation(
          Invariants.HALTED,
          subtask + (halts ? " goes on while its job does not" : " does not go on with its job"));
    }
  }

  private void requireStillEnded(Checkpoint checkpoint) {
    boolean isEnded =
        switch (checkpoint) {
          case Checkpoint.Pending p -> false;
          case Checkpoint.Completed c -> false;
          case Checkpoint.Aborted a -> true;
          case Checkpoint.Subsumed s -> true;
        };
    if (isEnded) {
      ended.add(checkpoint.id());
    } else if (ended.contains(checkpoint.id())) {
      throw new Violation(
          Invariants.TERMINAL, "checkpoint " + checkpoint.id() + " had ended and is " + checkpoint);
    }
  }

  private static void requireEpochOf(Job job, SubtaskId subtask, Header head) {
    if (!head.epoch().equals(job.epoch())) {
      throw new Violation(
          Invariants.EPOCH,
          "the job is "
              + job.status()
              + " in epoch "
              + job.epoch()
              + " and "
              + subtask
              + " is in "
              + head.epoch());
    }
  }

  private void checkCompleted(Checkpoint.Completed checkpoint) {
    tally.count("checkpoint: completed");
    CheckpointMetadata metadata = metadata(checkpoint);
    if (!metadata.trigger().expected().equals(checkpoint.trigger().expected())) {
      throw new Violation(
          Invariants.COMPLETE,
          "checkpoint "
              + checkpoint.id()
              + " holds "
              + metadata.trigger().expected()
              + " instead of "
              + checkpoint.trigger().expected());
    }
    Epoch epoch = checkpoint.trigger().epoch();
    Map<SubtaskId, Position> positions = new TreeMap<>();
    for (Acknowledgement.Acknowledged acknowledged : metadata.acknowledgements()) {
      SubtaskId subtask = acknowledged.subtask();
      String where = "checkpoint " + checkpoint.id() + " of " + subtask.shard();
      Fold fold = lineages.of(subtask, epoch);
      if (acknowledged.stateFile().isPresent()) {
        SubtaskState state = state(acknowledged.stateFile().get());
        if (state.epoch().isAfter(epoch) || !state.subtask().equals(subtask)) {
          throw new Violation(Invariants.COMPLETE, where + " holds " + state);
        }
        SortedMap<StateKey, byte[]> expected = fold.at(state.position()).cells();
        requireSame(Invariants.COMPLETE, where, expected, read(state.manifest()));
        requireOfEpoch(checkpoint, state);
        positions.put(subtask, state.position());
      } else if (!fold.isOfNothing()) {
        throw new Violation(Invariants.COMPLETE, where + " holds nothing, and there was state");
      }
    }
    lineages.completed(checkpoint, positions);
  }

  /**
   * The state was the subtask's in the checkpoint's epoch: an entry of that epoch has this
   * position.
   */
  private void requireOfEpoch(Checkpoint.Completed checkpoint, SubtaskState state) {
    boolean was =
        audited(state.subtask()).entries.stream()
            .map(Entry::header)
            .anyMatch(
                header ->
                    header.epoch().equals(checkpoint.trigger().epoch())
                        && header.position().equals(state.position()));
    if (!was) {
      throw new Violation(
          Invariants.COMPLETE,
          "checkpoint "
              + checkpoint.id()
              + " of epoch "
              + checkpoint.trigger().epoch()
              + " holds "
              + state.subtask()
              + " at "
              + state.position()
              + ", where it never was in that epoch");
    }
  }

  private void checkCursors() {
    subtasks.forEach(
        (subtask, audited) -> {
          Header head = audited.head();
          Position reached = Position.max(head.position(), head.frontier());
          if (reached.isBefore(cursor.apply(subtask.shard()))) {
            throw new Violation(
                Invariants.DURABLE,
                subtask
                    + " is at "
                    + reached
                    + " and was answered as done up to "
                    + cursor.apply(subtask.shard()));
          }
        });
  }

  /** Called before a file is deleted. */
  void deleting(FilePath path) {
    try {
      requireUnneeded(path);
    } catch (Violation e) {
      // Whoever deletes is a function, whose failures are nothing special here.
      atDeletion = atDeletion.or(() -> Optional.of(e));
      throw e;
    }
    tally.count("collected: " + (path.fileName().equals("_metadata") ? "metadata" : "a file"));
  }

  private void requireUnneeded(FilePath path) {
    check();
    if (referredAt != table.modifications()) {
      referred = referred();
      referredAt = table.modifications();
    }
    if (referred.contains(path)) {
      throw new Violation(
          Invariants.RETAINED,
          path + " is deleted, and is still referred to" + shared.holders(path));
    }
  }

  private Set<FilePath> referred() {
    Set<FilePath> referred = new HashSet<>();
    for (Audited audited : subtasks.values()) {
      for (Entry entry : audited.entries.subList(audited.base - 1, audited.entries.size())) {
        if (entry instanceof Entry.Base base) {
          base.handle().stateFile().ifPresent(file -> referred.add(file.path()));
          base.handle().manifest().runs().forEach(run -> referred.add(run.file().path()));
        }
        if (entry instanceof Entry.Advanced advanced
            && advanced.delta() instanceof Payload.Stored stored) {
          referred.add(stored.file().path());
        }
      }
    }
    for (Checkpoint checkpoint : table.checkpoints(job)) {
      switch (checkpoint) {
        case Checkpoint.Completed done -> {
          referred.add(done.metadata().path());
          addAcknowledged(referred, metadata(done).acknowledgements());
        }
        case Checkpoint.Pending pending ->
            addAcknowledged(
                referred,
                table.acknowledgements(job, pending.id()).stream()
                    .filter(Acknowledgement.Acknowledged.class::isInstance)
                    .map(Acknowledgement.Acknowledged.class::cast)
                    .toList());
        case Checkpoint.Aborted a -> {}
        case Checkpoint.Subsumed s -> {}
      }
    }
    referred.addAll(shared.needed());
    return referred;
  }

  private CheckpointMetadata metadata(Checkpoint.Completed checkpoint) {
    FileRef file = checkpoint.metadata();
    requireStored(file);
    return metadataFiles.computeIfAbsent(
        file, read -> CheckpointFormat.readMetadata(bytes(read), read.path()));
  }

  private SubtaskState state(FileRef file) {
    requireStored(file);
    return stateFiles.computeIfAbsent(
        file, read -> CheckpointFormat.readState(bytes(read), read.path()));
  }

  private void addAcknowledged(
      Set<FilePath> referred, List<Acknowledgement.Acknowledged> acknowledgements) {
    for (Acknowledgement.Acknowledged acknowledged : acknowledgements) {
      if (acknowledged.stateFile().isPresent()) {
        referred.add(acknowledged.stateFile().get().path());
        state(acknowledged.stateFile().get())
            .manifest()
            .runs()
            .forEach(run -> referred.add(run.file().path()));
      }
    }
  }

  /** Every file that is retained is there, and every shard is applied to its end, without a gap. */
  void checkEnd() {
    check();
    referred().stream()
        .filter(path -> !Layout.parseMetadata(path).isPresent())
        .filter(path -> storage.get(path).isEmpty())
        .findAny()
        .ifPresent(
            path -> {
              throw new Violation(Invariants.FILES, path + " does not exist");
            });
    subtasks.forEach(
        (subtask, audited) -> {
          Header head = audited.head();
          boolean isLost =
              head.following().mayBeMissing() && !stream.hasAfter(subtask.shard(), head.position());
          if (head.hasGap()
              || !(isLost || head.position().equals(expectation.end(subtask.shard())))) {
            throw new Violation(
                Invariants.FOLD,
                subtask
                    + " ends at "
                    + head.position()
                    + " instead of "
                    + expectation.end(subtask.shard()));
          }
        });
  }

  /**
   * Checks that each event is in the history exactly once, also those of coordinators that died
   * before they recorded them.
   */
  void checkRecorded(List<HistoryLine> lines) {
    Set<CheckpointId> recorded = new HashSet<>();
    for (HistoryLine line : lines) {
      tally.count("history: " + line.kind());
      boolean isEnd = line.kind() == Kind.COMPLETED || line.kind() == Kind.ABORTED;
      if (isEnd && !recorded.add(line.checkpoint().orElseThrow())) {
        throw new Violation(Invariants.RECORDED, line.text() + ", a second time");
      }
    }
    Set<CheckpointId> over = new HashSet<>(completed);
    over.addAll(ended);
    if (!recorded.equals(over)) {
      over.removeAll(recorded);
      throw new Violation(Invariants.RECORDED, "nothing is recorded of checkpoints " + over);
    }
  }

  /**
   * Of what was there at a time, nothing is left that nobody needs; and what is needed is bounded
   * by what is retained.
   *
   * @param since after this, every journal has moved on, a checkpoint was completed and collection
   *     has run; all that expires has expired
   */
  void checkNothingLeaks(Instant since, int numRetained, int maximumRuns) {
    Set<FilePath> needed = referred();
    shared.checkNothingLeaks(needed);
    storage.list(Layout.job(job)).stream()
        .filter(file -> file.lastModified().isBefore(since))
        .map(CheckpointStorage.Stored::path)
        .filter(path -> !needed.contains(path) && !Layout.isDeadLetter(path))
        .findAny()
        .ifPresent(
            path -> {
              throw new Violation(Invariants.BOUNDED, path + " is left, and nobody needs it");
            });
    int shards = subtasks.size();
    long savepoints =
        table.checkpoints(job).stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .filter(Checkpoint::isSavepoint)
            .count();
    // Kept beside them are the latest one where it holds nothing new, the one that an undo leads
    // to,
    // the pinned ones, every savepoint until it is disposed of, and what a fork needs.
    int pinned = table.job(job).orElseThrow().pinned().size();
    int kept = numRetained + 2 + pinned + Math.toIntExact(savepoints) + shared.forks();
    // A state file and its runs, for each checkpoint and for the journal's head; and the metadata.
    int mostFiles = shards * (kept + 1) * (1 + maximumRuns) + kept;
    // Job, checkpoints; and of each subtask its registration, base and what came since.
    int mostItems =
        1
            + kept
            + shared.items()
            + subtasks.keySet().stream()
                .mapToInt(subtask -> 1 + table.fromLastBase(subtask).size())
                .sum();
    if (needed.size() > mostFiles || table.items() > mostItems) {
      throw new Violation(
          Invariants.BOUNDED,
          needed.size()
              + " files and "
              + table.items()
              + " items are left, and with "
              + kept
              + " checkpoints of "
              + shards
              + " subtasks there should be "
              + mostFiles
              + " and "
              + mostItems
              + " at most");
    }
  }

  private Audited audited(SubtaskId subtask) {
    return Objects.requireNonNull(subtasks.get(subtask), () -> subtask + " has no journal");
  }

  boolean hasGap() {
    return subtasks.values().stream().anyMatch(audited -> audited.head().hasGap());
  }
}

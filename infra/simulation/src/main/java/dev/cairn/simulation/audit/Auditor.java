package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.history.HistoryLine;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.LocalMapping;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks the invariants after every step, only from stored data: it reads the table and the files,
 * and interprets them by its own code. Each invariant is a class; the order in which they are
 * checked decides which one a fault is reported as.
 */
public final class Auditor {
  /** Between the clocks of two containers. */
  static final Duration MOST_SKEW = Duration.ofSeconds(4);

  private final StoredTable table;
  private final InMemoryStorage storage;
  private final JobId job;
  private final FaultTally tally;
  private final Map<SubtaskId, AuditedJournal> journals = new TreeMap<>();
  private final Map<SubtaskId, AuditedJournal> retired = new TreeMap<>();
  private final Lineages lineages;
  private final SharedFilesAudit shared;
  private final NeededFiles needed;
  private final List<EntryInvariant> ofEntries;
  private final List<JobInvariant> ofTheJob;
  private final LocalStream stream;
  private final CompletedCheckpointsAreWhole completed;
  private final EndedCheckpointsStayEnded ended = new EndedCheckpointsStayEnded();
  private final SuccessIsDurable success;
  private final EverythingIsApplied everything;
  private final NothingLeaks leaks;
  private long seen = -1;
  private Optional<Violation> atDeletion = Optional.empty();

  /**
   * @param mapping how far it considers each shard done
   * @param stream the stream, for its shards and its kept records
   * @param retentionMargin how long before it expires a record counts as expired
   */
  public Auditor(
      StoredTable table,
      InMemoryStorage storage,
      Expectation expectation,
      JobId job,
      FaultTally tally,
      LocalMapping mapping,
      LocalStream stream,
      Duration retentionMargin) {
    this.stream = stream;
    this.table = table;
    this.storage = storage;
    this.job = job;
    this.tally = tally;
    AuditedFiles files = new AuditedFiles(storage);
    this.lineages = new Lineages(expectation, stream, retentionMargin, tally);
    this.shared = new SharedFilesAudit(table, storage, job, tally);
    this.needed = new NeededFiles(table, job, files, shared, journals);
    this.completed = new CompletedCheckpointsAreWhole(files, lineages, tally);
    this.success = new SuccessIsDurable(mapping);
    this.everything = new EverythingIsApplied(expectation, stream);
    this.leaks = new NothingLeaks(table, storage, job, shared, needed, journals);
    NothingIsAppliedDuringAHalt halts = new NothingIsAppliedDuringAHalt();
    this.ofEntries =
        List.of(
            new EntriesChain(),
            new FrontiersGrow(),
            new MemorySuffices(),
            halts,
            new GivenUpShardsRest(),
            new EntryCounts(table, job, tally),
            new CheckpointsAreOfOneEpoch(table, job),
            new QuietStretchesAreQuiet(expectation, lineages, stream, tally),
            new DeadLettersAreStored(storage, expectation, tally),
            new BlameIsJust(lineages),
            new SnapshotsAreTheState(files, shared),
            new RecordTimes(expectation, files::state, tally),
            new StateIsTheFold(files, expectation, stream, lineages, tally, this::isClosed));
    this.ofTheJob =
        List.of(
            new CompletedIdsIncrease(),
            new RestoresEndWithoutAGap(),
            ended,
            new CheckpointsCompleteInTheirEpoch(),
            completed,
            new WantedCheckpointsStay(),
            new DividedStateReachesEveryShard(),
            halts,
            new JournalsHaveTheJobsEpoch(),
            new KeysHaveOneOwner());
  }

  /** Checks what the last step has changed. */
  public void check() {
    if (atDeletion.isPresent()) {
      throw atDeletion.get();
    }
    boolean isWritten = table.changes() != seen;
    if (isWritten) {
      seen = table.changes();
      lineages.note(table.job(job).orElseThrow());
      moveRetired();
      table
          .subtasks(job)
          .forEach(
              subtask -> checkJournal(retired.containsKey(subtask) ? retired : journals, subtask));
      table.retired(job).forEach(subtask -> checkJournal(retired, subtask));
      checkJob();
      shared.check();
    }
    success.check(journals.values(), isWritten);
  }

  private boolean hasJobsEpoch(SubtaskId subtask) {
    return table
        .fromLastBase(subtask)
        .getLast()
        .header()
        .epoch()
        .equals(table.job(job).orElseThrow().epoch());
  }

  /**
   * A retired subtask is no part of the job until a restore gives it a state. Before that it may be
   * registered again, while a collector still deletes the files of its last base.
   */
  private void moveRetired() {
    List<SubtaskId> now = table.retired(job);
    for (SubtaskId subtask : now) {
      AuditedJournal journal = journals.remove(subtask);
      if (journal != null) {
        tally.count(SimulatedRace.A_CLOSED_SUBTASK_RETIRED);
        retired.put(subtask, journal);
      }
    }
    for (SubtaskId subtask : List.copyOf(retired.keySet())) {
      if (!now.contains(subtask) && hasJobsEpoch(subtask)) {
        tally.count(SimulatedRace.A_RETIRED_SUBTASK_RESTORED);
        journals.put(subtask, Objects.requireNonNull(retired.remove(subtask)));
      }
    }
  }

  /** Revisions are gapless and never rewritten. */
  private void checkJournal(Map<SubtaskId, AuditedJournal> journals, SubtaskId subtask) {
    AuditedJournal journal = journals.computeIfAbsent(subtask, AuditedJournal::new);
    if (!journal.isChanged(table.changes(subtask))) {
      return;
    }
    int base = journal.base();
    List<Entry> stored = table.journal(subtask);
    stored = stored.subList(indexOf(stored, base), stored.size());
    for (Entry entry : stored) {
      long revision = entry.revision().value();
      int known = journal.entries().size();
      if (revision <= known) {
        if (journal.entries().get((int) revision - 1) != entry) {
          throw new Violation(
              Invariants.GAPLESS, subtask + " revision " + revision + " was rewritten");
        }
      } else if (revision != known + 1) {
        throw new Violation(
            Invariants.GAPLESS, subtask + " has revision " + revision + " after " + known);
      } else {
        AuditedEntry audited = AuditedEntry.of(journal, entry);
        ofEntries.forEach(invariant -> invariant.check(audited));
        journal.entries().add(entry);
      }
    }
    if (stored.size() != journal.entries().size() - Math.max(0, base - 1)) {
      throw new Violation(
          Invariants.GAPLESS, subtask + " has lost an entry at or above its base " + base);
    }
  }

  /** Where the entries from a revision on begin. */
  private static int indexOf(List<Entry> journal, int revision) {
    int index = journal.size();
    while (index > 0 && journal.get(index - 1).revision().value() >= revision) {
      index--;
    }
    return index;
  }

  private void checkJob() {
    AuditedJob audited =
        new AuditedJob(table.job(job).orElseThrow(), table.checkpoints(job), journals);
    long pending =
        audited.checkpoints().stream().filter(Checkpoint.Pending.class::isInstance).count();
    if (pending > 1) {
      tally.count(SimulatedRace.SEVERAL_CHECKPOINTS_PENDING_AT_ONCE);
    }
    ofTheJob.forEach(invariant -> invariant.check(audited));
  }

  /** Checks that a file which is about to be deleted is not needed. */
  public void deleting(FilePath path) {
    try {
      check();
      needed.requireUnneeded(path);
    } catch (Violation e) {
      // The caller is a function whose failures are expected here, so the violation is also stored.
      atDeletion = atDeletion.or(() -> Optional.of(e));
      throw e;
    }
    tally.count("collected: " + (path.fileName().equals("_metadata") ? "metadata" : "a file"));
  }

  private boolean isClosed(SubtaskId subtask, Epoch epoch) {
    List<Entry> journal = table.fromLastBase(subtask);
    return !journal.isEmpty()
        && isClosed((Entry.Base) journal.getFirst())
        && journal.getLast().header().epoch().equals(epoch);
  }

  private static boolean isClosed(Entry.Base base) {
    return switch (base.mode()) {
      case CLOSED, ANCESTOR -> true;
      case LIVE, UNOPENED -> false;
    };
  }

  /**
   * Whether the job has followed every split and merge: closed shards are applied to their end, and
   * their children are opened.
   */
  public boolean followsStream() {
    return stream.listed().stream().allMatch(this::isFollowed);
  }

  private boolean isFollowed(Shard shard) {
    Optional<AuditedJournal> journal = journal(shard.id());
    boolean isWaitedFor =
        journal.isPresent()
            || shard.parents().stream().anyMatch(parent -> journal(parent).isPresent());
    if (!isWaitedFor) {
      return true;
    }
    return journal
        .map(one -> (Entry.Base) one.fromBase().getFirst())
        .filter(base -> base.mode() != Entry.Restored.Mode.UNOPENED)
        .filter(base -> isClosed(base) == stream.isClosed(shard.id()))
        .isPresent();
  }

  private Optional<AuditedJournal> journal(ShardId shard) {
    return Stream.concat(journals.values().stream(), retired.values().stream())
        .filter(journal -> journal.subtask().shard().equals(shard))
        .filter(journal -> !journal.entries().isEmpty())
        .findFirst();
  }

  /** Whether the last completed checkpoint holds every subtask's state as it is now. */
  public boolean isCovered() {
    Job item = table.job(job).orElseThrow();
    return item.latest().isPresent()
        && journals.keySet().stream()
            .filter(subtask -> !isGone(subtask))
            .allMatch(subtask -> isCovered(item.latest().get(), table.fromLastBase(subtask)));
  }

  /**
   * Whether a restore has put the subtask to before it was opened, and nobody can open it again.
   */
  private boolean isGone(SubtaskId subtask) {
    return ((Entry.Base) table.fromLastBase(subtask).getFirst()).mode()
            == Entry.Restored.Mode.UNOPENED
        && !stream.isKnown(subtask.shard());
  }

  private static boolean isCovered(CheckpointId latest, List<Entry> tail) {
    if (isClosed((Entry.Base) tail.getFirst())) {
      // The state is its children's.
      return true;
    }
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

  /** Describes where each subtask stands, for a message. */
  public String describe() {
    return journals.values().stream()
        .filter(journal -> !journal.entries().isEmpty())
        .map(
            journal ->
                journal.subtask().shard()
                    + " is "
                    + ((Entry.Base) journal.fromBase().getFirst()).mode()
                    + " at "
                    + journal.head().position()
                    + (journal.head().suspended() ? ", suspended" : "")
                    + journal
                        .head()
                        .failing()
                        .map(failing -> ", failing: " + failing.reason() + " " + failing.message())
                        .orElse(""))
        .collect(Collectors.joining("; "));
  }

  /** Whether any shard has a gap that a restore has left. */
  public boolean hasGap() {
    return journals.values().stream().anyMatch(journal -> journal.head().hasGap());
  }

  /** Checks what must hold once faults have ceased and everything has caught up. */
  public void checkEnd() {
    check();
    needed.referred().stream()
        .filter(path -> !Layout.parseMetadata(path).isPresent())
        .filter(path -> storage.get(path).isEmpty())
        .findAny()
        .ifPresent(
            path -> {
              throw new Violation(Invariants.FILES, path + " does not exist");
            });
    journals.values().forEach(everything::check);
    Set<SubtaskId> opened = new HashSet<>(journals.keySet());
    opened.addAll(retired.keySet());
    everything.checkShards(opened);
  }

  /** Checks the job's history at the end. */
  public void checkRecorded(List<HistoryLine> lines) {
    Set<CheckpointId> over = new HashSet<>(completed.completed());
    over.addAll(ended.ended());
    EndsAreRecorded.check(lines, over, tally);
  }

  /** See {@link NothingLeaks#check}. */
  public void checkNothingLeaks(Instant since, int numRetained, int maximumRuns) {
    leaks.check(since, numRetained, maximumRuns);
  }
}

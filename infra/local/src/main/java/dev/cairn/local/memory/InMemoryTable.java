package dev.cairn.local.memory;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.JobStatus;
import dev.cairn.checkpoint.TableEvent;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import dev.cairn.journal.Journal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The table as the protocol sees it, in memory: every call happens at one moment, and answers as
 * the real table would.
 *
 * <p>Entries are kept as bytes, so that whatever reads them reads what a table would have stored.
 */
public class InMemoryTable implements Journal, CheckpointStore {
  private static final int LARGEST_ITEM_BYTES = 400 * 1024;
  private static final Duration KEPT_AFTER_END = Duration.ofDays(30);

  private final InstantSource clock;
  private final NavigableMap<SubtaskId, NavigableMap<Revision, Item<StoredEntry>>> journals =
      new TreeMap<>();
  private final NavigableMap<JobId, Job> jobs = new TreeMap<>();
  private final TreeSet<SubtaskId> registered = new TreeSet<>();
  private final NavigableMap<JobId, NavigableMap<CheckpointId, Item<Checkpoint>>> checkpoints =
      new TreeMap<>();
  private final NavigableMap<
          JobId, NavigableMap<CheckpointId, NavigableMap<SubtaskId, Acknowledgement>>>
      answers = new TreeMap<>();
  private final List<TableEvent> events = new ArrayList<>();
  private long modifications;

  /**
   * @param clock from which the expiry of subsumed checkpoints counts
   */
  public InMemoryTable(InstantSource clock) {
    this.clock = clock;
  }

  private record Item<T>(T value, Optional<Instant> expiresAt) {
    static <T> Item<T> lasting(T value) {
      return new Item<>(value, Optional.empty());
    }

    static <T> Item<T> until(Instant expiresAt, T value) {
      return new Item<>(value, Optional.of(expiresAt));
    }

    boolean isExpired(Instant now) {
      return expiresAt.isPresent() && !expiresAt.get().isAfter(now);
    }
  }

  /** How often a journal, a job or a checkpoint was written: unchanged, so are they. */
  public synchronized long modifications() {
    return modifications;
  }

  /** A journal's entries from this revision on, as they are stored. */
  public synchronized List<StoredEntry> storedFrom(SubtaskId subtask, Revision revision) {
    return journal(subtask).tailMap(revision, true).values().stream().map(Item::value).toList();
  }

  /**
   * An entry as the table holds it.
   *
   * @param bytes what was written
   * @param entry what is read from them, each time the same
   */
  public record StoredEntry(byte[] bytes, Entry entry) {
    static StoredEntry of(Entry entry) {
      byte[] bytes = EntryFormat.write(entry);
      if (bytes.length > LARGEST_ITEM_BYTES) {
        throw new IllegalArgumentException(
            "an item has " + LARGEST_ITEM_BYTES + " bytes at most, and this entry " + bytes.length);
      }
      return new StoredEntry(bytes, EntryFormat.read(bytes));
    }
  }

  public synchronized boolean hasEvents() {
    return !events.isEmpty();
  }

  /**
   * What a stream of the table has to tell since the last call, in the order in which it happened.
   */
  public synchronized List<TableEvent> drainEvents() {
    List<TableEvent> drained = List.copyOf(events);
    events.clear();
    return drained;
  }

  /**
   * Deletes every item that has expired at this time, as the table may do at any time from then on.
   *
   * @return how many items went
   */
  public synchronized int expire(Instant now) {
    int gone = 0;
    for (NavigableMap<Revision, Item<StoredEntry>> journal : journals.values()) {
      gone += removeExpired(journal.values(), now);
    }
    for (NavigableMap<CheckpointId, Item<Checkpoint>> ofJob : checkpoints.values()) {
      gone += removeExpired(ofJob.values(), now);
    }
    modifications += gone;
    return gone;
  }

  private static <T> int removeExpired(Collection<Item<T>> items, Instant now) {
    int before = items.size();
    items.removeIf(item -> item.isExpired(now));
    return before - items.size();
  }

  /** Every entry of a journal that has not been deleted, in order. */
  public synchronized List<Entry> all(SubtaskId subtask) {
    return read(journal(subtask));
  }

  @Override
  public synchronized List<Entry> after(SubtaskId subtask, Revision revision) {
    return read(journal(subtask).tailMap(revision, false));
  }

  @Override
  public synchronized List<Entry> fromLastBase(SubtaskId subtask) {
    List<Entry> newestFirst = new ArrayList<>();
    for (Item<StoredEntry> item : journal(subtask).descendingMap().values()) {
      Entry entry = item.value().entry();
      newestFirst.add(entry);
      if (entry instanceof Entry.Base) {
        break;
      }
    }
    return newestFirst.reversed();
  }

  private static List<Entry> read(NavigableMap<Revision, Item<StoredEntry>> journal) {
    return journal.values().stream().map(item -> item.value().entry()).toList();
  }

  @Override
  public synchronized Append append(SubtaskId subtask, Entry entry) {
    if (isTaken(subtask, entry)) {
      return Append.TAKEN;
    }
    put(subtask, entry);
    return Append.APPENDED;
  }

  @Override
  public synchronized Append append(
      SubtaskId subtask, Entry.Snapshotted entry, Acknowledgement.Acknowledged acknowledgement) {
    if (isTaken(subtask, entry)) {
      return Append.TAKEN;
    }
    if (!acknowledge(acknowledgement)) {
      return Append.ACKNOWLEDGED_ALREADY;
    }
    put(subtask, entry);
    return Append.APPENDED;
  }

  @Override
  public synchronized Append open(SubtaskId subtask, Entry.Opened entry) {
    if (isTaken(subtask, entry)) {
      return Append.TAKEN;
    }
    if (job(subtask.job()).filter(job -> job.epoch().equals(entry.header().epoch())).isEmpty()) {
      return Append.EPOCH_MOVED;
    }
    put(subtask, entry);
    return Append.APPENDED;
  }

  private boolean isTaken(SubtaskId subtask, Entry entry) {
    return journal(subtask).containsKey(entry.revision());
  }

  /** Puts an entry without any condition, and registers its subtask. */
  protected final synchronized void put(SubtaskId subtask, Entry entry) {
    registered.add(subtask);
    journal(subtask).put(entry.revision(), Item.lasting(StoredEntry.of(entry)));
    modifications++;
  }

  @Override
  public synchronized int expireBelow(SubtaskId subtask, Revision base, Instant at) {
    int marked = 0;
    for (Map.Entry<Revision, Item<StoredEntry>> below :
        journal(subtask).headMap(base, false).entrySet()) {
      if (below.getValue().expiresAt().isEmpty()) {
        below.setValue(Item.until(at, below.getValue().value()));
        marked++;
      }
    }
    return marked;
  }

  private NavigableMap<Revision, Item<StoredEntry>> journal(SubtaskId subtask) {
    return journals.computeIfAbsent(subtask, s -> new TreeMap<>());
  }

  @Override
  public synchronized Optional<Job> job(JobId job) {
    return Optional.ofNullable(jobs.get(job));
  }

  @Override
  public synchronized boolean create(Job job) {
    if (jobs.containsKey(job.id())) {
      return false;
    }
    put(job);
    return true;
  }

  /** Puts a job's item without any condition. */
  protected final synchronized void put(Job job) {
    modifications++;
    Optional<String> before = job(job.id()).flatMap(Job::restoreCheckpointId);
    jobs.put(job.id(), job);
    if (job.restoreCheckpointId().isPresent() && !job.restoreCheckpointId().equals(before)) {
      events.add(new TableEvent.RestoreRequested(job.id()));
    }
  }

  @Override
  public synchronized List<SubtaskId> subtasks(JobId job) {
    return registered.stream().filter(subtask -> subtask.job().equals(job)).toList();
  }

  @Override
  public synchronized Optional<Checkpoint> checkpoint(JobId job, CheckpointId id) {
    return Optional.ofNullable(checkpointsOf(job).get(id)).map(Item::value);
  }

  @Override
  public synchronized List<Checkpoint> checkpoints(JobId job, CheckpointId from) {
    return checkpointsOf(job).tailMap(from).values().stream().map(Item::value).toList();
  }

  @Override
  public synchronized boolean begin(Checkpoint.Pending pending) {
    Optional<Job> ready =
        job(pending.job())
            .filter(job -> job.status().isRunning())
            .filter(job -> job.epoch().equals(pending.trigger().epoch()))
            .filter(job -> job.next().equals(pending.id()));
    if (ready.isEmpty() || checkpoint(pending.job(), pending.id()).isPresent()) {
      return isStored(pending);
    }
    put(begun(ready.get(), pending.id()));
    put(Item.lasting(pending));
    return true;
  }

  @Override
  public synchronized boolean complete(Checkpoint.Completed completed) {
    Optional<Job> ready =
        job(completed.job())
            .filter(job -> job.epoch().equals(completed.trigger().epoch()))
            .filter(job -> job.latest().stream().allMatch(completed.id()::isAfter));
    if (ready.isEmpty() || !isPending(completed.job(), completed.id())) {
      return isStored(completed);
    }
    put(completed(ready.get(), completed.id()));
    put(Item.lasting(completed));
    return true;
  }

  @Override
  public synchronized boolean abort(Checkpoint.Aborted aborted) {
    if (!isPending(aborted.job(), aborted.id())) {
      return isStored(aborted);
    }
    put(Item.until(aborted.abortedAt().plus(KEPT_AFTER_END), aborted));
    return true;
  }

  @Override
  public synchronized boolean subsume(Checkpoint.Completed completed, Epoch epoch) {
    boolean allowed =
        job(completed.job())
            .filter(job -> job.epoch().equals(epoch))
            .filter(job -> !job.status().restoringFrom().equals(Optional.of(completed.id())))
            .isPresent();
    Optional<Checkpoint.Completed> stored = completed(completed.job(), completed.id());
    if (!allowed || stored.isEmpty()) {
      return false;
    }
    put(Item.until(clock.instant().plus(KEPT_AFTER_END), new Checkpoint.Subsumed(stored.get())));
    return true;
  }

  private boolean isPending(JobId job, CheckpointId id) {
    return checkpoint(job, id).filter(Checkpoint.Pending.class::isInstance).isPresent();
  }

  private Optional<Checkpoint.Completed> completed(JobId job, CheckpointId id) {
    return checkpoint(job, id)
        .filter(Checkpoint.Completed.class::isInstance)
        .map(Checkpoint.Completed.class::cast);
  }

  private boolean isStored(Checkpoint checkpoint) {
    return checkpoint(checkpoint.job(), checkpoint.id()).equals(Optional.of(checkpoint));
  }

  /** Puts a checkpoint without any condition. */
  protected final synchronized void put(Checkpoint checkpoint) {
    put(Item.lasting(checkpoint));
  }

  private void put(Item<Checkpoint> item) {
    modifications++;
    checkpointsOf(item.value().job()).put(item.value().id(), item);
  }

  private NavigableMap<CheckpointId, Item<Checkpoint>> checkpointsOf(JobId job) {
    return checkpoints.computeIfAbsent(job, j -> new TreeMap<>());
  }

  @Override
  public synchronized boolean acknowledge(Acknowledgement acknowledgement) {
    JobId job = acknowledgement.subtask().job();
    boolean first =
        answersOf(job, acknowledgement.checkpoint())
                .putIfAbsent(acknowledgement.subtask(), acknowledgement)
            == null;
    if (first) {
      events.add(
          switch (acknowledgement) {
            case Acknowledgement.Acknowledged done ->
                new TableEvent.AcknowledgementWritten(job, done.checkpoint(), done.subtask());
            case Acknowledgement.Declined declined ->
                new TableEvent.CheckpointDeclined(job, declined.checkpoint());
          });
    }
    return first;
  }

  @Override
  public synchronized List<Acknowledgement> acknowledgements(JobId job, CheckpointId id) {
    return List.copyOf(answersOf(job, id).values());
  }

  private NavigableMap<SubtaskId, Acknowledgement> answersOf(JobId job, CheckpointId id) {
    return answers
        .computeIfAbsent(job, j -> new TreeMap<>())
        .computeIfAbsent(id, i -> new TreeMap<>());
  }

  @Override
  public synchronized boolean requestRestore(JobId job, String checkpointId) {
    job(job).ifPresent(found -> put(requested(found, Optional.of(checkpointId))));
    return jobs.containsKey(job);
  }

  @Override
  public synchronized boolean beginRestore(
      Job seen, CheckpointId from, Optional<Checkpoint.Pending> pending, Instant now) {
    Optional<Job> ready = job(seen.id()).filter(job -> job.epoch().equals(seen.epoch()));
    if (ready.isEmpty()
        || completed(seen.id(), from).isEmpty()
        || !pending.stream().allMatch(one -> isPending(seen.id(), one.id()))) {
      return false;
    }
    put(restoring(withoutRequest(ready.get(), seen), from));
    pending.ifPresent(one -> abort(one.abortedByRestore(from, now)));
    return true;
  }

  @Override
  public synchronized boolean refuseRestore(Job seen, String reason, Instant now) {
    if (seen.restoreCheckpointId().isEmpty()) {
      return explain(seen, reason, now);
    }
    Optional<Job.Refusal> refusal =
        Optional.of(new Job.Refusal(seen.restoreCheckpointId().get(), reason, now));
    Optional<Job> found = job(seen.id());
    Optional<Job> asking =
        found.filter(job -> job.restoreCheckpointId().equals(seen.restoreCheckpointId()));
    asking.ifPresent(job -> put(refused(job, refusal)));
    return asking.isPresent()
        || found
            .filter(job -> job.restoreCheckpointId().isEmpty() && job.refusal().equals(refusal))
            .isPresent();
  }

  private boolean explain(Job seen, String reason, Instant now) {
    Optional<Job.Refusal> refusal =
        seen.status().restoringFrom().map(from -> new Job.Refusal(from.toString(), reason, now));
    Optional<Job> found =
        job(seen.id())
            .filter(job -> refusal.isPresent())
            .filter(job -> job.epoch().equals(seen.epoch()) && job.restoreCheckpointId().isEmpty());
    found.ifPresent(job -> put(refused(job, refusal)));
    return found.isPresent();
  }

  @Override
  public synchronized boolean replay(JobId job, Epoch epoch) {
    return move(
        job,
        epoch,
        status ->
            status instanceof JobStatus.Restoring(CheckpointId from)
                ? Optional.of(new JobStatus.Replaying(from))
                : Optional.empty());
  }

  @Override
  public synchronized boolean finishReplay(JobId job, Epoch epoch) {
    return move(
        job,
        epoch,
        status ->
            status instanceof JobStatus.Replaying
                ? Optional.of(new JobStatus.Running())
                : Optional.empty());
  }

  private boolean move(JobId id, Epoch epoch, Function<JobStatus, Optional<JobStatus>> next) {
    Optional<Job> found = job(id).filter(job -> job.epoch().equals(epoch));
    Optional<JobStatus> status = found.map(Job::status).flatMap(next);
    found.ifPresent(job -> status.ifPresent(to -> put(moved(job, to))));
    return status.isPresent();
  }

  private static Job begun(Job job, CheckpointId id) {
    return new Job(
        job.id(),
        job.status(),
        job.epoch(),
        id.next(),
        job.latest(),
        job.settings(),
        job.restoreCheckpointId(),
        job.refusal());
  }

  private static Job completed(Job job, CheckpointId id) {
    return new Job(
        job.id(),
        job.status(),
        job.epoch(),
        job.next(),
        Optional.of(id),
        job.settings(),
        job.restoreCheckpointId(),
        job.refusal());
  }

  private static Job requested(Job job, Optional<String> restoreCheckpointId) {
    return new Job(
        job.id(),
        job.status(),
        job.epoch(),
        job.next(),
        job.latest(),
        job.settings(),
        restoreCheckpointId,
        job.refusal());
  }

  private static Job withoutRequest(Job job, Job seen) {
    boolean sameRequest = job.restoreCheckpointId().equals(seen.restoreCheckpointId());
    return sameRequest ? requested(job, Optional.empty()) : job;
  }

  private static Job restoring(Job job, CheckpointId from) {
    return new Job(
        job.id(),
        new JobStatus.Restoring(from),
        job.epoch().next(),
        job.next(),
        job.latest(),
        job.settings(),
        job.restoreCheckpointId(),
        Optional.empty());
  }

  private static Job refused(Job job, Optional<Job.Refusal> refusal) {
    return new Job(
        job.id(),
        job.status(),
        job.epoch(),
        job.next(),
        job.latest(),
        job.settings(),
        Optional.empty(),
        refusal);
  }

  private static Job moved(Job job, JobStatus status) {
    return new Job(
        job.id(),
        status,
        job.epoch(),
        job.next(),
        job.latest(),
        job.settings(),
        job.restoreCheckpointId(),
        job.refusal());
  }
}

package dev.cairn.inmemory.dynamodb;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.job.TableEvent;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import dev.cairn.journal.Journal;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
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
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The table of the protocol in memory. Every call is atomic and returns what the real table would.
 *
 * <p>Entries are kept as bytes, so that readers decode them as from a real table.
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
          JobId, NavigableMap<CheckpointId, NavigableMap<SubtaskId, Item<Acknowledgement>>>>
      acknowledgements = new TreeMap<>();
  private final NavigableMap<JobId, NavigableMap<JobId, Item<Fork>>> forks = new TreeMap<>();
  private final NavigableMap<JobId, Fork> origins = new TreeMap<>();
  private final NavigableMap<JobId, Claim> claiming = new TreeMap<>();
  private final NavigableMap<JobId, NavigableMap<FilePath, Item<Claim>>> claims = new TreeMap<>();
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

  /**
   * Returns how often a journal, a job or a checkpoint was written; an unchanged count means
   * unchanged content.
   */
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

  /** Returns the events of the table's stream since the last call, in order. */
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
    for (NavigableMap<JobId, Item<Fork>> ofJob : forks.values()) {
      gone += removeExpired(ofJob.values(), now);
    }
    for (NavigableMap<FilePath, Item<Claim>> ofJob : claims.values()) {
      gone += removeExpired(ofJob.values(), now);
    }
    modifications += gone;
    // Nobody's journal, job or checkpoint changes with them.
    for (NavigableMap<CheckpointId, NavigableMap<SubtaskId, Item<Acknowledgement>>> ofJob :
        acknowledgements.values()) {
      for (NavigableMap<SubtaskId, Item<Acknowledgement>> ofCheckpoint : ofJob.values()) {
        gone += removeExpired(ofCheckpoint.values(), now);
      }
      ofJob.values().removeIf(NavigableMap::isEmpty);
    }
    return gone;
  }

  /** How many items the table holds. */
  public synchronized int items() {
    return jobs.size()
        + registered.size()
        + journals.values().stream().mapToInt(NavigableMap::size).sum()
        + checkpoints.values().stream().mapToInt(NavigableMap::size).sum()
        + forks.values().stream().mapToInt(NavigableMap::size).sum()
        + claims.values().stream().mapToInt(NavigableMap::size).sum()
        + acknowledgements.values().stream()
            .flatMap(ofJob -> ofJob.values().stream())
            .mapToInt(NavigableMap::size)
            .sum();
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
    Optional<Job> before = job(job.id());
    jobs.put(job.id(), job);
    if (isNew(job.restoreCheckpointId(), before.flatMap(Job::restoreCheckpointId))
        || isNew(job.command(), before.flatMap(Job::command))) {
      events.add(new TableEvent.Requested(job.id()));
    }
  }

  private static boolean isNew(Optional<String> asked, Optional<String> before) {
    return asked.isPresent() && !asked.equals(before);
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
  public synchronized boolean begin(Checkpoint.Pending pending, Optional<Request> served) {
    Optional<Job> ready =
        job(pending.job())
            .filter(job -> job.status().takesCheckpoints())
            .filter(job -> job.epoch().equals(pending.trigger().epoch()))
            .filter(job -> job.next().equals(pending.id()))
            .filter(job -> served.stream().allMatch(job::hasRequest));
    if (ready.isEmpty() || checkpoint(pending.job(), pending.id()).isPresent()) {
      return isStored(pending);
    }
    Job begun = ready.get().begun(pending.id());
    put(served.map(begun::without).orElse(begun));
    put(Item.lasting(pending));
    return true;
  }

  @Override
  public synchronized boolean complete(Checkpoint.Completed completed) {
    Optional<Job> ready =
        job(completed.job())
            .filter(job -> isOfEpoch(job, completed))
            .filter(job -> completed.isSavepoint() || isLatest(job, completed.id()));
    if (ready.isEmpty() || !isPending(completed.job(), completed.id())) {
      return isStored(completed);
    }
    if (!completed.isSavepoint()) {
      put(ready.get().withLatest(completed.id(), completed.trigger().format()));
    }
    put(Item.lasting(completed));
    return true;
  }

  /** Whether a checkpoint was begun in the epoch that its job is in. */
  protected boolean isOfEpoch(Job job, Checkpoint checkpoint) {
    return job.epoch().equals(checkpoint.trigger().epoch());
  }

  /** Whether no later checkpoint was completed. */
  protected boolean isLatest(Job job, CheckpointId id) {
    return job.latest().stream().allMatch(id::isAfter);
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
  public synchronized boolean end(
      Checkpoint.Completed completed, Epoch epoch, Checkpoint.Subsumed.End end) {
    boolean allowed =
        job(completed.job())
            .filter(job -> job.epoch().equals(epoch))
            .filter(job -> !job.status().restoringFrom().equals(Optional.of(completed.id())))
            .filter(job -> !isUndo(job, completed.id()))
            .filter(job -> !isPinned(job, completed.id()))
            .isPresent();
    Optional<Checkpoint.Completed> stored = completed(completed.job(), completed.id());
    if (!allowed || stored.isEmpty()) {
      return false;
    }
    put(
        Item.until(
            clock.instant().plus(KEPT_AFTER_END), new Checkpoint.Subsumed(stored.get(), end)));
    return true;
  }

  /** Whether a user has pinned this checkpoint. */
  protected boolean isPinned(Job job, CheckpointId id) {
    return job.isPinned(id);
  }

  @Override
  public synchronized boolean pin(Job seen, CheckpointId id) {
    return completed(seen.id(), id).isPresent() && pinning(seen, job -> job.pinning(id));
  }

  @Override
  public synchronized boolean unpin(Job seen, CheckpointId id) {
    return pinning(seen, job -> job.unpinning(id));
  }

  private boolean pinning(Job seen, UnaryOperator<Job> change) {
    Optional<Job> there =
        job(seen.id())
            .filter(job -> job.pinned().equals(seen.pinned()))
            .filter(job -> seen.request().stream().allMatch(job::hasRequest));
    there.ifPresent(job -> put(change.apply(seen.request().map(job::without).orElse(job))));
    return there.isPresent();
  }

  /** Whether an undo of the job's last restore leads to this checkpoint. */
  protected boolean isUndo(Job job, CheckpointId id) {
    return job.undo().equals(Optional.of(id));
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

  /** Puts a checkpoint without any condition; one that is over expires as it would otherwise. */
  protected final synchronized void put(Checkpoint checkpoint) {
    put(
        switch (checkpoint) {
          case Checkpoint.Pending pending -> Item.lasting(pending);
          case Checkpoint.Completed completed -> Item.lasting(completed);
          case Checkpoint.Aborted aborted ->
              Item.until(aborted.abortedAt().plus(KEPT_AFTER_END), aborted);
          case Checkpoint.Subsumed subsumed ->
              Item.until(clock.instant().plus(KEPT_AFTER_END), subsumed);
        });
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
        acknowledgementsOf(job, acknowledgement.checkpoint())
                .putIfAbsent(
                    acknowledgement.subtask(),
                    Item.until(clock.instant().plus(KEPT_AFTER_END), acknowledgement))
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
    return acknowledgementsOf(job, id).values().stream().map(Item::value).toList();
  }

  private NavigableMap<SubtaskId, Item<Acknowledgement>> acknowledgementsOf(
      JobId job, CheckpointId id) {
    return acknowledgements
        .computeIfAbsent(job, j -> new TreeMap<>())
        .computeIfAbsent(id, i -> new TreeMap<>());
  }

  @Override
  public synchronized boolean request(JobId job, Request request) {
    job(job).ifPresent(found -> put(found.with(request)));
    return jobs.containsKey(job);
  }

  @Override
  public synchronized boolean request(Job seen, Request request) {
    Optional<Job> unchanged =
        job(seen.id())
            .filter(
                job ->
                    job.hasRequest(request)
                        || job.request(request.attribute())
                            .equals(seen.request(request.attribute())));
    unchanged.ifPresent(job -> put(job.with(request)));
    return unchanged.isPresent();
  }

  @Override
  public synchronized boolean move(
      Job seen, JobStatus to, List<Checkpoint.Pending> aborting, Instant now) {
    seen.status().requireLeadsTo(to);
    Optional<Job> ready =
        job(seen.id())
            .filter(job -> job.epoch().equals(seen.epoch()) && job.status().equals(seen.status()));
    if (ready.isEmpty()
        || isClaimed(seen.id(), to)
        || !to.needed().stream().allMatch(id -> isRestorable(seen.id(), id))
        || !aborting.stream().allMatch(one -> isPending(seen.id(), one.id()))) {
      return false;
    }
    Job job = seen.request().map(ready.get()::without).orElse(ready.get());
    put(job.at(to));
    aborting.forEach(one -> abort(to.abort(one, now)));
    claim(seen, to, now);
    return true;
  }

  /** Whether a checkpoint can be restored, or led to by an undo: it is completed. */
  protected boolean isRestorable(JobId job, CheckpointId id) {
    return completed(job, id).isPresent();
  }

  /** Registers what a restore claims, over what the last one had not confirmed. */
  protected final synchronized void claim(Job seen, JobStatus to, Instant now) {
    if (to instanceof JobStatus.Restoring) {
      claiming.remove(seen.id());
      Claim.of(seen, to, id -> completed(seen.id(), id).map(Checkpoint.Completed::metadata), now)
          .ifPresent(claim -> claiming.put(seen.id(), claim));
    }
  }

  /** Whether the job would be restored from a directory that is its own to delete by now. */
  private boolean isClaimed(JobId job, JobStatus to) {
    return to instanceof JobStatus.Restoring(Restoration from)
        && from.source() instanceof Restoration.Source.Metadata(FileRef file)
        && claims(job).stream()
            .filter(Claim::isConfirmed)
            .anyMatch(claim -> file.path().parent().equals(Optional.of(claim.directory())));
  }

  @Override
  public synchronized boolean upgrade(Job seen, FormatVersion to) {
    Optional<Job> asking = asking(seen).filter(job -> job.format() == seen.format());
    asking.ifPresent(job -> put(job.without(seen.request().orElseThrow()).in(to)));
    return asking.isPresent();
  }

  @Override
  public synchronized boolean serve(Job seen) {
    Optional<Job> asking = asking(seen);
    asking.ifPresent(job -> put(job.without(seen.request().orElseThrow())));
    return asking.isPresent();
  }

  private Optional<Job> asking(Job seen) {
    return job(seen.id()).filter(job -> seen.request().filter(job::hasRequest).isPresent());
  }

  @Override
  public synchronized boolean refuse(Job seen, String reason, Instant now) {
    if (seen.request().isEmpty()) {
      return false;
    }
    Request request = seen.request().get();
    Optional<Job.Refusal> refusal = Optional.of(new Job.Refusal(request.command(), reason, now));
    Optional<Job> asking = asking(seen);
    asking.ifPresent(job -> put(job.without(request).with(refusal)));
    return asking.isPresent()
        || job(seen.id())
            .filter(job -> !job.hasRequest(request) && job.refusal().equals(refusal))
            .isPresent();
  }

  @Override
  public synchronized boolean explain(Job seen, Job.Refusal refusal) {
    Optional<Job> found =
        job(seen.id()).filter(job -> job.epoch().equals(seen.epoch()) && job.request().isEmpty());
    found.ifPresent(job -> put(job.with(Optional.of(refusal))));
    return found.isPresent();
  }

  @Override
  public synchronized boolean fork(Job seen, Fork fork) {
    Optional<Job> parent =
        job(fork.parent())
            .filter(job -> job.epoch().equals(seen.epoch()) && mayFork(fork))
            .filter(job -> seen.request().stream().allMatch(job::hasRequest));
    if (parent.isEmpty() || jobs.containsKey(fork.child())) {
      return forks(fork.parent()).contains(fork);
    }
    put(seen.request().map(parent.get()::without).orElse(parent.get()));
    put(fork.begin(parent.get().settings(), seen.format()));
    forksOf(fork.parent()).put(fork.child(), Item.lasting(fork));
    origins.put(fork.child(), fork);
    return true;
  }

  /** Whether the checkpoint is there to begin from. */
  protected boolean mayFork(Fork fork) {
    return completed(fork.parent(), fork.checkpoint()).isPresent();
  }

  @Override
  public synchronized List<Fork> forks(JobId parent) {
    return forksOf(parent).values().stream()
        .filter(item -> item.expiresAt().isEmpty())
        .map(Item::value)
        .toList();
  }

  @Override
  public synchronized Optional<Fork> forkedFrom(JobId child) {
    return Optional.ofNullable(origins.get(child));
  }

  @Override
  public synchronized boolean unfork(Job child, Fork fork, Instant at) {
    Optional<Job> cancelled =
        job(child.id())
            .filter(job -> job.epoch().equals(child.epoch()) && job.status().equals(child.status()))
            .filter(job -> job.status().isCancelled());
    if (cancelled.isEmpty()) {
      return false;
    }
    put(cancelled.get().atNextEpoch());
    forksOf(fork.parent()).put(fork.child(), Item.lasting(fork.released(at)));
    origins.put(fork.child(), fork.released(at));
    return true;
  }

  @Override
  public synchronized void release(Fork fork, Instant at) {
    modifications++;
    forksOf(fork.parent())
        .computeIfPresent(
            fork.child(),
            (child, item) ->
                item.value().isReleased() ? item : Item.lasting(item.value().released(at)));
    origins.remove(fork.child(), fork);
  }

  @Override
  public synchronized void forget(Fork fork) {
    modifications++;
    forksOf(fork.parent())
        .computeIfPresent(
            fork.child(),
            (child, item) ->
                item.value().isReleased()
                    ? Item.until(clock.instant().plus(KEPT_AFTER_END), item.value())
                    : item);
  }

  private NavigableMap<JobId, Item<Fork>> forksOf(JobId parent) {
    return forks.computeIfAbsent(parent, job -> new TreeMap<>());
  }

  @Override
  public synchronized List<Claim> claims(JobId job) {
    return Stream.concat(
            Optional.ofNullable(claiming.get(job)).stream(),
            claimsOf(job).values().stream()
                .filter(item -> item.expiresAt().isEmpty())
                .map(Item::value))
        .toList();
  }

  @Override
  public synchronized boolean confirm(Claim claim, Optional<CheckpointId> savepoint) {
    Optional<Claim> there = Optional.ofNullable(claiming.get(claim.job()));
    Optional<CheckpointId> restoring =
        job(claim.job()).flatMap(job -> job.status().restoringFrom());
    if (there.filter(one -> one.epoch().equals(claim.epoch())).isEmpty()
        || (savepoint.isPresent()
            && (restoring.equals(savepoint)
                || job(claim.job()).stream().anyMatch(job -> isPinned(job, savepoint.get()))
                || completed(claim.job(), savepoint.get()).isEmpty()))) {
      return false;
    }
    modifications++;
    claiming.remove(claim.job());
    claimsOf(claim.job()).put(claim.directory(), Item.lasting(claim.confirmed()));
    savepoint
        .flatMap(id -> completed(claim.job(), id))
        .ifPresent(
            completed -> put(new Checkpoint.Subsumed(completed, Checkpoint.Subsumed.End.CLAIMED)));
    return true;
  }

  @Override
  public synchronized void forget(Claim confirmed) {
    modifications++;
    claimsOf(confirmed.job())
        .computeIfPresent(
            confirmed.directory(),
            (directory, item) ->
                item.value().epoch().equals(confirmed.epoch())
                    ? Item.until(clock.instant().plus(KEPT_AFTER_END), item.value())
                    : item);
  }

  private NavigableMap<FilePath, Item<Claim>> claimsOf(JobId job) {
    return claims.computeIfAbsent(job, of -> new TreeMap<>());
  }
}

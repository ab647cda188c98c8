package dev.cairn.coordinator;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.Expected;
import dev.cairn.checkpoint.Job;
import dev.cairn.coordinator.CoordinatorDecisions.Request;
import dev.cairn.coordinator.CoordinatorDecisions.Resolution;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.CheckpointStorage;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * Triggers a job's checkpoints, commits those that are complete, and restores the one that a user
 * asks for.
 *
 * <p>Each event loads what it needs, and each write is conditional on what was read; what is
 * remembered between events only saves reading. Any number of coordinators may work on one job, and
 * each may stop between any two writes; the next tick goes on.
 */
public final class Coordinator {
  private static final int ATTEMPTS = 5;

  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final CoordinatorDecisions decisions;
  private final LiveCheckpoints live;
  private final JournalTails tails;
  private final Answers answers = new Answers();
  private final Restore restore;
  private final GarbageCollection collection;

  public Coordinator(
      CoordinatorPorts ports, CoordinatorSettings settings, CoordinatorDecisions decisions) {
    this.ports = ports;
    this.settings = settings;
    this.decisions = decisions;
    this.live = new LiveCheckpoints(ports.checkpoints());
    this.tails = new JournalTails(ports);
    this.restore = new Restore(ports, settings, decisions, live, tails);
    this.collection = new GarbageCollection(ports, settings, decisions, live, tails);
  }

  public Coordinator(CoordinatorPorts ports, CoordinatorSettings settings) {
    this(ports, settings, new CoordinatorDecisions());
  }

  public void on(Event event) {
    // Nothing has to be read to know that others are still to answer.
    if (event instanceof Event.Acknowledged told && answers.canWait(told)) {
      return;
    }
    Optional<Job> found = ports.checkpoints().job(event.job());
    if (found.isEmpty()) {
      return;
    }
    Job job = restore.ifRequested(found.get());
    if (!job.status().isRunning()) {
      restore.resume(job);
      return;
    }
    switch (event) {
      case Event.Tick t -> tick(job);
      case Event.Acknowledged acknowledged ->
          pending(job, acknowledged.checkpoint())
              .filter(pending -> answers.isWorthReading(pending, acknowledged))
              .ifPresent(pending -> settle(job, pending));
      case Event.Declined declined ->
          pending(job, declined.checkpoint()).ifPresent(pending -> settle(job, pending));
      case Event.RestoreRequested r -> {}
    }
  }

  private Optional<Checkpoint.Pending> pending(Job job, CheckpointId id) {
    return ports
        .checkpoints()
        .checkpoint(job.id(), id)
        .filter(Checkpoint.Pending.class::isInstance)
        .map(Checkpoint.Pending.class::cast);
  }

  private void tick(Job job) {
    Instant now = ports.clock().instant();
    live.pending(job.id()).forEach(pending -> settle(job, pending));
    Map<SubtaskId, JournalTail> tails = this.tails.of(job.id());
    List<Checkpoint> checkpoints = live.of(job.id());
    if (decisions.isDue(job, checkpoints, tails.values(), settings.tickTolerance(), now)) {
      trigger(job, tails, now);
    } else {
      for (Checkpoint checkpoint : checkpoints) {
        if (checkpoint instanceof Checkpoint.Pending pending) {
          request(pending, tails, now);
        }
      }
    }
    restore.wakeGaps(job, tails.values());
    if (decisions.isCollectionDue(job, tails.values(), now)) {
      collection.collect(job.id());
    }
  }

  private void trigger(Job job, Map<SubtaskId, JournalTail> tails, Instant now) {
    SortedSet<SubtaskId> subtasks = decisions.expected(tails.values());
    Checkpoint.Pending pending =
        new Checkpoint.Pending(
            new Checkpoint.Triggering(
                job.id(), job.next(), job.epoch(), now, Expected.of(subtasks)),
            subtasks);
    if (ports.checkpoints().begin(pending)) {
      request(pending, tails, now);
    }
  }

  /** Asks every subtask that was not asked yet, and wakes those that nothing else invokes. */
  private void request(Checkpoint.Pending pending, Map<SubtaskId, JournalTail> tails, Instant now) {
    Set<SubtaskId> answered = answers.of(pending);
    List<JournalTail> unanswered =
        pending.subtasks().stream()
            .filter(subtask -> tails.containsKey(subtask) && !answered.contains(subtask))
            .map(tails::get)
            .toList();
    // One that fails keeps none of the others from being asked; it is asked again at the next tick.
    List<Boolean> answeredHere =
        ports.fanOut().map(unanswered, tail -> request(pending, tail, now));
    if (answeredHere.contains(true)) {
      // Its own acknowledgements need not come back by the table's stream.
      ports.checkpoints().job(pending.job()).ifPresent(job -> settle(job, pending));
    }
  }

  /** Whether the coordinator has answered for the subtask itself. */
  private boolean request(Checkpoint.Pending pending, JournalTail read, Instant now) {
    JournalTail tail = read;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Request wanted = decisions.request(pending, tail);
      if (wanted == Request.NONE) {
        if (decisions.needsWake(pending, tail, settings.idleAfter(), now)) {
          ports.waker().wake(tail.subtask());
        }
        return false;
      }
      boolean carried = wanted == Request.CARRY_FORWARD;
      Append append = carried ? carryForward(pending, tail) : trigger(pending, tail, now);
      if (append != Append.TAKEN) {
        return carried && append == Append.APPENDED;
      }
      // A busy task was faster: what the journal says now is decided anew.
      tail = tails.of(tail.subtask()).orElse(tail);
    }
    return false;
  }

  private Append trigger(Checkpoint.Pending pending, JournalTail tail, Instant now) {
    Entry.Header header = tail.head().next(ports.ids().get(), Writer.COORDINATOR, now);
    Append append =
        ports
            .journal()
            .append(
                tail.subtask(),
                new Entry.Triggered(header, pending.id(), Entry.Triggered.ALIGNED, Map.of()));
    if (append == Append.APPENDED && decisions.isSilent(tail, settings.idleAfter(), now)) {
      ports.waker().wake(tail.subtask());
    }
    return append;
  }

  /**
   * Answers for a subtask whose state is that of its last base: the same handle, at the head of its
   * journal.
   */
  private Append carryForward(Checkpoint.Pending pending, JournalTail tail) {
    StateHandle handle = tail.base().handle();
    Entry.Header header =
        tail.head()
            .next(ports.ids().get(), Writer.COORDINATOR, ports.clock().instant())
            .with(pending.id());
    Entry.Snapshotted entry =
        new Entry.Snapshotted(
            header, pending.id(), tail.base().origin(), handle, tail.base().channels());
    long size =
        handle.manifest().sizeBytes() + handle.stateFile().map(FileRef::sizeBytes).orElse(0L);
    return ports
        .journal()
        .append(
            tail.subtask(),
            entry,
            new Acknowledgement.Acknowledged(
                tail.subtask(), pending.id(), handle.stateFile(), size, 0));
  }

  /** Commits a checkpoint that is complete, aborts one that cannot be, and leaves the others. */
  private void settle(Job job, Checkpoint.Pending pending) {
    List<Acknowledgement> acknowledgements = ports.checkpoints().acknowledgements(pending);
    answers.read(pending, acknowledgements);
    Instant now = ports.clock().instant();
    switch (decisions.resolve(job, pending, acknowledgements, now)) {
      case Resolution.Waiting w -> {}
      case Resolution.Abort abort -> abort(pending, now, abort.reason());
      case Resolution.Complete complete -> commit(job, pending, complete.acknowledgements());
    }
  }

  private void abort(Checkpoint.Pending pending, Instant now, String reason) {
    Checkpoint.Aborted aborted = new Checkpoint.Aborted(pending.trigger(), now, reason);
    if (ports.checkpoints().abort(aborted)) {
      int inARow = decisions.failedInARow(live.of(pending.job()));
      ports.announcer().announce(new Announcement.Aborted(aborted, inARow));
    }
  }

  private void commit(
      Job job, Checkpoint.Pending pending, List<Acknowledgement.Acknowledged> acknowledgements) {
    CheckpointMetadata metadata = new CheckpointMetadata(pending.trigger(), acknowledgements);
    byte[] bytes = CheckpointFormat.write(metadata);
    FilePath path = Layout.metadata(job.id(), pending.id());
    Instant now = ports.clock().instant();
    if (ports.storage().put(path, bytes, Sha256.of(bytes)) == CheckpointStorage.Put.ALREADY_EXISTS
        && !ports.storage().get(path).map(stored -> Arrays.equals(stored, bytes)).orElse(false)) {
      abort(pending, now, path + " exists with other content; nothing refers to it");
      return;
    }
    // Until this transaction nothing refers to the checkpoint; after it, everything does.
    Checkpoint.Completed completed =
        new Checkpoint.Completed(
            pending.trigger(),
            now,
            new FileRef(path, bytes.length, Sha256.of(bytes)),
            metadata.fullSizeBytes(),
            metadata.incrementalSizeBytes());
    if (ports.checkpoints().complete(completed)) {
      ports.announcer().announce(new Announcement.Completed(completed));
      retire(job);
    }
  }

  /**
   * Lets the checkpoints go that newer ones stand for, and the files and entries that nothing needs
   * any more.
   */
  private void retire(Job job) {
    for (Checkpoint.Completed subsumed :
        decisions.subsumed(live.of(job.id()), job.settings().numRetained())) {
      ports.checkpoints().subsume(subsumed, job.epoch());
    }
    collection.collect(job.id());
  }
}

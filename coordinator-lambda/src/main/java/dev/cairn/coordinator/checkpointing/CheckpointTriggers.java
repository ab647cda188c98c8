package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Expected;
import dev.cairn.coordinator.checkpointing.CheckpointDecisions.Asking;
import dev.cairn.coordinator.journals.JournalDecisions;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.id.SavepointName;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.StateDigest;
import dev.cairn.state.StateHandle;
import dev.cairn.storage.FileRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Begins checkpoints, and asks every subtask for its part until it has answered. */
public final class CheckpointTriggers {
  private static final int ATTEMPTS = 5;

  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final JournalDecisions journalDecisions;
  private final CheckpointDecisions decisions;
  private final JournalTails tails;
  private final AckTally answers;
  private final CheckpointCompletion completing;

  public CheckpointTriggers(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      JournalDecisions journalDecisions,
      CheckpointDecisions decisions,
      JournalTails tails,
      AckTally answers,
      CheckpointCompletion completing) {
    this.ports = ports;
    this.settings = settings;
    this.journalDecisions = journalDecisions;
    this.decisions = decisions;
    this.tails = tails;
    this.answers = answers;
    this.completing = completing;
  }

  /** Triggers the checkpoint that is due. */
  public void onSchedule(Job job, Map<SubtaskId, JournalTail> tails, Instant now) {
    begin(job, tails, Optional.empty(), Checkpoint.Triggering.SCHEDULE, Optional.empty(), now);
  }

  /** Triggers the checkpoint that a user requested. */
  public void onRequest(Job job, Request request, Instant now) {
    begin(job, tails.of(job.id()), Optional.empty(), request.command(), Optional.of(request), now);
  }

  /** Triggers the savepoint that a user requested. */
  public void onRequest(Job job, Request request, Optional<SavepointName> name, Instant now) {
    begin(
        job,
        tails.of(job.id()),
        Optional.of(savepoint(job, name)),
        request.command(),
        Optional.of(request),
        now);
  }

  /** Triggers the savepoint of a job that stops. */
  public void ofStop(
      Job job, Halt.Stopping stopping, Map<SubtaskId, JournalTail> tails, Instant now) {
    Checkpoint.Savepoint savepoint = savepoint(job, stopping.savepoint());
    begin(job, tails, Optional.of(savepoint), "stop", Optional.empty(), now);
  }

  private static Checkpoint.Savepoint savepoint(Job job, Optional<SavepointName> name) {
    return new Checkpoint.Savepoint(name, SavepointPlace.of(job, name));
  }

  private void begin(
      Job job,
      Map<SubtaskId, JournalTail> tails,
      Optional<Checkpoint.Savepoint> savepoint,
      String cause,
      Optional<Request> served,
      Instant now) {
    SortedSet<SubtaskId> subtasks = decisions.expected(tails.values());
    Checkpoint.Pending pending =
        new Checkpoint.Pending(
            new Checkpoint.Triggering(
                job.id(),
                job.next(),
                job.epoch(),
                now,
                Expected.of(subtasks),
                savepoint,
                savepoint.isEmpty() && !job.settings().incremental(),
                cause),
            subtasks);
    if (ports.checkpoints().begin(pending, served)) {
      ports.announcer().announce(new Announcement.Triggered(pending));
      request(pending, tails, now);
    }
  }

  /** Asks again for what is still missing. */
  public void repeat(List<Checkpoint> checkpoints, Map<SubtaskId, JournalTail> tails, Instant now) {
    for (Checkpoint.Pending pending : Checkpoint.pending(checkpoints)) {
      request(pending, tails, now);
    }
  }

  /** Asks every subtask that was not asked yet, and wakes those that nothing else invokes. */
  private void request(Checkpoint.Pending pending, Map<SubtaskId, JournalTail> tails, Instant now) {
    Requests requests = new Requests();
    Set<SubtaskId> answered = answers.of(pending);
    List<JournalTail> unanswered =
        pending.subtasks().stream()
            .filter(subtask -> tails.containsKey(subtask) && !answered.contains(subtask))
            .map(tails::get)
            .toList();
    // One that fails keeps none of the others from being asked; it is asked again at the next tick.
    try {
      ports
          .fanOut()
          .map(
              unanswered,
              tail -> {
                request(pending, tail, now, requests);
                return tail.subtask();
              });
    } finally {
      requests.announce(ports.announcer(), pending);
    }
    if (requests.carriedForward.get() > 0) {
      // Its own acknowledgements need not come back by the table's stream.
      ports.checkpoints().job(pending.job()).ifPresent(job -> completing.settle(job, pending));
    }
  }

  /** What was done for a checkpoint at one tick, by several at once. */
  private static final class Requests {
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger carriedForward = new AtomicInteger();
    private final AtomicInteger woken = new AtomicInteger();

    void announce(Announcer announcer, Checkpoint.Pending pending) {
      if (asked.get() + carriedForward.get() + woken.get() > 0) {
        announcer.announce(
            new Announcement.Asked(pending, asked.get(), carriedForward.get(), woken.get()));
      }
    }
  }

  private void request(
      Checkpoint.Pending pending, JournalTail read, Instant now, Requests requests) {
    JournalTail tail = read;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Asking wanted = decisions.request(pending, tail);
      if (wanted == Asking.NONE) {
        if (decisions.needsWake(pending, tail, settings.idleAfter(), now)) {
          ports.waker().wake(tail.subtask());
          requests.woken.incrementAndGet();
        }
        return;
      }
      Append append =
          wanted == Asking.CARRY_FORWARD
              ? carryForward(pending, tail, requests)
              : trigger(pending, tail, now, requests);
      if (append != Append.TAKEN) {
        return;
      }
      // A busy task was faster: what the journal says now is decided anew.
      tail = tails.of(tail.subtask()).orElse(tail);
    }
  }

  private Append trigger(
      Checkpoint.Pending pending, JournalTail tail, Instant now, Requests requests) {
    Entry.Header header = tail.head().next(ports.ids().get(), Writer.COORDINATOR, now);
    Entry.Triggered triggered =
        Entry.Triggered.of(
            header,
            pending.id(),
            pending.trigger().savepoint().map(Checkpoint.Savepoint::directory));
    Append append =
        ports
            .journal()
            .append(tail.subtask(), pending.trigger().isFull() ? triggered.asFull() : triggered);
    if (append == Append.APPENDED) {
      requests.asked.incrementAndGet();
      if (journalDecisions.isSilent(tail, settings.idleAfter(), now)) {
        ports.waker().wake(tail.subtask());
        requests.woken.incrementAndGet();
      }
    }
    return append;
  }

  /**
   * Answers for a subtask whose state is that of its last base: the same handle, at the head of its
   * journal.
   */
  private Append carryForward(Checkpoint.Pending pending, JournalTail tail, Requests requests) {
    StateHandle handle = tail.base().handle();
    Instant now = ports.clock().instant();
    Entry.Header header =
        tail.head().next(ports.ids().get(), Writer.COORDINATOR, now).with(pending.id());
    Entry.Snapshotted entry =
        new Entry.Snapshotted(
            header, pending.id(), tail.base().origin(), handle, tail.base().channels());
    long size =
        handle.manifest().sizeBytes() + handle.stateFile().map(FileRef::sizeBytes).orElse(0L);
    Append append =
        ports
            .journal()
            .append(
                tail.subtask(),
                entry,
                new Acknowledgement.Acknowledged(
                        tail.subtask(), pending.id(), handle.stateFile(), size, 0)
                    .with(Acknowledgement.Timing.atOnce(now))
                    .with(StateDigest.of(header.position(), header.counts(), handle.manifest())));
    if (append == Append.APPENDED) {
      requests.carriedForward.incrementAndGet();
    }
    return append;
  }
}

package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.id.SavepointName;
import dev.cairn.id.SubtaskId;
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
import java.util.concurrent.atomic.AtomicInteger;

/** Begins checkpoints, and requests a snapshot from each subtask until it has acknowledged. */
public final class CheckpointTriggers {
  private static final int ATTEMPTS = 5;

  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final CheckpointDecisions decisions;
  private final JournalTails tails;
  private final CheckpointCompletion completing;

  public CheckpointTriggers(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      CheckpointDecisions decisions,
      JournalTails tails,
      CheckpointCompletion completing) {
    this.ports = ports;
    this.settings = settings;
    this.decisions = decisions;
    this.tails = tails;
    this.completing = completing;
  }

  /** Triggers the checkpoint that a user requested. */
  public void onRequest(Job job, Request request, Instant now) {
    begin(job, Optional.empty(), request, now);
  }

  /** Triggers the savepoint that a user requested. */
  public void onRequest(Job job, Request request, Optional<SavepointName> name, Instant now) {
    begin(job, Optional.of(SavepointPlace.savepoint(job, name)), request, now);
  }

  private void begin(
      Job job, Optional<Checkpoint.Savepoint> savepoint, Request request, Instant now) {
    Map<SubtaskId, JournalTail> read = tails.of(job.id());
    Checkpoint.Pending pending =
        decisions.next(job, read.values(), savepoint, request.command(), now);
    begin(
        pending,
        decisions.requests(pending, read, Set.of(), settings.idleAfter(), now),
        Optional.of(request),
        now);
  }

  /**
   * Begins a checkpoint, and requests each subtask's part of it.
   *
   * @param served the user's request, which the same write removes
   */
  public void begin(
      Checkpoint.Pending pending,
      List<SubtaskRequest> requests,
      Optional<Request> served,
      Instant now) {
    if (ports.checkpoints().begin(pending, served)) {
      ports.announcer().announce(new Announcement.Triggered(pending));
      request(pending, requests, now);
    }
  }

  /** Appends triggers for subtasks, acknowledges for unchanged ones, and wakes idle ones. */
  public void request(Checkpoint.Pending pending, List<SubtaskRequest> requests, Instant now) {
    Requested requested = new Requested();
    // A failed request does not prevent the others; the next tick repeats it.
    try {
      ports
          .fanOut()
          .map(
              requests,
              request -> {
                request(pending, request, now, requested);
                return request.tail().subtask();
              });
    } finally {
      requested.announce(ports.announcer(), pending);
    }
    if (requested.carriedForward.get() > 0) {
      // The coordinator counts its own acknowledgements directly, not by the table's stream.
      ports.checkpoints().job(pending.job()).ifPresent(job -> completing.settle(job, pending));
    }
  }

  /** Counts what one tick did for a checkpoint. Used by several threads. */
  private static final class Requested {
    private final AtomicInteger triggered = new AtomicInteger();
    private final AtomicInteger carriedForward = new AtomicInteger();
    private final AtomicInteger woken = new AtomicInteger();

    void announce(Announcer announcer, Checkpoint.Pending pending) {
      if (triggered.get() + carriedForward.get() + woken.get() > 0) {
        announcer.announce(
            new Announcement.AcksRequested(
                pending, triggered.get(), carriedForward.get(), woken.get()));
      }
    }
  }

  private void request(
      Checkpoint.Pending pending, SubtaskRequest planned, Instant now, Requested requested) {
    Optional<SubtaskRequest> next = Optional.of(planned);
    for (int attempt = 1; attempt <= ATTEMPTS && next.isPresent(); attempt++) {
      SubtaskRequest request = next.get();
      if (isDone(pending, request, now, requested)) {
        return;
      }
      // A task has appended in the meantime: decide again from the current journal.
      JournalTail tail = tails.of(request.tail().subtask()).orElse(request.tail());
      next = decisions.request(pending, tail, settings.idleAfter(), now);
    }
  }

  /** Performs a request; returns false if the journal has changed since the decision. */
  private boolean isDone(
      Checkpoint.Pending pending, SubtaskRequest request, Instant now, Requested requested) {
    return switch (request) {
      case SubtaskRequest.Trigger trigger ->
          trigger(pending, trigger, now, requested) != Append.TAKEN;
      case SubtaskRequest.CarryForward forward ->
          carryForward(pending, forward.tail(), requested) != Append.TAKEN;
      case SubtaskRequest.Wake wake -> {
        wake(wake.tail(), requested);
        yield true;
      }
    };
  }

  private void wake(JournalTail tail, Requested requested) {
    ports.topology().wake(tail.subtask());
    requested.woken.incrementAndGet();
  }

  private Append trigger(
      Checkpoint.Pending pending,
      SubtaskRequest.Trigger request,
      Instant now,
      Requested requested) {
    JournalTail tail = request.tail();
    Entry.Header header =
        tail.head()
            .next(ports.ids().get(), Writer.COORDINATOR, now)
            .raisedTo(pending.trigger().format());
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
      requested.triggered.incrementAndGet();
      if (request.wakes()) {
        wake(tail, requested);
      }
    }
    return append;
  }

  /**
   * Acknowledges for a subtask whose state equals its last base, with the base's handle, at the
   * head of its journal.
   */
  private Append carryForward(Checkpoint.Pending pending, JournalTail tail, Requested requested) {
    StateHandle handle = tail.base().handle();
    Instant now = ports.clock().instant();
    if (tail.isClosed()) {
      // An entry would hide that the shard is closed.
      acknowledge(pending, tail, tail.head(), now);
      requested.carriedForward.incrementAndGet();
      return Append.APPENDED;
    }
    Entry.Header header =
        tail.head()
            .next(ports.ids().get(), Writer.COORDINATOR, now)
            .raisedTo(pending.trigger().format())
            .with(pending.id());
    Entry.Snapshotted entry =
        new Entry.Snapshotted(
            header, pending.id(), tail.base().origin(), handle, tail.base().channels());
    Append append =
        ports.journal().append(tail.subtask(), entry, acknowledgement(pending, tail, header, now));
    if (append == Append.APPENDED) {
      requested.carriedForward.incrementAndGet();
    }
    return append;
  }

  private void acknowledge(
      Checkpoint.Pending pending, JournalTail tail, Entry.Header header, Instant now) {
    // One that is there already says the same.
    var unused = ports.checkpoints().acknowledge(acknowledgement(pending, tail, header, now));
  }

  private static Acknowledgement.Acknowledged acknowledgement(
      Checkpoint.Pending pending, JournalTail tail, Entry.Header header, Instant now) {
    StateHandle handle = tail.base().handle();
    long size =
        handle.manifest().sizeBytes() + handle.stateFile().map(FileRef::sizeBytes).orElse(0L);
    return new Acknowledgement.Acknowledged(
            tail.subtask(), pending.id(), handle.stateFile(), size, 0)
        .with(Acknowledgement.Timing.immediately(now))
        .with(StateDigest.of(header.position(), header.counts(), handle.manifest()));
  }
}

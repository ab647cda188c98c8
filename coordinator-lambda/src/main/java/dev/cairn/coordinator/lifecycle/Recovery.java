package dev.cairn.coordinator.lifecycle;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.restoring.Preflight;
import dev.cairn.coordinator.restoring.RestoreDecisions;
import dev.cairn.coordinator.restoring.RestoreExecution;
import dev.cairn.coordinator.restoring.RestoreRefusedException;
import dev.cairn.coordinator.restoring.SubtaskSnapshot;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.Restoration;
import dev.cairn.journal.ShardFailure;
import dev.cairn.state.RunRef;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.StreamException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Restores a job automatically when the head of one of its journals needs a missing or altered
 * file. No task can continue from such a head, and waiting does not help.
 */
public final class Recovery {
  private static final int MOST_TOLD = 3;
  private static final int LONGEST_TOLD = 250;

  private final CoordinatorPorts ports;
  private final Preflight preflight;
  private final RestoreExecution restore;
  private final Lifecycle lifecycle;

  public Recovery(
      CoordinatorPorts ports, Preflight preflight, RestoreExecution restore, Lifecycle lifecycle) {
    this.ports = ports;
    this.preflight = preflight;
    this.restore = restore;
    this.lifecycle = lifecycle;
  }

  /**
   * Restores the newest completed checkpoint that passes every check. If none is left, the
   * configured fallback applies.
   *
   * @param damaged subtasks whose state cannot be loaded; at least one
   * @param checkpoints the job's live checkpoints
   */
  public void recover(Job job, List<JournalTail> damaged, List<Checkpoint> checkpoints) {
    List<String> passedOver = new ArrayList<>();
    try {
      for (Restoration from : candidates(job)) {
        try {
          requireOthers(preflight.requireRestorable(job, from).values(), damaged);
          restore.begin(job, from.withPassedOver(passedOver), checkpoints, Optional.empty(), now());
          return;
        } catch (RestoreRefusedException e) {
          passedOver.add(from.name() + ": " + e.reason());
        } catch (NotInStreamException e) {
          passedOver.add(from.name() + ": " + e.getMessage());
        }
      }
    } catch (StorageException | StreamException e) {
      ports
          .announcer()
          .announce(
              new Announcement.Postponed("to restore by itself", String.valueOf(e.getMessage())));
      return;
    }
    lifecycle.halt(job, new Halt.Failed(failure(damaged, passedOver)), checkpoints, now());
  }

  private List<Restoration> candidates(Job job) {
    List<Restoration> candidates = new ArrayList<>();
    RestoreDecisions.recoverable(job, ports.checkpoints().checkpoints(job.id()))
        .forEach(checkpoint -> candidates.add(Restoration.of(checkpoint.id())));
    switch (job.settings().recoveryFallback()) {
      case FAIL -> {}
      case FROM_BEGINNING -> candidates.add(Restoration.ofNothing());
    }
    return candidates;
  }

  /** A file that a task could not read may still pass the check of size and checksum. */
  private static void requireOthers(Collection<SubtaskSnapshot> states, List<JournalTail> damaged)
      throws RestoreRefusedException {
    for (SubtaskSnapshot snapshot : states) {
      for (RunRef run : snapshot.state().manifest().runs()) {
        String path = run.file().path().value();
        if (damaged.stream().anyMatch(tail -> failing(tail).message().contains(path))) {
          throw new RestoreRefusedException("it needs the very file " + path);
        }
      }
    }
  }

  private static ShardFailure failing(JournalTail tail) {
    return tail.head().failing().orElseThrow();
  }

  private static Failure failure(List<JournalTail> damaged, List<String> passedOver) {
    JournalTail first = damaged.getFirst();
    String none =
        passedOver.isEmpty()
            ? "there is no checkpoint to restore"
            : "no checkpoint can be restored (" + firstFew(passedOver) + ")";
    return Failure.of(
        FailureReason.DAMAGED, first.subtask(), failing(first).message() + "; " + none);
  }

  /** Returns the newest of them: there may be thousands, and the message must fit into one item. */
  private static String firstFew(List<String> passedOver) {
    List<String> lines =
        passedOver.stream().limit(MOST_TOLD).map(Recovery::shorten).collect(Collectors.toList());
    if (passedOver.size() > MOST_TOLD) {
      lines.add("and " + (passedOver.size() - MOST_TOLD) + " more");
    }
    return String.join("; ", lines);
  }

  private static String shorten(String reason) {
    return reason.length() <= LONGEST_TOLD ? reason : reason.substring(0, LONGEST_TOLD) + "…";
  }

  private Instant now() {
    return ports.clock().instant();
  }
}

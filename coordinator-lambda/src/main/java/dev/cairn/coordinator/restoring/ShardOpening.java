package dev.cairn.coordinator.restoring;

import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Opened;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Origin;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Opens shards for a restore that gives them state before any record has reached them.
 *
 * <p>No task opens a shard while its job is being restored, and none applies records to a suspended
 * shard, so a shard opened here waits until its state is there.
 */
final class ShardOpening {
  private final CoordinatorPorts ports;
  private final JournalTails tails;

  ShardOpening(CoordinatorPorts ports, JournalTails tails) {
    this.ports = ports;
    this.tails = tails;
  }

  /**
   * Opens every subtask that gets a state and has no journal. False when the job has advanced to
   * another epoch meanwhile: whoever brought it there sees to the rest.
   */
  boolean openAll(Job job, Map<SubtaskId, SubtaskSnapshot> states) {
    Set<SubtaskId> opened = new HashSet<>(ports.checkpoints().subtasks(job.id()));
    List<Map.Entry<SubtaskId, SubtaskSnapshot>> unopened =
        states.entrySet().stream().filter(state -> !opened.contains(state.getKey())).toList();
    return !ports
        .fanOut()
        .map(unopened, state -> open(job, state.getKey(), state.getValue().state().origin()))
        .contains(false);
  }

  private boolean open(Job job, SubtaskId subtask, Origin origin) {
    while (tails.of(subtask).isEmpty()) {
      switch (ports.journal().open(subtask, opened(job, origin))) {
        case APPENDED -> {
          return true;
        }
        case EPOCH_MOVED -> {
          return false;
        }
        case TAKEN, ACKNOWLEDGED_ALREADY -> {
          // Another coordinator has opened it; its entry is equivalent.
        }
      }
    }
    return true;
  }

  private Opened opened(Job job, Origin origin) {
    return new Opened(
        Header.first(
                ports.ids().get(),
                job.epoch(),
                Writer.COORDINATOR,
                ports.clock().instant(),
                job.format())
            .halted(),
        origin);
  }
}

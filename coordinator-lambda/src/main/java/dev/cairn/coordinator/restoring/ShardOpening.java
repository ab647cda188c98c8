package dev.cairn.coordinator.restoring;

import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Opened;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Origin;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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
  boolean openAll(
      Job job, Map<SubtaskId, SubtaskSnapshot> states, Collection<SubtaskId> ancestors) {
    Set<SubtaskId> opened = new HashSet<>(ports.checkpoints().subtasks(job.id()));
    Map<SubtaskId, Origin> unopened = new TreeMap<>();
    states.forEach((subtask, snapshot) -> unopened.put(subtask, snapshot.state().origin()));
    ancestors.forEach(
        ancestor -> unopened.putIfAbsent(ancestor, originOfAncestor(ancestor, states)));
    unopened.keySet().removeAll(opened);
    return !ports
        .fanOut()
        .map(
            List.copyOf(unopened.entrySet()),
            subtask -> open(job, subtask.getKey(), subtask.getValue()))
        .contains(false);
  }

  /** The keys of an ancestor are not known once the stream has forgotten it; nothing needs them. */
  private Origin originOfAncestor(SubtaskId ancestor, Map<SubtaskId, SubtaskSnapshot> states) {
    Origin any = states.values().iterator().next().state().origin();
    return ports.topology().of(ancestor).stream().shards().stream()
        .filter(shard -> shard.id().equals(ancestor.shard()))
        .findFirst()
        .map(shard -> new Origin(any.start(), shard.range(), shard.parents()))
        .orElseGet(() -> new Origin(any.start(), any.range()));
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

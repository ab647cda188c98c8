package dev.cairn.coordinator.checkpointing;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The acknowledgements of pending checkpoints that one container knows, from the table's stream and
 * from its own reads. An acknowledgement is never revoked, so the tally stays true. It lacks
 * acknowledgements that were delivered to other containers.
 *
 * <p>It only decides when to read the acknowledgements from the table. Reading ten thousand of them
 * whenever one arrives would take a hundred million reads per checkpoint.
 */
public final class AckTally {
  /**
   * With one container, a checkpoint's acknowledgements are read about {@code SHARE * ln(subtasks)}
   * times at most. With up to this many containers that receive equal shares, the last
   * acknowledgement is still noticed.
   */
  private static final int SHARE = 8;

  // Keeps every pending checkpoint. If one were dropped and added again, too few acknowledgements
  // would be counted to cause a read.
  private final Map<Key, Known> known = new HashMap<>();

  private record Key(JobId job, CheckpointId checkpoint) {
    static Key of(Checkpoint checkpoint) {
      return new Key(checkpoint.job(), checkpoint.id());
    }
  }

  /** The known acknowledgements of one checkpoint. */
  private static final class Known {
    private final Set<SubtaskId> missing;
    private final Set<SubtaskId> acknowledged = new HashSet<>();
    // The number of acknowledgements delivered to this container since it last read.
    private int delivered;

    Known(Checkpoint.Pending pending) {
      this.missing = new HashSet<>(pending.subtasks());
    }

    void add(SubtaskId subtask) {
      missing.remove(subtask);
      delivered += acknowledged.add(subtask) ? 1 : 0;
    }

    boolean isWorthReading() {
      return delivered * SHARE >= missing.size();
    }
  }

  /**
   * Adds acknowledgements, and returns whether nothing else needs to be done: the checkpoint was
   * pending when it was last read, and more acknowledgements are missing than other containers can
   * have received.
   */
  public boolean canWait(Event.Acknowledged delivered) {
    Optional<Known> acks =
        Optional.ofNullable(known.get(new Key(delivered.job(), delivered.checkpoint())));
    acks.ifPresent(one -> delivered.subtasks().forEach(one::add));
    return acks.isPresent() && !acks.get().isWorthReading();
  }

  /**
   * Adds acknowledgements of a checkpoint that is now known to be pending; returns whether to read
   * all of them.
   */
  boolean isWorthReading(Checkpoint.Pending pending, Event.Acknowledged delivered) {
    Known acks = known.computeIfAbsent(Key.of(pending), key -> new Known(pending));
    delivered.subtasks().forEach(acks::add);
    return acks.isWorthReading();
  }

  void read(Checkpoint.Pending pending, List<Acknowledgement> acknowledgements) {
    Known acks = known.computeIfAbsent(Key.of(pending), key -> new Known(pending));
    acknowledgements.forEach(one -> acks.add(one.subtask()));
    acks.delivered = 0;
  }

  /** Removes a checkpoint that has ended. */
  void forget(Checkpoint.Pending ended) {
    known.remove(Key.of(ended));
  }

  /**
   * Removes all checkpoints of the job except these, including those that other containers ended.
   */
  void retain(JobId job, List<Checkpoint.Pending> pending) {
    Set<Key> kept = pending.stream().map(Key::of).collect(Collectors.toSet());
    known.keySet().removeIf(key -> key.job().equals(job) && !kept.contains(key));
  }

  /**
   * Returns the subtasks that are known to have acknowledged. Others may have acknowledged as well.
   */
  public Set<SubtaskId> of(Checkpoint.Pending pending) {
    return Optional.ofNullable(known.get(Key.of(pending)))
        .map(acks -> Set.copyOf(acks.acknowledged))
        .orElse(Set.of());
  }
}

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
 * What one container knows of the answers to pending checkpoints, from the table's stream and from
 * what it has read. An answer is never taken back, so all of it stays true; what other containers
 * were told is missing from it.
 *
 * <p>It only says when to read the answers, which are what counts: to read ten thousand of them
 * each time one comes would be a hundred million reads a checkpoint.
 */
public final class AckTally {
  /**
   * With one container, a checkpoint's answers are read some {@code SHARE * ln(subtasks)} times at
   * most; up to so many containers that are told equally much still notice the last one.
   */
  private static final int SHARE = 8;

  // Of every pending checkpoint, however many there may be at a time: with one that is forgotten
  // and met anew, too few would ever seem to have answered for a look.
  private final Map<Key, Known> known = new HashMap<>();

  private record Key(JobId job, CheckpointId checkpoint) {
    static Key of(Checkpoint checkpoint) {
      return new Key(checkpoint.job(), checkpoint.id());
    }
  }

  /** Whose answers to one checkpoint there are. */
  private static final class Known {
    private final Set<SubtaskId> missing;
    private final Set<SubtaskId> answered = new HashSet<>();
    // Of how many this container was told since it read.
    private int told;

    Known(Checkpoint.Pending pending) {
      this.missing = new HashSet<>(pending.subtasks());
    }

    void add(SubtaskId subtask) {
      missing.remove(subtask);
      told += answered.add(subtask) ? 1 : 0;
    }

    boolean isWorthReading() {
      return told * SHARE >= missing.size();
    }
  }

  /**
   * Takes note of answers, and says whether that is all there is to do: the checkpoint was pending
   * when it was read, and more answers are missing than can have come where this container was not
   * told.
   */
  public boolean canWait(Event.Acknowledged told) {
    Optional<Known> answers =
        Optional.ofNullable(known.get(new Key(told.job(), told.checkpoint())));
    answers.ifPresent(one -> told.subtasks().forEach(one::add));
    return answers.isPresent() && !answers.get().isWorthReading();
  }

  /** Takes note of answers to what is now known to be pending; says whether to read them all. */
  boolean isWorthReading(Checkpoint.Pending pending, Event.Acknowledged told) {
    Known answers = known.computeIfAbsent(Key.of(pending), key -> new Known(pending));
    told.subtasks().forEach(answers::add);
    return answers.isWorthReading();
  }

  void read(Checkpoint.Pending pending, List<Acknowledgement> acknowledgements) {
    Known answers = known.computeIfAbsent(Key.of(pending), key -> new Known(pending));
    acknowledgements.forEach(one -> answers.add(one.subtask()));
    answers.told = 0;
  }

  /** Forgets a checkpoint that has come to its end. */
  void forget(Checkpoint.Pending ended) {
    known.remove(Key.of(ended));
  }

  /** Forgets every checkpoint of the job but these, also those that others brought to their end. */
  void retain(JobId job, List<Checkpoint.Pending> pending) {
    Set<Key> kept = pending.stream().map(Key::of).collect(Collectors.toSet());
    known.keySet().removeIf(key -> key.job().equals(job) && !kept.contains(key));
  }

  /** The subtasks that are known to have acknowledged. More may have. */
  public Set<SubtaskId> of(Checkpoint.Pending pending) {
    return Optional.ofNullable(known.get(Key.of(pending)))
        .map(answers -> Set.copyOf(answers.answered))
        .orElse(Set.of());
  }
}

package dev.cairn.coordinator;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one container knows of the answers to pending checkpoints, from the table's stream and from
 * what it has read. An answer is never taken back, so all of it stays true; what other containers
 * were told is missing from it.
 *
 * <p>It only says when to read the answers, which are what counts: to read ten thousand of them
 * each time one comes would be a hundred million reads a checkpoint.
 */
final class Answers {
  /**
   * With one container, a checkpoint's answers are read some {@code SHARE * ln(subtasks)} times at
   * most; up to so many containers that are told equally much still notice the last one.
   */
  private static final int SHARE = 8;

  private final Map<Key, Known> known = new HashMap<>();

  private record Key(JobId job, CheckpointId checkpoint) {
    static Key of(Checkpoint checkpoint) {
      return new Key(checkpoint.job(), checkpoint.id());
    }
  }

  /** Whose answers there are, and how many of them this container was told of since it read. */
  private static final class Known {
    private final Set<SubtaskId> subtasks = new HashSet<>();
    private int told;
  }

  /**
   * Takes note of answers, and says whether to read them all: none seems to be missing, or as many
   * as that can have come where this container was not told.
   */
  boolean told(Checkpoint.Pending pending, Collection<SubtaskId> subtasks) {
    Known answers = known.computeIfAbsent(Key.of(pending), key -> new Known());
    for (SubtaskId subtask : subtasks) {
      if (answers.subtasks.add(subtask)) {
        answers.told++;
      }
    }
    int missing = pending.subtasks().size() - answers.subtasks.size();
    return answers.told * SHARE >= missing;
  }

  void read(Checkpoint.Pending pending, List<Acknowledgement> acknowledgements) {
    Known answers = known.computeIfAbsent(Key.of(pending), key -> new Known());
    acknowledgements.forEach(one -> answers.subtasks.add(one.subtask()));
    answers.told = 0;
  }

  /** Those that are known to have answered; perhaps not all of them. */
  Set<SubtaskId> of(Checkpoint.Pending pending) {
    Known answers = known.get(Key.of(pending));
    return answers == null ? Set.of() : Set.copyOf(answers.subtasks);
  }

  /** Forgets the checkpoints of the job that are no longer pending. */
  void keepOnly(JobId job, Collection<Checkpoint.Pending> pending) {
    List<Key> kept = pending.stream().map(Key::of).toList();
    known.keySet().removeIf(key -> key.job().equals(job) && !kept.contains(key));
  }
}

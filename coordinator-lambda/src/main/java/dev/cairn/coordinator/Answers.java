package dev.cairn.coordinator;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  // More than are ever pending. What is forgotten is read again.
  private static final int REMEMBERED = 4;

  private final Map<Key, Known> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
          return size() > REMEMBERED;
        }
      };

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
  boolean canWait(Event.Acknowledged told) {
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

  /** Those that are known to have answered; perhaps not all of them. */
  Set<SubtaskId> of(Checkpoint.Pending pending) {
    return Optional.ofNullable(known.get(Key.of(pending)))
        .map(answers -> Set.copyOf(answers.answered))
        .orElse(Set.of());
  }
}

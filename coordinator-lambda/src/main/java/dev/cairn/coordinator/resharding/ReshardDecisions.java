package dev.cairn.coordinator.resharding;

import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decides which shards are to be woken so that a job follows its stream through splits and merges.
 * A mapping that has passed all records of a shard never invokes its task again, and a shard
 * without records never begins to.
 */
public final class ReshardDecisions {
  private final JournalGuards journals;

  public ReshardDecisions(JournalGuards journals) {
    this.journals = journals;
  }

  /**
   * Shards to wake.
   *
   * @param opened those that can be opened, because their parents are closed
   * @param drained those that are closed and that nobody applies to their end
   */
  public record Wakes(List<SubtaskId> opened, List<SubtaskId> drained) {
    static final Wakes NONE = new Wakes(List.of(), List.of());
  }

  /**
   * Returns the subtasks to wake.
   *
   * @param listed the shards that the stream lists; empty if it did not answer, and then nothing is
   *     known of any shard
   * @param idleAfter how long no task may have written before none seems to be at work
   */
  public Wakes wakes(JobView view, List<Shard> listed, Duration idleAfter, Instant now) {
    Optional<StageId> stage = view.tails().keySet().stream().map(SubtaskId::stage).findFirst();
    if (stage.isEmpty() || listed.isEmpty()) {
      // Where nothing was ever applied, nothing waits. A stream has a shard at any time, so without
      // one it did not answer, and has forgotten none.
      return Wakes.NONE;
    }
    ShardLineage lineage = new ShardLineage(view.job().epoch(), view.journals());
    Set<ShardId> known = listed.stream().map(Shard::id).collect(Collectors.toSet());
    Set<ShardId> ended = new HashSet<>();
    listed.forEach(shard -> ended.addAll(shard.parents()));
    Set<ShardId> retired = ShardTree.retired(view.journals(), listed);
    List<SubtaskId> opened = new ArrayList<>();
    List<SubtaskId> drained = new ArrayList<>();
    for (Shard shard : listed) {
      if (retired.contains(shard.id())) {
        continue;
      }
      SubtaskId subtask = new SubtaskId(view.job().id(), stage.get(), shard.id());
      Optional<JournalTail> tail = Optional.ofNullable(view.tails().get(subtask));
      boolean isEnded = ended.contains(shard.id());
      if (tail.filter(JournalTail::isOpened).isPresent()) {
        if (isEnded && isLeftUndrained(view, tail.get(), idleAfter, now)) {
          drained.add(subtask);
        }
      } else if (canOpen(view, shard, tail, known, isEnded, lineage)) {
        (isEnded ? drained : opened).add(subtask);
      }
    }
    for (JournalTail tail : view.journals()) {
      if (!known.contains(tail.subtask().shard()) && isForgotten(view, tail, idleAfter, now)) {
        drained.add(tail.subtask());
      }
    }
    return new Wakes(opened, drained);
  }

  /**
   * Returns what keeps the job from following its stream; empty if nothing does.
   *
   * @param wakes the shards that this tick wakes
   */
  public static Optional<Announcement.Resharding> delays(
      JobView view, List<Shard> listed, Wakes wakes) {
    if (listed.stream().allMatch(shard -> shard.parents().isEmpty())) {
      return Optional.empty();
    }
    ShardTree tree = ShardTree.of(view.job().epoch(), view.journals(), listed);
    List<Node> waiting =
        tree.in(ShardTree.State.WAITING).stream()
            .filter(shard -> !shard.parents().isEmpty())
            .toList();
    long expired =
        tree.shards().values().stream()
            .filter(shard -> shard.isForgotten() || !shard.forgotten().isEmpty())
            .count();
    Announcement.Resharding delays =
        new Announcement.Resharding(
            wakes.drained().size(), waiting.size(), (int) expired, tree.uncovered().size());
    return Optional.of(delays)
        .filter(found -> !found.equals(new Announcement.Resharding(0, 0, 0, 0)));
  }

  /**
   * A shard that the stream has forgotten is closed where it stands, if it is at its end or a user
   * accepts that.
   */
  private boolean isForgotten(JobView view, JournalTail tail, Duration idleAfter, Instant now) {
    return tail.isOpened()
        && (tail.head().following().mayBeMissing()
            || tail.head().position() instanceof Position.End)
        && isLeftUndrained(view, tail, idleAfter, now);
  }

  private boolean isLeftUndrained(JobView view, JournalTail tail, Duration idleAfter, Instant now) {
    return !tail.isClosed()
        && journals.isOfEpoch().test(view.job().epoch(), tail)
        && journals.isSilent().test(tail, idleAfter, now);
  }

  private static boolean canOpen(
      JobView view,
      Shard shard,
      Optional<JournalTail> unopened,
      Set<ShardId> listed,
      boolean isEnded,
      ShardLineage lineage) {
    boolean hasKnownParents = false;
    for (ShardId parent : shard.parents()) {
      SubtaskId subtask = new SubtaskId(view.job().id(), stage(view), parent);
      boolean isKnown = view.tails().containsKey(subtask);
      if (isKnown ? !lineage.isClosed(subtask) : listed.contains(parent)) {
        return false;
      }
      hasKnownParents |= isKnown;
    }
    // A shard that nobody came from and that came from nobody is opened by its first record.
    return hasKnownParents || unopened.isPresent() || isEnded;
  }

  private static StageId stage(JobView view) {
    return view.tails().firstKey().stage();
  }
}

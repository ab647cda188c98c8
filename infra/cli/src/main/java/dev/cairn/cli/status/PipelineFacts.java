package dev.cairn.cli.status;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.damage.Damage;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.state.Counts;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The facts about a pipeline, read at about one time.
 *
 * @param job its item; empty if there is none
 * @param checkpoints all stored checkpoints, by id
 * @param damages the damaged files that a scrubber has marked
 * @param acknowledgements the acknowledgements of the pending checkpoint
 * @param retired what the retired subtasks have counted
 */
public record PipelineFacts(
    JobId id,
    Optional<Job> job,
    List<Checkpoint> checkpoints,
    List<Acknowledgement> acknowledgements,
    List<SubtaskFacts> subtasks,
    Counts retired,
    StreamFacts stream,
    List<Damage> damages,
    Instant now) {

  /** Creates the facts of a pipeline without known damage. */
  public PipelineFacts(
      JobId id,
      Optional<Job> job,
      List<Checkpoint> checkpoints,
      List<Acknowledgement> acknowledgements,
      List<SubtaskFacts> subtasks,
      StreamFacts stream,
      Instant now) {
    this(id, job, checkpoints, acknowledgements, subtasks, Counts.NONE, stream, List.of(), now);
  }

  public PipelineFacts {
    checkpoints = checkpoints.stream().sorted(Comparator.comparing(Checkpoint::id)).toList();
    acknowledgements = List.copyOf(acknowledgements);
    subtasks = List.copyOf(subtasks);
    damages = List.copyOf(damages);
  }

  /** The shards that the job or the stream knows; empty if the job has no item. */
  public Optional<ShardTree> shards() {
    return job.map(
        item ->
            ShardTree.of(
                item.epoch(),
                subtasks.stream().map(SubtaskFacts::tail).toList(),
                stream.listedShards()));
  }

  /** How far a shard is behind its end. A shard that is applied to its end is not. */
  public Lag lag(ShardId shard) {
    boolean isAtEnd =
        subtasks.stream()
            .filter(subtask -> subtask.id().shard().equals(shard))
            .anyMatch(subtask -> subtask.head().position() instanceof Position.End);
    return isAtEnd ? new Lag.None() : stream.lag(shard);
  }

  /** The last one that can be restored. */
  public Optional<Checkpoint.Completed> lastCompleted() {
    return checkpoints.reversed().stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .map(Checkpoint.Completed.class::cast)
        .findFirst();
  }

  public Optional<Checkpoint.Pending> pending() {
    return checkpoints.stream()
        .filter(Checkpoint.Pending.class::isInstance)
        .map(Checkpoint.Pending.class::cast)
        .findFirst();
  }

  /** The checkpoints that were aborted since the last completed one, except by restores. */
  List<Checkpoint.Aborted> abortedInARow() {
    return checkpoints.reversed().stream()
        .filter(checkpoint -> !(checkpoint instanceof Checkpoint.Pending))
        .takeWhile(Checkpoint.Aborted.class::isInstance)
        .map(Checkpoint.Aborted.class::cast)
        // A restore aborts pending checkpoints, which is not a problem.
        .filter(
            aborted -> job.map(now -> now.epoch().equals(aborted.trigger().epoch())).orElse(true))
        .toList();
  }

  /** Returns the names of the subtasks that have not acknowledged the pending checkpoint. */
  List<String> missingAcks(Checkpoint.Pending pending) {
    var acknowledged =
        acknowledgements.stream().map(Acknowledgement::subtask).collect(Collectors.toSet());
    return pending.subtasks().stream()
        .filter(subtask -> !acknowledged.contains(subtask))
        .map(SubtaskId::name)
        .toList();
  }

  /** When something was first written that no checkpoint holds; empty if nothing is new. */
  Optional<Instant> newSince() {
    return subtasks.stream()
        .map(subtask -> subtask.newSince(lastCompleted()))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }
}

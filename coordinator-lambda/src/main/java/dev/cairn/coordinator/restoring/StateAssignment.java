package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.restoring.Redistribution.Share;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.state.Channels;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.state.TimeProgress;
import dev.cairn.stream.Shard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which subtasks of a job are given which states of a checkpoint that is restored. A subtask need
 * not have been opened: it is enough that the job's stream has the shard.
 */
final class StateAssignment {
  private final CoordinatorPorts ports;

  StateAssignment(CoordinatorPorts ports) {
    this.ports = ports;
  }

  /**
   * @param stored the states of a checkpoint, by the subtasks that they are of
   */
  Map<SubtaskId, SubtaskSnapshot> of(
      JobId job, Restoration from, Map<SubtaskId, SubtaskSnapshot> stored)
      throws RestoreRefusedException {
    return switch (from.positions()) {
      case Positions.SameStream s -> areOpened(from) ? stored : ofSameShards(job, stored);
      case Positions.Anew(StartPosition start) -> redistributed(job, start, stored);
    };
  }

  /** Whether nothing can get a state that was not opened: all of it is the subtasks' own. */
  static boolean areOpened(Restoration from) {
    return from.own().isPresent() && from.positions() instanceof Positions.SameStream;
  }

  /** Shards of one stream have one name in every job. */
  private Map<SubtaskId, SubtaskSnapshot> ofSameShards(
      JobId job, Map<SubtaskId, SubtaskSnapshot> stored) throws RestoreRefusedException {
    Map<ShardId, SubtaskId> opened = opened(job);
    Map<SubtaskId, SubtaskSnapshot> given = new TreeMap<>();
    Map<ShardId, SubtaskSnapshot> unopened = new TreeMap<>();
    stored.forEach(
        (subtask, snapshot) -> {
          if (opened.containsKey(subtask.shard())) {
            given.put(opened.get(subtask.shard()), snapshot);
          } else {
            unopened.put(subtask.shard(), snapshot);
          }
        });
    if (unopened.isEmpty()) {
      return given;
    }
    StageId stage = stage(job, stored.keySet(), opened);
    Map<ShardId, Shard> listed = listed();
    for (Map.Entry<ShardId, SubtaskSnapshot> one : unopened.entrySet()) {
      requireSameShard(job, one.getKey(), one.getValue().state(), listed);
      requireNotResharded(one.getKey(), listed, opened.keySet());
      given.put(new SubtaskId(job, stage, one.getKey()), one.getValue());
    }
    return given;
  }

  private static void requireSameShard(
      JobId job, ShardId id, SubtaskState state, Map<ShardId, Shard> listed)
      throws RestoreRefusedException {
    String instead =
        "; if job " + job + " reads another stream, say from where: --positions horizon, or a time";
    Shard shard = listed.get(id);
    if (shard == null) {
      throw new RestoreRefusedException(
          "there is state of shard "
              + id
              + ", which neither the stream has nor job "
              + job
              + " has opened"
              + instead);
    }
    if (!shard.range().equals(state.origin().range())) {
      throw new RestoreRefusedException(
          "shard "
              + id
              + " has the keys "
              + shard.range()
              + " in the stream, and its state those of "
              + state.origin().range()
              + instead);
    }
  }

  /** All of the checkpoint's state, by hash range, over all of the stream's shards. */
  private Map<SubtaskId, SubtaskSnapshot> redistributed(
      JobId job, StartPosition start, Map<SubtaskId, SubtaskSnapshot> stored)
      throws RestoreRefusedException {
    if (stored.isEmpty()) {
      throw new RestoreRefusedException(
          "there is no state in it that could be divided anew; leave --positions out");
    }
    Map<ShardId, SubtaskId> opened = opened(job);
    StageId stage = stage(job, stored.keySet(), opened);
    Map<ShardId, Shard> listed = listed();
    for (ShardId shard : listed.keySet()) {
      requireNotResharded(shard, listed, opened.keySet());
    }
    List<SubtaskState> states = stored.values().stream().map(SubtaskSnapshot::state).toList();
    Map<SubtaskId, SubtaskSnapshot> given = new TreeMap<>();
    Redistribution.of(states, listed.values())
        .shares()
        .forEach(
            (shard, share) -> {
              SubtaskId subtask = new SubtaskId(job, stage, shard);
              given.put(
                  subtask,
                  new SubtaskSnapshot(Optional.empty(), state(subtask, start, share, states)));
            });
    return given;
  }

  /**
   * A state that was put together from several has reached the latest of their record times, and
   * has made as many outputs as the one that made most. None of their channels goes on.
   */
  private static SubtaskState state(
      SubtaskId subtask, StartPosition start, Share share, List<SubtaskState> all) {
    List<SubtaskState> parents =
        all.stream()
            .filter(one -> one.origin().range().intersection(share.range()).isPresent())
            .toList();
    return new SubtaskState(
        subtask,
        all.getFirst().epoch(),
        new Origin(start, share.range()),
        Position.beginning(),
        Optional.empty(),
        share.counts(),
        share.manifest(),
        Channels.EMPTY,
        all.stream().map(SubtaskState::format).reduce(FormatVersion.OLDEST, FormatVersion::max),
        new TimeProgress(
            parents.stream()
                .map(one -> one.time().recordTime())
                .reduce(Optional.empty(), TimeProgress::later),
            Optional.empty(),
            Optional.empty()),
        Optional.empty(),
        parents.stream().mapToLong(SubtaskState::outputs).max().orElse(0));
  }

  /**
   * As a task that opens a shard: one whose parents may have state or records left is not one to
   * begin with, nor is a parent whose keys have gone to others.
   */
  private static void requireNotResharded(
      ShardId id, Map<ShardId, Shard> listed, Set<ShardId> opened) throws RestoreRefusedException {
    for (Shard shard : listed.values()) {
      for (ShardId parent : shard.parents()) {
        boolean mayHaveState = listed.containsKey(parent) || opened.contains(parent);
        if (mayHaveState && (shard.id().equals(id) || parent.equals(id))) {
          throw new RestoreRefusedException(
              "shard "
                  + shard.id()
                  + " came from "
                  + parent
                  + " by a split or a merge, and resharding is not supported: use a stream with a"
                  + " fixed number of shards");
        }
      }
    }
  }

  private Map<ShardId, SubtaskId> opened(JobId job) {
    return ports.checkpoints().subtasks(job).stream()
        .collect(
            Collectors.toMap(
                SubtaskId::shard, subtask -> subtask, (one, other) -> one, TreeMap::new));
  }

  private Map<ShardId, Shard> listed() {
    return ports.topology().source().stream().shards().stream()
        .collect(Collectors.toMap(Shard::id, shard -> shard, (one, other) -> one, TreeMap::new));
  }

  /** The one stage that the state is of, and that the job has. */
  private StageId stage(JobId job, Set<SubtaskId> stored, Map<ShardId, SubtaskId> opened)
      throws RestoreRefusedException {
    List<StageId> stages = stored.stream().map(SubtaskId::stage).distinct().toList();
    StageId stage = stages.getFirst();
    if (stages.size() > 1) {
      throw new RestoreRefusedException(
          "there is state of the stages " + stages + " in it, and a job has one stage");
    }
    Optional<StageId> own =
        ports
            .topology()
            .source()
            .id()
            .or(() -> opened.values().stream().map(SubtaskId::stage).findFirst());
    if (own.filter(mine -> !mine.equals(stage)).isPresent()) {
      throw new RestoreRefusedException(
          "it has the state of stage "
              + stage
              + ", and job "
              + job
              + " has stage "
              + own.get()
              + ": deploy the job with a stage of that name");
    }
    return stage;
  }
}

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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Assigns the states of a restored checkpoint to the subtasks of a job. A subtask need not have
 * been opened; it is enough that the job's stream has the shard.
 */
final class StateAssignment {
  private final CoordinatorPorts ports;

  StateAssignment(CoordinatorPorts ports) {
    this.ports = ports;
  }

  /**
   * @param stored the states of a checkpoint, by subtask
   */
  Map<SubtaskId, SubtaskSnapshot> of(
      JobId job, Restoration from, Map<SubtaskId, SubtaskSnapshot> stored)
      throws RestoreRefusedException {
    return switch (from.positions()) {
      case Positions.SameStream s -> areOpened(from) ? stored : ofSameShards(job, stored);
      case Positions.Anew(StartPosition start) -> redistributed(job, start, stored);
    };
  }

  /**
   * Whether only opened subtasks can get a state, because every state belongs to its own subtask.
   */
  static boolean areOpened(Restoration from) {
    return from.own().isPresent() && from.positions() instanceof Positions.SameStream;
  }

  /** Shards of one stream have the same name in every job. */
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
      given.put(new SubtaskId(job, stage, one.getKey()), one.getValue());
    }
    return given;
  }

  private static void requireSameShard(
      JobId job, ShardId id, SubtaskState state, Map<ShardId, Shard> listed)
      throws RestoreRefusedException {
    String instead =
        "; if job "
            + job
            + " reads another stream, choose where to begin: --positions horizon, or a time";
    Shard shard = listed.get(id);
    if (shard == null && state.position() instanceof Position.End) {
      // A closed shard that the stream has forgotten: its children need nothing but its state.
      return;
    }
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

  /** Redistributes the checkpoint's whole state over all shards of the stream by hash range. */
  private Map<SubtaskId, SubtaskSnapshot> redistributed(
      JobId job, StartPosition start, Map<SubtaskId, SubtaskSnapshot> stored)
      throws RestoreRefusedException {
    if (stored.isEmpty()) {
      throw new RestoreRefusedException("it has no state to redistribute; omit --positions");
    }
    Map<ShardId, SubtaskId> opened = opened(job);
    StageId stage = stage(job, stored.keySet(), opened);
    // Records from there on came to these shards, and to their descendants after them.
    Map<ShardId, Shard> open = byId(ports.topology().source().stream().shardsOpenAt(start));
    List<SubtaskState> states = stored.values().stream().map(SubtaskSnapshot::state).toList();
    Map<SubtaskId, SubtaskSnapshot> given = new TreeMap<>();
    Redistribution.of(states, open.values())
        .shares()
        .forEach(
            (shard, share) -> {
              SubtaskId subtask = new SubtaskId(job, stage, shard);
              given.put(
                  subtask,
                  new SubtaskSnapshot(
                      Optional.empty(),
                      state(
                          subtask, start, Objects.requireNonNull(open.get(shard)), share, states)));
            });
    return given;
  }

  /**
   * Composes a state from several: it has the latest of their record times, and the largest of
   * their output counts. Their channels end.
   */
  private static SubtaskState state(
      SubtaskId subtask, StartPosition start, Shard shard, Share share, List<SubtaskState> all) {
    List<SubtaskState> parents =
        all.stream()
            .filter(one -> one.origin().range().intersection(share.range()).isPresent())
            .toList();
    return new SubtaskState(
        subtask,
        all.getFirst().epoch(),
        new Origin(start, share.range(), shard.parents()),
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

  /** Returns the subtasks that the job has opened, also those that are retired since. */
  private Map<ShardId, SubtaskId> opened(JobId job) {
    return Stream.concat(
            ports.checkpoints().subtasks(job).stream(), ports.checkpoints().retired(job).stream())
        .collect(
            Collectors.toMap(
                SubtaskId::shard, subtask -> subtask, (one, other) -> one, TreeMap::new));
  }

  private Map<ShardId, Shard> listed() {
    return byId(ports.topology().source().stream().shards());
  }

  private static Map<ShardId, Shard> byId(List<Shard> shards) {
    return shards.stream()
        .collect(Collectors.toMap(Shard::id, shard -> shard, (one, other) -> one, TreeMap::new));
  }

  /** Returns the stage of the state, which must be the job's. */
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

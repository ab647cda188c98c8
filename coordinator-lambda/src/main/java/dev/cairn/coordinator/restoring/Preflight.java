package dev.cairn.coordinator.restoring;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.command.Command;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Source;
import dev.cairn.state.Origin;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Checks whether a checkpoint can be restored, before anything changes. */
public final class Preflight {
  private final CoordinatorPorts ports;
  private final RestoreTarget target;
  private final CheckpointReader files;
  private final StateAssignment assignment;
  private final StreamCoverage coverage;

  public Preflight(CoordinatorPorts ports, StreamCoverage coverage) {
    this.ports = ports;
    this.target = new RestoreTarget(ports);
    this.files = new CheckpointReader(ports);
    this.assignment = new StateAssignment(ports);
    this.coverage = coverage;
  }

  /**
   * The restore that a command requests, with everything that is known without the stream.
   *
   * @param stored the states of the checkpoint, by subtask
   */
  public record Plan(
      Restoration from, Map<SubtaskId, SubtaskSnapshot> stored, StateComparison comparison) {}

  /**
   * Plans the restore that a command requests. Requires that its files are intact, and that no
   * undeclared state remains which the user has not dropped. Only a user's restore has the latter
   * condition: an automatic restore keeps undeclared state.
   */
  public Plan plan(Job job, Command.Restore command) throws RestoreRefusedException {
    requireSameRecords();
    List<String> passedOver = new ArrayList<>();
    for (Restoration candidate : target.of(job, command)) {
      try {
        return plan(job, candidate.withPassedOver(passedOver), command);
      } catch (DamagedCheckpointException e) {
        if (!(command.target() instanceof Command.Target.Latest)) {
          throw e;
        }
        passedOver.add(candidate.name() + ": " + e.reason());
      }
    }
    throw new RestoreRefusedException(
        "no checkpoint of job "
            + job.id()
            + " is intact: "
            + String.join("; ", Restoration.abbreviated(passedOver)));
  }

  private Plan plan(Job job, Restoration named, Command.Restore command)
      throws RestoreRefusedException {
    Map<SubtaskId, SubtaskSnapshot> stored = stored(job, named);
    StateComparison comparison = requireWhole(job, stored);
    Restoration from =
        command.options().allowsNonRestoredState()
            ? named.dropping(comparison.undeclaredNames())
            : named;
    Optional<String> left = comparison.left(from.dropped());
    if (left.isPresent()) {
      throw new RestoreRefusedException(left.get());
    }
    return new Plan(from, stored, comparison);
  }

  /**
   * Requires that the stream still has the records after the checkpoint.
   *
   * @return the state for each subtask; subtasks without one begin empty
   */
  Map<SubtaskId, SubtaskSnapshot> requireReplayable(Job job, Plan plan)
      throws RestoreRefusedException {
    return requireReplayable(job, plan.from(), plan.stored());
  }

  /**
   * Requires that a restore is possible, also one with undeclared state.
   *
   * @return the state for each subtask; subtasks without one begin empty
   */
  public Map<SubtaskId, SubtaskSnapshot> requireRestorable(Job job, Restoration from)
      throws RestoreRefusedException {
    Map<SubtaskId, SubtaskSnapshot> stored = stored(job, from);
    var unused = requireWhole(job, stored);
    return requireReplayable(job, from, stored);
  }

  private Map<SubtaskId, SubtaskSnapshot> requireReplayable(
      Job job, Restoration from, Map<SubtaskId, SubtaskSnapshot> stored)
      throws RestoreRefusedException {
    Map<SubtaskId, SubtaskSnapshot> states = assigned(job, from, stored);
    coverage.require(job, from, states);
    return states;
  }

  private Map<SubtaskId, SubtaskSnapshot> assigned(
      Job job, Restoration from, Map<SubtaskId, SubtaskSnapshot> stored)
      throws RestoreRefusedException {
    Map<SubtaskId, SubtaskSnapshot> states = assignment.of(job.id(), from, stored);
    if (!job.format().includes(FormatVersion.TWO)) {
      for (Map.Entry<SubtaskId, SubtaskSnapshot> one : states.entrySet()) {
        requireRoot(job, one.getKey().shard(), one.getValue().state().origin());
      }
    }
    return states;
  }

  /** A job whose code can still be rolled back has no children of splits and merges. */
  private static void requireRoot(Job job, ShardId shard, Origin origin)
      throws RestoreRefusedException {
    if (!origin.parents().isEmpty()) {
      throw new RestoreRefusedException(
          shard
              + " came from "
              + origin.parents()
              + " by a split or a merge, which format "
              + job.format()
              + " of job "
              + job.id()
              + " cannot store: run cairn upgrade, then repeat the restore");
    }
  }

  /**
   * Requires that a replay applies the same records as the mapping delivers. Only a user's restore
   * is refused: otherwise an automatic restore would be blocked, and a fork has its own mapping.
   */
  private void requireSameRecords() throws RestoreRefusedException {
    Optional<MappingProblem> differing =
        ports.topology().source().mapping().problems(Set.of()).stream()
            .filter(MappingProblem::changesWhatIsReplayed)
            .findFirst();
    if (differing.isPresent()) {
      throw new RestoreRefusedException(differing.get().message());
    }
  }

  /** Returns the state for each subtask; subtasks without one begin empty. */
  public Map<SubtaskId, SubtaskSnapshot> states(Job job, Restoration from)
      throws RestoreRefusedException {
    return assigned(job, from, stored(job, from));
  }

  /** Reads the states that a plan assigns to the subtasks. */
  public Map<SubtaskId, SubtaskSnapshot> states(Job job, Plan plan) throws RestoreRefusedException {
    return assigned(job, plan.from(), plan.stored());
  }

  private Map<SubtaskId, SubtaskSnapshot> stored(Job job, Restoration from)
      throws RestoreRefusedException {
    return switch (from.source()) {
      case Source.Own(CheckpointId id) -> own(job, target.completed(job, id));
      case Source.Metadata(FileRef file) -> {
        Map<SubtaskId, SubtaskSnapshot> states = files.states(job.id(), file);
        requireKnownFormat(job, from, states.values());
        yield states;
      }
      case Source.Nothing n -> Map.of();
    };
  }

  /**
   * The previous release may have to continue a job of an earlier format, and could not read a
   * state of a later one.
   */
  private static void requireKnownFormat(
      Job job, Restoration from, Collection<SubtaskSnapshot> states)
      throws RestoreRefusedException {
    FormatVersion needed =
        states.stream()
            .map(snapshot -> snapshot.state().format())
            .reduce(FormatVersion.OLDEST, FormatVersion::max);
    if (!job.format().includes(needed)) {
      throw new RestoreRefusedException(
          from.name()
              + " is written in format "
              + needed
              + ", and job "
              + job.id()
              + " is in format "
              + job.format()
              + ", which an earlier version of Cairn may have to read: raise the job's format"
              + " first, with: cairn upgrade");
    }
  }

  private Map<SubtaskId, SubtaskSnapshot> own(Job job, Checkpoint.Completed checkpoint)
      throws RestoreRefusedException {
    Map<SubtaskId, SubtaskSnapshot> states = files.states(job.id(), checkpoint.metadata());
    if (!checkpoint.isSavepoint()) {
      requireUnreleased(job, checkpoint.id(), states.values());
    }
    return states;
  }

  /** A fork's checkpoint may need files of its parent, which a user may have released since. */
  private void requireUnreleased(Job job, CheckpointId id, Collection<SubtaskSnapshot> states)
      throws RestoreRefusedException {
    Optional<FilePath> borrowed =
        states.stream()
            .flatMap(Preflight::files)
            .map(FileRef::path)
            .filter(file -> !Layout.isOwn(job.id(), file))
            .findFirst();
    if (borrowed.isEmpty()) {
      return;
    }
    Optional<Fork> released = ports.checkpoints().forkedFrom(job.id()).filter(Fork::isReleased);
    if (released.isPresent()) {
      throw new RestoreRefusedException(
          "checkpoint "
              + id
              + " needs "
              + borrowed.get()
              + " of job "
              + released.get().parent()
              + ", which was released at "
              + released.get().releasedAt().orElseThrow()
              + ": choose a savepoint, or a checkpoint with files of its own");
    }
  }

  private static Stream<FileRef> files(SubtaskSnapshot snapshot) {
    return Stream.concat(
        snapshot.file().stream(), snapshot.state().manifest().runs().stream().map(RunRef::file));
  }

  /** Requires that the state is intact, and that the deployed code can read it. */
  private StateComparison requireWhole(Job job, Map<SubtaskId, SubtaskSnapshot> stored)
      throws RestoreRefusedException {
    files.requireRuns(stored.values());
    StateComparison comparison = compare(job, stored);
    Optional<String> misread = comparison.misread();
    if (misread.isPresent()) {
      throw new RestoreRefusedException(misread.get());
    }
    return comparison;
  }

  private StateComparison compare(Job job, Map<SubtaskId, SubtaskSnapshot> states) {
    Map<StageId, Set<StateSchema>> stored = new HashMap<>();
    states.forEach(
        (subtask, snapshot) ->
            stored
                .computeIfAbsent(subtask.stage(), stage -> new LinkedHashSet<>())
                .addAll(snapshot.state().manifest().schemas()));
    return StateComparison.of(stored, ports.registrations().of(job.id()));
  }
}

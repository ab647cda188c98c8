package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.simulation.audit.Expectation.Fold;
import dev.cairn.state.StateKey;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A completed checkpoint holds every subtask's state, of one epoch. */
final class CompletedCheckpointsAreWhole implements JobInvariant {
  private final AuditedFiles files;
  private final Lineages lineages;
  private final FaultTally tally;
  private final Set<CheckpointId> completed = new HashSet<>();

  CompletedCheckpointsAreWhole(AuditedFiles files, Lineages lineages, FaultTally tally) {
    this.files = files;
    this.lineages = lineages;
    this.tally = tally;
  }

  /** Every checkpoint that was ever completed. */
  Set<CheckpointId> completed() {
    return completed;
  }

  @Override
  public void check(AuditedJob job) {
    for (Checkpoint.Completed done : job.completed()) {
      if (completed.add(done.id())) {
        requireWhole(job, done);
      }
    }
  }

  private void requireWhole(AuditedJob job, Checkpoint.Completed checkpoint) {
    tally.count("checkpoint: completed");
    CheckpointMetadata metadata = files.metadata(checkpoint);
    if (!metadata.trigger().expected().equals(checkpoint.trigger().expected())) {
      throw new Violation(
          Invariants.COMPLETE,
          "checkpoint "
              + checkpoint.id()
              + " holds "
              + metadata.trigger().expected()
              + " instead of "
              + checkpoint.trigger().expected());
    }
    Epoch epoch = checkpoint.trigger().epoch();
    Map<SubtaskId, Position> positions = new TreeMap<>();
    for (Acknowledgement.Acknowledged acknowledged : metadata.acknowledgements()) {
      SubtaskId subtask = acknowledged.subtask();
      String where = "checkpoint " + checkpoint.id() + " of " + subtask.shard();
      if (!lineages.isKnown(subtask, epoch)) {
        // A closed shard of which nothing was ever applied.
        requireEmpty(where, acknowledged);
        continue;
      }
      Fold fold = lineages.of(subtask, epoch);
      if (acknowledged.stateFile().isPresent()) {
        SubtaskState state = files.state(acknowledged.stateFile().get());
        if (state.epoch().isAfter(epoch) || !state.subtask().equals(subtask)) {
          throw new Violation(Invariants.COMPLETE, where + " holds " + state);
        }
        SortedMap<StateKey, byte[]> expected = fold.at(state.position()).cells();
        CellComparison.requireSame(
            Invariants.COMPLETE, where, expected, files.read(state.manifest()));
        requireOfEpoch(job, checkpoint, state);
        positions.put(subtask, state.position());
      } else if (!fold.isOfNothing()) {
        throw new Violation(Invariants.COMPLETE, where + " holds nothing, and there was state");
      }
    }
    lineages.completed(checkpoint, positions);
  }

  private void requireEmpty(String where, Acknowledgement.Acknowledged acknowledged) {
    acknowledged
        .stateFile()
        .map(files::state)
        .filter(state -> !state.manifest().runs().isEmpty())
        .ifPresent(
            state -> {
              throw new Violation(Invariants.COMPLETE, where + " holds state, and there was none");
            });
  }

  /**
   * The state was the subtask's in the checkpoint's epoch: an entry of that epoch has this
   * position.
   */
  private static void requireOfEpoch(
      AuditedJob job, Checkpoint.Completed checkpoint, SubtaskState state) {
    AuditedJournal journal =
        Objects.requireNonNull(
            job.journals().get(state.subtask()), () -> state.subtask() + " has no journal");
    boolean was =
        journal.entries().stream()
            .map(Entry::header)
            .anyMatch(
                header ->
                    header.epoch().equals(checkpoint.trigger().epoch())
                        && header.position().equals(state.position()));
    if (!was) {
      throw new Violation(
          Invariants.COMPLETE,
          "checkpoint "
              + checkpoint.id()
              + " of epoch "
              + checkpoint.trigger().epoch()
              + " holds "
              + state.subtask()
              + " at "
              + state.position()
              + ", where it never was in that epoch");
    }
  }
}

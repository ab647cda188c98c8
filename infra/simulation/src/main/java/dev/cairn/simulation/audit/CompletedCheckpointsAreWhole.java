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
import dev.cairn.state.HashRange;
import dev.cairn.state.StateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A completed checkpoint holds every subtask's state, of one epoch. */
final class CompletedCheckpointsAreWhole implements JobInvariant {
  // Longer than two clocks can differ: what was written so long before a trigger was read for it.
  private static final Duration SETTLED = Duration.ofSeconds(65);

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
    requireEveryKey(job, checkpoint, metadata);
    lineages.completed(checkpoint, positions);
  }

  /**
   * Splits and merges lose no key: what a subtask had in the checkpoint's epoch, some time before
   * the checkpoint began, is in the checkpoint with that subtask or with others that have its keys.
   */
  private static void requireEveryKey(
      AuditedJob job, Checkpoint.Completed checkpoint, CheckpointMetadata metadata) {
    List<HashRange> held =
        metadata.acknowledgements().stream()
            .map(acknowledged -> job.journals().get(acknowledged.subtask()))
            .filter(Objects::nonNull)
            .map(journal -> ((Entry.Base) journal.fromBase().getFirst()).origin().range())
            .sorted(Comparator.comparing(HashRange::from))
            .toList();
    Instant before = checkpoint.trigger().triggeredAt().minus(SETTLED);
    for (AuditedJournal journal : job.journals().values()) {
      baseAt(journal, checkpoint.trigger().epoch(), before)
          .filter(CompletedCheckpointsAreWhole::hasState)
          .map(base -> base.origin().range())
          .filter(range -> !covers(held, range))
          .ifPresent(
              range -> {
                throw new Violation(
                    Invariants.COMPLETE,
                    "checkpoint "
                        + checkpoint.id()
                        + " holds the keys "
                        + held
                        + ", not all of "
                        + range
                        + ", which "
                        + journal.subtask()
                        + " had");
              });
    }
  }

  /** The last base of a journal that had an entry of an epoch before some time. */
  private static Optional<Entry.Base> baseAt(AuditedJournal journal, Epoch epoch, Instant before) {
    Optional<Entry.Base> base = Optional.empty();
    Optional<Entry.Base> found = Optional.empty();
    for (Entry entry : journal.entries()) {
      if (entry instanceof Entry.Base next) {
        base = Optional.of(next);
      }
      if (entry.header().epoch().equals(epoch) && entry.header().writtenAt().isBefore(before)) {
        found = base;
      }
    }
    return found;
  }

  private static boolean hasState(Entry.Base base) {
    return switch (base.mode()) {
      case LIVE -> true;
      case CLOSED -> !base.isClosedUnread();
      case UNOPENED, ANCESTOR -> false;
    };
  }

  /**
   * @param held in the order of their first keys
   */
  private static boolean covers(List<HashRange> held, HashRange range) {
    Optional<HashRange> covered = Optional.empty();
    for (HashRange next : held) {
      boolean isNext =
          covered
              .map(last -> last.isRightBefore(next) || last.intersection(next).isPresent())
              .orElse(next.contains(range.from()));
      if (isNext && covered.map(last -> last.to().compareTo(next.to()) < 0).orElse(true)) {
        covered = Optional.of(next);
      }
    }
    return covered.filter(last -> last.to().compareTo(range.to()) >= 0).isPresent();
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
        Optional.ofNullable(job.journals().get(state.subtask()))
            .orElseThrow(
                () ->
                    new Violation(
                        Invariants.COMPLETE,
                        "checkpoint "
                            + checkpoint.id()
                            + " holds "
                            + state.subtask()
                            + ", which takes no part in the job"));
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

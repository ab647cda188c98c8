package dev.cairn.coordinator.ports;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.damage.DamageMarks;
import dev.cairn.history.DeployedVersions;
import dev.cairn.history.History;
import dev.cairn.id.EntryId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Registrations;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import dev.cairn.storage.FileStorage;
import dev.cairn.stream.StreamReader;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * All ports of the coordinator.
 *
 * @param topology the job's stages, with the stream, the mapping and the waker of each
 * @param registrations the registrations of the job's code
 * @param history the history to write; empty for a coordinator that writes none
 */
public record CoordinatorPorts(
    Journal journal,
    CheckpointStore checkpoints,
    FileStorage storage,
    Topology topology,
    InstantSource clock,
    Supplier<EntryId> ids,
    Announcer announcer,
    DamageMarks damages,
    FanOut fanOut,
    Registrations registrations,
    Optional<History> history,
    DeployedVersions versions) {

  /** How many calls a deployed coordinator makes in parallel. */
  public static final int AT_ONCE = 64;

  /**
   * How many subtasks it triggers or reads per second. Each triggered subtask writes two files, and
   * S3 accepts 3,500 writes per second below a new prefix.
   */
  public static final int BEGUN_A_SECOND = 1_500;

  /** Creates the ports of a coordinator that keeps no history, for a job with one stage. */
  public CoordinatorPorts(
      Journal journal,
      CheckpointStore checkpoints,
      FileStorage storage,
      StreamReader stream,
      Waker waker,
      InstantSource clock,
      Supplier<EntryId> ids,
      Announcer announcer,
      SourceMapping mapping,
      DamageMarks damages,
      FanOut fanOut) {
    this(
        journal,
        checkpoints,
        storage,
        Topology.ofOne(Optional.empty(), stream, mapping, waker),
        clock,
        ids,
        announcer,
        damages,
        fanOut,
        Registrations.NONE,
        Optional.empty(),
        DeployedVersions.UNKNOWN);
  }

  /**
   * Creates the ports of a coordinator that announces nothing, cannot switch the mapping, and works
   * sequentially.
   */
  public CoordinatorPorts(
      Journal journal,
      CheckpointStore checkpoints,
      FileStorage storage,
      StreamReader stream,
      Waker waker,
      InstantSource clock,
      Supplier<EntryId> ids) {
    this(
        journal,
        checkpoints,
        storage,
        stream,
        waker,
        clock,
        ids,
        Announcer.SILENT,
        SourceMapping.ALWAYS_ON,
        DamageMarks.NONE,
        FanOut.ONE_BY_ONE);
  }

  /** Returns a copy of these ports with a history. */
  public CoordinatorPorts with(History kept, DeployedVersions known) {
    return copy(storage, announcer, registrations, Optional.of(kept), known);
  }

  /** Returns a copy of these ports with the registrations of the job's code. */
  public CoordinatorPorts with(Registrations known) {
    return copy(storage, announcer, known, history, versions);
  }

  /** Returns a copy of these ports with another checkpoint storage. */
  public CoordinatorPorts with(FileStorage other) {
    return copy(other, announcer, registrations, history, versions);
  }

  /** Returns a copy of these ports with a further announcer, which is called first. */
  public CoordinatorPorts announcingFirst(Announcer also) {
    return copy(storage, also.andThen(announcer), registrations, history, versions);
  }

  private CoordinatorPorts copy(
      FileStorage storage,
      Announcer announcer,
      Registrations registrations,
      Optional<History> history,
      DeployedVersions versions) {
    return new CoordinatorPorts(
        journal,
        checkpoints,
        storage,
        topology,
        clock,
        ids,
        announcer,
        damages,
        fanOut,
        registrations,
        history,
        versions);
  }

  /** Moves the job to another status, and announces it. */
  public boolean move(Job seen, JobStatus to, List<Checkpoint.Pending> aborting, Instant now) {
    // A new request must not be removed by a step of an earlier transition.
    return serve(seen.withoutRequests(), to, aborting, now);
  }

  /** Moves the job to another status and removes the executed request in the same write. */
  public boolean serve(Job seen, JobStatus to, List<Checkpoint.Pending> aborting, Instant now) {
    boolean moved = checkpoints.move(seen, to, aborting, now);
    if (moved) {
      announcer.announce(new Announcement.Moved(seen.at(to).epoch(), seen.status(), to));
    }
    return moved;
  }
}

package dev.cairn.simulation;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.CheckpointId;
import dev.cairn.inmemory.world.World;
import dev.cairn.job.Request;
import dev.cairn.simulation.audit.SimulatedRace;
import dev.cairn.simulation.audit.StoredTable;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Layout;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Restores that name one of the job's own checkpoints or savepoints by its path: completed ones,
 * and also those that were subsumed or disposed of, or are being so.
 */
final class RestoresByPath {
  private final World world;
  private final Faults faults;
  private final StoredTable table;

  RestoresByPath(World world, Faults faults, StoredTable table) {
    this.world = world;
    this.faults = faults;
    this.table = table;
  }

  /** Requests such a restore; does nothing if there is no checkpoint yet. */
  void request() {
    switch (faults.below(4)) {
      case 0 -> restoreNewestSubsumed();
      case 1 -> restoreWhileDisposed();
      default -> {
        List<Checkpoint> all = table.checkpoints(RunProfile.JOB);
        if (!all.isEmpty()) {
          restore(all.get(faults.below(all.size())));
        }
      }
    }
  }

  /** The checkpoint whose files a collection deletes at about this time. */
  private void restoreNewestSubsumed() {
    Optional<CheckpointId> latest = table.job(RunProfile.JOB).orElseThrow().latest();
    world.await(
        Duration.ofSeconds(30),
        () -> !table.job(RunProfile.JOB).orElseThrow().latest().equals(latest));
    world.await(Duration.ofSeconds(5), () -> !subsumed().isEmpty());
    if (!subsumed().isEmpty()) {
      world.sleep(Duration.ofMillis(faults.below(2000)));
      restore(subsumed().getLast());
    }
  }

  private List<Checkpoint> subsumed() {
    return table.checkpoints(RunProfile.JOB).stream()
        .filter(Checkpoint.Subsumed.class::isInstance)
        .toList();
  }

  private void restoreWhileDisposed() {
    List<Checkpoint> complete =
        table.checkpoints(RunProfile.JOB).stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .toList();
    List<Checkpoint> savepoints = complete.stream().filter(Checkpoint::isSavepoint).toList();
    List<Checkpoint> choice = savepoints.isEmpty() ? complete : savepoints;
    if (choice.size() < 2 && savepoints.isEmpty()) {
      return;
    }
    Checkpoint disposed = choice.get(faults.below(choice.size()));
    world.pass("user.command dispose " + disposed.id());
    faults.count(SimulatedRace.RESTORE_BY_PATH_WHILE_IT_IS_DISPOSED_OF);
    table.request(RunProfile.JOB, Request.command("dispose " + disposed.id()));
    world.sleep(Duration.ofMillis(faults.below(3000)));
    restore(disposed);
  }

  private void restore(Checkpoint checkpoint) {
    FilePath metadata =
        checkpoint
            .trigger()
            .savepoint()
            .map(savepoint -> Layout.metadataIn(savepoint.directory()))
            .orElseGet(() -> Layout.metadata(RunProfile.JOB, checkpoint.id()));
    String path = faults.below(2) == 0 ? metadata.value() : metadata.parent().orElseThrow() + "/";
    world.pass("user.restore " + path);
    faults.count(
        SimulatedRace.RESTORE_BY_PATH,
        checkpoint instanceof Checkpoint.Completed ? "complete" : "over");
    table.request(RunProfile.JOB, Request.restore(path));
  }
}

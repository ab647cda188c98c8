package dev.cairn.simulation;

import dev.cairn.inmemory.world.Killed;
import dev.cairn.inmemory.world.World;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A storage in which uploads of a snapshot's larger files take longer than an invocation. Lambda
 * ends the process during the upload.
 */
record SlowUploads(
    World world, Faults faults, RunProfile scenario, BooleanSupplier isSlow, FileStorage there)
    implements FileStorage {

  @Override
  public FilePath normalize(FilePath path) {
    return there.normalize(path);
  }

  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256) {
    if (isTooSlow(path, bytes)) {
      faults.count(SimulatedFault.A_SNAPSHOT_OUTLASTED_ITS_INVOCATION);
      Duration beyond = scenario.timeout().plusSeconds(1);
      world.sleep(beyond);
      throw new Killed("task", "storage.put of " + path + " after " + beyond);
    }
    return there.put(path, bytes, sha256);
  }

  /** Half of them end at the limit; what else takes long, such as compression, does not. */
  @Override
  public Put put(FilePath path, byte[] bytes, Sha256 sha256, Duration limit) {
    if (isTooSlow(path, bytes) && faults.below(2) == 0) {
      faults.count(SimulatedFault.A_SNAPSHOT_WAS_GIVEN_UP_IN_TIME);
      world.sleep(limit);
      throw new StorageException(
          StorageException.Kind.UNREACHABLE, path + " was not stored within " + limit);
    }
    return put(path, bytes, sha256);
  }

  private boolean isTooSlow(FilePath path, byte[] bytes) {
    return isSlow.getAsBoolean()
        && bytes.length >= scenario.pressure().slowAboveBytes()
        && Layout.isState(path);
  }

  @Override
  public Optional<byte[]> get(FilePath path) {
    return there.get(path);
  }

  @Override
  public Optional<Stored> head(FilePath path) {
    return there.head(path);
  }

  @Override
  public List<Stored> list(FilePath folder) {
    return there.list(folder);
  }

  @Override
  public void delete(FilePath path) {
    there.delete(path);
  }
}

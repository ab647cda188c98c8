package dev.cairn.simulation;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.format.FormatException;
import dev.cairn.format.FormatVersion;
import dev.cairn.format.NewerFormatException;
import dev.cairn.format.Trees;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.EntryFormat;
import dev.cairn.journal.Journal;
import dev.cairn.simulation.audit.FaultTally;
import dev.cairn.simulation.audit.Invariants;
import dev.cairn.simulation.audit.SimulatedRace;
import dev.cairn.simulation.audit.Violation;
import dev.cairn.storage.FileStorage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The table and the storage as a container of the release before format 2 reads them: it stops at
 * anything which that release would not know. That must not happen before a user has raised the
 * job's format.
 */
final class EarlierRelease {
  /** All fields of an entry in format 1. */
  private static final Set<String> KNOWN_FIELDS =
      Set.of(
          "v",
          "kind",
          "revision",
          "id",
          "prev",
          "epoch",
          "position",
          "frontier",
          "firstApplied",
          "counts",
          "writer",
          "writtenAt",
          "lastCheckpoint",
          "suspended",
          "failing",
          "isolation",
          "quietUntil",
          "mayBeMissing",
          "waiting",
          "heapUse",
          "origin",
          "state",
          "channels",
          "from",
          "delta",
          "states",
          "deadLetters",
          "checkpoint",
          "savepoint",
          "full",
          "mode",
          "cut",
          "claimMode",
          "voidUpTo",
          "dropped");

  private static final long NEWEST_STATE_FILE = 2;

  private final BooleanSupplier isRaised;
  private final FaultTally tally;
  private Optional<Violation> met = Optional.empty();

  /**
   * @param isRaised whether the job's format has been raised
   */
  EarlierRelease(BooleanSupplier isRaised, FaultTally tally) {
    this.isRaised = isRaised;
    this.tally = tally;
  }

  /**
   * Fails if a container of this release has found unreadable data before the upgrade was allowed.
   */
  void check() {
    if (met.isPresent()) {
      throw met.get();
    }
  }

  Journal journal(Journal there) {
    return seen(Journal.class, there);
  }

  CheckpointStore checkpoints(CheckpointStore there) {
    return seen(CheckpointStore.class, there);
  }

  FileStorage storage(FileStorage there) {
    return seen(FileStorage.class, there);
  }

  /** Wraps a port so that each result is read as that release would read it. */
  private <T> T seen(Class<T> port, T there) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              Object result = invoke(there, method, arguments);
              requireKnown(result);
              return result;
            }));
  }

  private static Object invoke(Object there, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(there, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private void requireKnown(Object result) {
    switch (result) {
      case null -> {}
      case Optional<?> optional -> optional.ifPresent(this::requireKnown);
      case Collection<?> all -> all.forEach(this::requireKnown);
      case Entry entry -> requireKnown(entry);
      case Job job -> requireKnown(job);
      case Checkpoint checkpoint -> requireKnown(checkpoint);
      case byte[] file -> requireKnown(file);
      default -> {}
    }
  }

  private void requireKnown(Entry entry) {
    Set<String> fields = Trees.fromCbor(EntryFormat.write(entry)).names();
    if (entry.header().format() != FormatVersion.ONE || !KNOWN_FIELDS.containsAll(fields)) {
      throw met("entry " + entry.header().id() + " with " + fields);
    }
  }

  private void requireKnown(Job job) {
    if (job.format() != FormatVersion.ONE || job.current().isPresent()) {
      throw met("job " + job.id());
    }
  }

  private void requireKnown(Checkpoint checkpoint) {
    if (checkpoint.trigger().format() != FormatVersion.ONE
        || checkpoint.trigger().parent().isPresent()) {
      throw met("checkpoint " + checkpoint.id());
    }
  }

  /** State files and metadata are JSON; runs and deltas have one version in both releases. */
  private void requireKnown(byte[] file) {
    if (file.length > 0 && file[0] == '{' && version(file) > NEWEST_STATE_FILE) {
      throw met("a file of version " + version(file));
    }
  }

  private static long version(byte[] file) {
    try {
      return Trees.fromJson(file).number("v");
    } catch (FormatException damaged) {
      // The reader detects it.
      return 0;
    }
  }

  private NewerFormatException met(String what) {
    if (isRaised.getAsBoolean()) {
      tally.count(SimulatedRace.THE_EARLIER_RELEASE_MET_A_JOB_THAT_WAS_UPGRADED);
    } else {
      met =
          met.or(
              () ->
                  Optional.of(
                      new Violation(
                          Invariants.READABLE,
                          what
                              + " was met by the earlier release, and nobody had upgraded the job")));
    }
    return new NewerFormatException(what, FormatVersion.TWO.number());
  }
}

package dev.cairn.simulation;

import dev.cairn.inmemory.world.Killed;
import dev.cairn.inmemory.world.World;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The network between a process and a service: a call may be slow, refused, or happen without an
 * answer. A write may also take effect later, after its sender saw it fail and continued, or was
 * killed.
 */
final class Wire {
  /** The task of a late write; expiring items waits for it as for a container. */
  static final String LATE = "late/container-write";

  private final World world;
  private final Faults faults;

  Wire(World world, Faults faults) {
    this.world = world;
    this.faults = faults;
  }

  <T> T table(String point, Supplier<T> effect) {
    return call(
        "table." + point, OutcomeUnknownException::new, () -> sendTwice("table." + point, effect));
  }

  <T> T tableWrite(String point, Supplier<T> effect) {
    return write(
        "table." + point, OutcomeUnknownException::new, () -> sendTwice("table." + point, effect));
  }

  /**
   * Like the SDK, may repeat a call whose response was lost; the repeated call then finds its own
   * effect.
   */
  private <T> T sendTwice(String point, Supplier<T> effect) {
    if (faults.resends()) {
      faults.count(SimulatedFault.SENT_TWICE_BY_THE_SDK);
      var unused = effect.get();
      world.pass(point + " again");
    }
    return effect.get();
  }

  <T> T storage(String point, Supplier<T> effect) {
    return call("storage." + point, StorageException::new, effect);
  }

  <T> T storageWrite(String point, Supplier<T> effect) {
    return write("storage." + point, StorageException::new, effect);
  }

  /** A call of Lambda's API; a mapping that is between two states refuses changes. */
  void lambda(String point, Runnable effect) {
    var unused =
        write(
            "lambda." + point,
            IllegalStateException::new,
            () -> {
              effect.run();
              return true;
            });
  }

  <T> T stream(String point, Supplier<T> effect) {
    return call("stream." + point, StreamException::new, effect);
  }

  private <T> T write(
      String point, Function<String, RuntimeException> failure, Supplier<T> effect) {
    return call(
        point,
        failure,
        () -> {
          if (faults.landsLate()) {
            landLater(point, effect);
            throw failure.apply(point + " was not answered in time");
          }
          return effect.get();
        },
        () -> landLater(point, effect));
  }

  private <T> void landLater(String point, Supplier<T> effect) {
    faults.count(SimulatedFault.LANDED_LATE, point);
    Duration lateness = faults.lateness();
    world.start(
        LATE,
        () -> {
          world.sleep(lateness);
          try {
            var unused = effect.get();
          } catch (RuntimeException unheard) {
            // The response is no longer awaited.
          }
        });
  }

  private <T> T call(String point, Function<String, RuntimeException> failure, Supplier<T> effect) {
    return call(point, failure, effect, () -> {});
  }

  private <T> T call(
      String point,
      Function<String, RuntimeException> failure,
      Supplier<T> effect,
      Runnable afterDeath) {
    try {
      world.pass(point);
    } catch (Killed e) {
      if (faults.isLateWrite()) {
        afterDeath.run();
      }
      throw e;
    }
    if (faults.refuses()) {
      faults.count(SimulatedFault.REFUSED, point);
      throw failure.apply(point + " was refused");
    }
    T result = effect.get();
    world.pass(point + " answered");
    if (faults.losesResponse()) {
      faults.count(SimulatedFault.ANSWER_LOST, point);
      throw failure.apply(point + " was not answered");
    }
    return result;
  }
}

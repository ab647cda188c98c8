package dev.cairn.local.simulation;

import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.local.world.World;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.StreamException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The network between a process and a service: a call may be slow, refused, or happen without an
 * answer.
 */
final class Wire {
  private final World world;
  private final Faults faults;

  Wire(World world, Faults faults) {
    this.world = world;
    this.faults = faults;
  }

  /**
   * As the SDK does, a call whose answer got lost may be sent again without anyone knowing: its own
   * effect then meets it.
   */
  <T> T table(String point, Supplier<T> effect) {
    return call(
        "table." + point,
        OutcomeUnknownException::new,
        () -> {
          if (faults.resends()) {
            faults.count("fault: sent twice by the SDK");
            var unused = effect.get();
            world.pass("table." + point + " again");
          }
          return effect.get();
        });
  }

  <T> T storage(String point, Supplier<T> effect) {
    return call("storage." + point, StorageException::new, effect);
  }

  /** Lambda's own interface; a mapping that is between two states refuses to be switched. */
  void lambda(String point, Runnable effect) {
    var unused =
        call(
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

  private <T> T call(String point, Function<String, RuntimeException> failure, Supplier<T> effect) {
    world.pass(point);
    if (faults.refuses()) {
      faults.count("fault: refused " + point);
      throw failure.apply(point + " was refused");
    }
    T result = effect.get();
    world.pass(point + " answered");
    if (faults.losesAnswer()) {
      faults.count("fault: answer lost of " + point);
      throw failure.apply(point + " was not answered");
    }
    return result;
  }
}

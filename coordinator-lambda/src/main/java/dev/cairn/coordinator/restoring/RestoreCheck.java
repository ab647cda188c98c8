package dev.cairn.coordinator.restoring;

import dev.cairn.parallel.FanOut;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A condition on one thing that must hold for a restore to be possible. */
@FunctionalInterface
interface RestoreCheck<T> {
  void require(T one) throws RestoreRefusedException;

  /** Checks all of them, many in parallel. */
  static <T> void all(FanOut fanOut, Collection<T> them, RestoreCheck<T> check)
      throws RestoreRefusedException {
    List<Optional<RestoreRefusedException>> refusals =
        fanOut.map(
            them,
            one -> {
              try {
                check.require(one);
                return Optional.empty();
              } catch (RestoreRefusedException e) {
                return Optional.of(e);
              }
            });
    for (Optional<RestoreRefusedException> refusal : refusals) {
      if (refusal.isPresent()) {
        throw refusal.get();
      }
    }
  }
}

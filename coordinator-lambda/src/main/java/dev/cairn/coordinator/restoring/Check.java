package dev.cairn.coordinator.restoring;

import dev.cairn.parallel.FanOut;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What has to be true of something for a restore to be possible. */
@FunctionalInterface
interface Check<T> {
  void require(T one) throws RefusedException;

  /** Looks at all of them, many at once. */
  static <T> void all(FanOut fanOut, Collection<T> them, Check<T> check) throws RefusedException {
    List<Optional<RefusedException>> refusals =
        fanOut.map(
            them,
            one -> {
              try {
                check.require(one);
                return Optional.empty();
              } catch (RefusedException e) {
                return Optional.of(e);
              }
            });
    for (Optional<RefusedException> refusal : refusals) {
      if (refusal.isPresent()) {
        throw refusal.get();
      }
    }
  }
}

package dev.cairn.parallel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs an action for many items, several of them in parallel where possible. */
public interface FanOut {

  /** Runs the actions one after the other in the caller's thread. */
  FanOut ONE_BY_ONE = new OneByOne();

  /**
   * Runs the action for each item, also if it fails for others.
   *
   * @param action called by several threads; must not use a fan-out itself
   * @return the results, in the order of the items
   * @throws RuntimeException the first exception of an action, in the order of the items, after all
   *     have ended
   */
  <T, R> List<R> map(Collection<T> items, Function<? super T, ? extends R> action);

  /** Runs an action without a result for each item, like {@link #map}. */
  default <T> void forEach(Collection<T> items, Consumer<? super T> action) {
    var unused =
        map(
            items,
            item -> {
              action.accept(item);
              return item;
            });
  }

  /** One after the other. */
  final class OneByOne implements FanOut {
    private OneByOne() {}

    @Override
    public <T, R> List<R> map(Collection<T> items, Function<? super T, ? extends R> action) {
      List<R> results = new ArrayList<>(items.size());
      Optional<RuntimeException> failure = Optional.empty();
      for (T item : items) {
        try {
          results.add(action.apply(item));
        } catch (RuntimeException e) {
          failure = failure.or(() -> Optional.of(e));
        }
      }
      failure.ifPresent(
          e -> {
            throw e;
          });
      return results;
    }
  }
}

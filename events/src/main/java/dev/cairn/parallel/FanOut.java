package dev.cairn.parallel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Does the same for many things, several at once where it can. */
public interface FanOut {

  /** In the caller's thread. */
  FanOut ONE_BY_ONE = new OneByOne();

  /**
   * Does it for each, whatever becomes of the others.
   *
   * @param action called by several threads at once; uses no fan-out itself
   * @return what it answered, in the order of the items
   * @throws RuntimeException the first that an action threw, in the order of the items, after all
   *     were done
   */
  <T, R> List<R> map(Collection<T> items, Function<? super T, ? extends R> action);

  /** As {@link #map}, for what answers nothing. */
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

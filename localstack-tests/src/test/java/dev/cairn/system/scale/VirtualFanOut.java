package dev.cairn.system.scale;

import dev.cairn.parallel.FanOut;
import dev.cairn.parallel.OutOfTimeException;
import dev.cairn.parallel.Pace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Function;

/** So many lanes of virtual time: what the deployed threads do, under the same pace. */
final class VirtualFanOut implements FanOut {
  private final VirtualTime time;
  private final int lanes;
  private final Pace pace;
  private Instant end = Instant.MAX;

  VirtualFanOut(VirtualTime time, int lanes, int perSecond) {
    this.time = time;
    this.lanes = lanes;
    this.pace = new Pace(perSecond, lanes);
  }

  void endBy(Instant end) {
    this.end = end;
  }

  @Override
  public <T, R> List<R> map(Collection<T> items, Function<? super T, ? extends R> action) {
    PriorityQueue<Instant> free = new PriorityQueue<>(Collections.nCopies(lanes, time.instant()));
    Instant last = time.instant();
    List<R> results = new ArrayList<>();
    for (T item : items) {
      Instant lane = free.remove();
      time.set(lane.plus(pace.reserve(lane)));
      if (time.instant().isBefore(end)) {
        results.add(action.apply(item));
      }
      free.add(time.instant());
      last = time.instant().isAfter(last) ? time.instant() : last;
    }
    time.set(last);
    if (results.size() < items.size()) {
      throw new OutOfTimeException(results.size(), items.size());
    }
    return results;
  }
}

package dev.cairn.simulation;

import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.ListState;
import dev.cairn.function.ListStateDescriptor;
import dev.cairn.function.MapState;
import dev.cairn.function.MapStateDescriptor;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A function whose state records which events it processed, how often and in which order: a chained
 * hash of them, a map that loses entries as well, and the last three. Events are {@code
 * verb:place:number}.
 */
final class SimulatedFunction implements KeyedFunction<String> {
  private static final int LAST = 3;

  private final BooleanSupplier fails;
  private final Runnable kill;
  private ValueState<Long> chain;
  private MapState<String, Long> places;
  private ListState<String> last;

  /**
   * @param fails whether the function throws at an event that it will process later
   */
  SimulatedFunction(BooleanSupplier fails) {
    this(
        fails,
        () -> {
          throw new IllegalStateException("this record ends the process");
        });
  }

  /**
   * @param kill ends the process at a record that ends every process
   */
  @SuppressWarnings("NullAway.Init") // Opened before it processes anything.
  SimulatedFunction(BooleanSupplier fails, Runnable kill) {
    this.fails = fails;
    this.kill = kill;
  }

  @Override
  public Deserializer<String> deserializer() {
    return Deserializers.text();
  }

  @Override
  public void open(RuntimeContext context) {
    chain = context.getState(ValueStateDescriptor.of("chain", Long.class));
    places = context.getMapState(MapStateDescriptor.of("places", String.class, Long.class));
    last = context.getListState(ListStateDescriptor.of("last", String.class));
  }

  @Override
  public void process(String event, Context context) {
    String[] parts = event.split(":");
    chain.update(chain.value().orElse(17L) * 31 + event.hashCode());
    switch (parts[0]) {
      case "put" -> places.put(parts[1], places.get(parts[1]).orElse(0L) + 1);
      case "remove" -> places.remove(parts[1]);
      case "clear" -> last.clear();
      case "kill" -> kill.run();
      case "poison" -> throw new IllegalArgumentException("poison " + event);
      default -> throw new IllegalArgumentException("unknown verb in " + event);
    }
    List<String> kept = new ArrayList<>(last.get());
    kept.add(event);
    last.update(kept.subList(Math.max(0, kept.size() - LAST), kept.size()));
    if (fails.getAsBoolean()) {
      throw new IllegalStateException("this once, at " + event);
    }
  }
}

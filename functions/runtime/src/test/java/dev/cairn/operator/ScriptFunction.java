package dev.cairn.operator;

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
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Does to its state what an event's seed says, of every kind of state and of shared and copied
 * values, and throws now and then. Everything that it reads goes into a digest that is state
 * itself, so that two implementations end alike only if they read alike.
 */
final class ScriptFunction implements KeyedFunction<String> {
  static final ValueStateDescriptor<Long> DIGEST = ValueStateDescriptor.of("digest", Long.class);
  static final ValueStateDescriptor<Box> BOX = ValueStateDescriptor.of("box", Box.class);
  static final ValueStateDescriptor<Point> POINT = ValueStateDescriptor.of("point", Point.class);
  static final MapStateDescriptor<String, Long> COUNTS =
      MapStateDescriptor.of("counts", String.class, Long.class);
  static final MapStateDescriptor<Point, Box> BOXES =
      MapStateDescriptor.of("boxes", Point.class, Box.class);
  static final ListStateDescriptor<String> NAMES = ListStateDescriptor.of("names", String.class);
  static final ListStateDescriptor<Box> ROW = ListStateDescriptor.of("row", Box.class);

  /** A mutable value. */
  static final class Box {
    public long content;

    static Box of(long content) {
      Box box = new Box();
      box.content = content;
      return box;
    }
  }

  record Point(int x, String y) {}

  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
  }

  private ValueState<Long> digest;
  private ValueState<Box> box;
  private ValueState<Point> point;
  private MapState<String, Long> counts;
  private MapState<Point, Box> boxes;
  private ListState<String> names;
  private ListState<Box> row;

  @Override
  public Deserializer<String> deserializer() {
    return Deserializers.text();
  }

  @Override
  public void open(RuntimeContext context) {
    // Not in the order of the names, in which schemas and cells come.
    names = context.getListState(NAMES);
    digest = context.getState(DIGEST);
    box = context.getState(BOX);
    counts = context.getMapState(COUNTS);
    boxes = context.getMapState(BOXES);
    row = context.getListState(ROW);
    point = context.getState(POINT);
  }

  @Override
  public void process(String event, Context context) throws Exception {
    SplittableRandom random = new SplittableRandom(Long.parseLong(event));
    long read = digest.value().orElse(0L);
    int steps = random.nextInt(12);
    for (int i = 0; i < steps; i++) {
      read = 31 * read + step(random);
    }
    if (random.nextInt(5) == 0) {
      throw new Refused();
    }
    if (random.nextInt(3) > 0) {
      digest.update(31 * read + context.key().hashCode() + context.timestamp().toEpochMilli());
    }
  }

  private long step(SplittableRandom random) {
    String name = "n" + random.nextInt(6);
    Point at = new Point(random.nextInt(3), "p");
    long number = random.nextLong(1_000);
    switch (random.nextInt(24)) {
      case 0 -> box.update(Box.of(number));
      case 1 -> box.clear();
      case 2 -> {
        // Changed but not given back: must not become state.
        box.value().ifPresent(leaked -> leaked.content = -1);
      }
      case 3 -> {
        Box kept = Box.of(number);
        box.update(kept);
        kept.content = -2;
      }
      case 4 -> point.update(at);
      case 5 -> point.clear();
      case 6, 7 -> counts.put(name, counts.get(name).orElse(0L) + number);
      case 8 -> counts.remove(name);
      case 9 -> counts.clear();
      case 10, 11 -> boxes.put(at, Box.of(number));
      case 12 -> boxes.remove(at);
      case 13 -> boxes.get(at).ifPresent(leaked -> leaked.content = -3);
      case 14 -> boxes.clear();
      case 15, 16 -> names.add(name);
      case 17 -> names.update(tail(names.get()));
      case 18 -> names.clear();
      case 19, 20 -> row.add(Box.of(number));
      case 21 -> row.get().forEach(leaked -> leaked.content = -4);
      case 22 -> row.update(tail(row.get()));
      case 23 -> row.clear();
      default -> throw new AssertionError("24 steps");
    }
    return seen(name, at);
  }

  private long seen(String name, Point at) {
    long seen = box.value().map(value -> value.content).orElse(-5L);
    seen = 31 * seen + point.value().map(Point::hashCode).orElse(-6);
    seen = 31 * seen + counts.get(name).orElse(-7L) + (counts.contains(name) ? 1 : 0);
    for (Map.Entry<String, Long> entry : counts.entries()) {
      seen = 31 * seen + entry.getKey().hashCode() * entry.getValue();
    }
    seen = 31 * seen + counts.keys().hashCode() + (counts.isEmpty() ? 1 : 0);
    seen = 31 * seen + boxes.keys().hashCode() + (boxes.isEmpty() ? 1 : 0);
    for (Box value : boxes.values()) {
      seen = 31 * seen + value.content;
    }
    seen = 31 * seen + boxes.get(at).map(value -> value.content).orElse(-8L);
    seen = 31 * seen + names.get().hashCode();
    for (Box value : row.get()) {
      seen = 31 * seen + value.content;
    }
    return seen;
  }

  private static <T> List<T> tail(List<T> list) {
    return new ArrayList<>(list.subList(list.size() / 2, list.size()));
  }
}

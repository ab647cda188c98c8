package dev.cairn.local.cost;

import java.util.EnumMap;
import java.util.Map;

/** How much of what AWS charges for was used. */
record Usage(Map<Billed, Double> amounts) {
  static final Usage NONE = new Usage(Map.of());

  Usage {
    amounts = Map.copyOf(amounts);
  }

  static Usage of(Billed what, double amount) {
    return new Usage(Map.of(what, amount));
  }

  double of(Billed what) {
    return amounts.getOrDefault(what, 0.0);
  }

  Usage plus(Usage other) {
    Map<Billed, Double> sum = new EnumMap<>(Billed.class);
    sum.putAll(amounts);
    other.amounts.forEach((what, amount) -> sum.merge(what, amount, Double::sum));
    return new Usage(sum);
  }

  Usage plus(Billed what, double amount) {
    return plus(of(what, amount));
  }

  Usage times(double factor) {
    Map<Billed, Double> scaled = new EnumMap<>(Billed.class);
    amounts.forEach((what, amount) -> scaled.put(what, amount * factor));
    return new Usage(scaled);
  }
}

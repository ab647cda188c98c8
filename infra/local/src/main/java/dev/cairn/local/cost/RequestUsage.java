package dev.cairn.local.cost;

import java.util.EnumMap;
import java.util.Map;

/** How much of what AWS charges for was used. */
record RequestUsage(Map<Billed, Double> amounts) {
  static final RequestUsage NONE = new RequestUsage(Map.of());

  RequestUsage {
    amounts = Map.copyOf(amounts);
  }

  static RequestUsage of(Billed what, double amount) {
    return new RequestUsage(Map.of(what, amount));
  }

  double of(Billed what) {
    return amounts.getOrDefault(what, 0.0);
  }

  RequestUsage plus(RequestUsage other) {
    Map<Billed, Double> sum = new EnumMap<>(Billed.class);
    sum.putAll(amounts);
    other.amounts.forEach((what, amount) -> sum.merge(what, amount, Double::sum));
    return new RequestUsage(sum);
  }

  RequestUsage plus(Billed what, double amount) {
    return plus(of(what, amount));
  }

  RequestUsage times(double factor) {
    Map<Billed, Double> scaled = new EnumMap<>(Billed.class);
    amounts.forEach((what, amount) -> scaled.put(what, amount * factor));
    return new RequestUsage(scaled);
  }
}

package dev.cairn.cli.prices;

import java.util.EnumMap;
import java.util.Map;

/** The used amounts of units that AWS charges for. */
public record RequestUsage(Map<BilledUnit, Double> amounts) {
  public static final RequestUsage NONE = new RequestUsage(Map.of());

  public RequestUsage {
    amounts = Map.copyOf(amounts);
  }

  public static RequestUsage of(BilledUnit what, double amount) {
    return new RequestUsage(Map.of(what, amount));
  }

  public double of(BilledUnit what) {
    return amounts.getOrDefault(what, 0.0);
  }

  public RequestUsage plus(RequestUsage other) {
    Map<BilledUnit, Double> sum = new EnumMap<>(BilledUnit.class);
    sum.putAll(amounts);
    other.amounts.forEach((what, amount) -> sum.merge(what, amount, Double::sum));
    return new RequestUsage(sum);
  }

  public RequestUsage plus(BilledUnit what, double amount) {
    return plus(of(what, amount));
  }

  public RequestUsage times(double factor) {
    Map<BilledUnit, Double> scaled = new EnumMap<>(BilledUnit.class);
    amounts.forEach((what, amount) -> scaled.put(what, amount * factor));
    return new RequestUsage(scaled);
  }
}

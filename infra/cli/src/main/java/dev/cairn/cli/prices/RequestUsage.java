package dev.cairn.cli.prices;

import java.util.EnumMap;
import java.util.Map;

/** How much of what AWS charges for was used. */
public record RequestUsage(Map<Billed, Double> amounts) {
  public static final RequestUsage NONE = new RequestUsage(Map.of());

  public RequestUsage {
    amounts = Map.copyOf(amounts);
  }

  public static RequestUsage of(Billed what, double amount) {
    return new RequestUsage(Map.of(what, amount));
  }

  public double of(Billed what) {
    return amounts.getOrDefault(what, 0.0);
  }

  public RequestUsage plus(RequestUsage other) {
    Map<Billed, Double> sum = new EnumMap<>(Billed.class);
    sum.putAll(amounts);
    other.amounts.forEach((what, amount) -> sum.merge(what, amount, Double::sum));
    return new RequestUsage(sum);
  }

  public RequestUsage plus(Billed what, double amount) {
    return plus(of(what, amount));
  }

  public RequestUsage times(double factor) {
    Map<Billed, Double> scaled = new EnumMap<>(Billed.class);
    amounts.forEach((what, amount) -> scaled.put(what, amount * factor));
    return new RequestUsage(scaled);
  }
}

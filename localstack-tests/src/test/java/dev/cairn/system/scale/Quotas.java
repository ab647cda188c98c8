package dev.cairn.system.scale;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What was used of each quota in each second. */
final class Quotas {
  /** What AWS limits, and to how much a second. */
  enum Quota {
    WRITE_UNITS_A_KEY("DynamoDB write units at one partition key", 1_000),
    READ_UNITS_A_KEY("DynamoDB read units at one partition key", 3_000),
    WRITE_UNITS("DynamoDB write units of the table (a new account's)", 40_000),
    READ_UNITS("DynamoDB read units of the table (a new account's)", 40_000),
    S3_WRITES("S3 PUT, LIST, DELETE below the job's prefix", 3_500),
    S3_READS("S3 GET, HEAD below the job's prefix", 5_500);

    private final String what;
    private final double aSecond;

    Quota(String what, double aSecond) {
      this.what = what;
      this.aSecond = aSecond;
    }

    String what() {
      return what;
    }

    double aSecond() {
      return aSecond;
    }
  }

  /** The most that was used at one key in a second. */
  record Peak(String key, long second, double used) {}

  private record Place(Quota quota, String key) {}

  private final Instant start;
  private final Map<Place, TreeMap<Long, Double>> used = new HashMap<>();

  Quotas(Instant start) {
    this.start = start;
  }

  void use(Quota quota, String key, Instant at, double amount) {
    long second = Math.floorDiv(at.toEpochMilli() - start.toEpochMilli(), 1000L);
    used.computeIfAbsent(new Place(quota, key), place -> new TreeMap<>())
        .merge(second, amount, Double::sum);
  }

  Peak peak(Quota quota, String prefix) {
    return used.entrySet().stream()
        .filter(place -> place.getKey().quota() == quota && place.getKey().key().startsWith(prefix))
        .flatMap(
            place ->
                place.getValue().entrySet().stream()
                    .map(
                        second ->
                            new Peak(place.getKey().key(), second.getKey(), second.getValue())))
        .max(Comparator.comparingDouble(Peak::used))
        .orElse(new Peak(prefix, 0, 0));
  }

  double total(Quota quota) {
    return used.entrySet().stream()
        .filter(place -> place.getKey().quota() == quota)
        .flatMap(place -> place.getValue().values().stream())
        .mapToDouble(Double::doubleValue)
        .sum();
  }

  /** What was used of a quota in each second, all keys that begin so taken together. */
  TreeMap<Long, Double> aSecond(Quota quota, String prefix) {
    TreeMap<Long, Double> sum = new TreeMap<>();
    used.forEach(
        (place, seconds) -> {
          if (place.quota() == quota && place.key().startsWith(prefix)) {
            seconds.forEach((second, amount) -> sum.merge(second, amount, Double::sum));
          }
        });
    return sum;
  }
}

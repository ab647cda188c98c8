package dev.cairn.cli.prices;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A region's published prices.
 *
 * @param asOf the day on which they were looked up
 * @param terms what kind of prices they are
 * @param free what Cairn uses and AWS does not charge for
 */
public record Prices(
    String region, LocalDate asOf, String terms, Map<BilledUnit, Price> prices, List<String> free) {

  /**
   * One price.
   *
   * @param usd for so many
   * @param per how many
   * @param page the title of AWS's page that publishes it
   */
  public record Price(double usd, long per, String unit, String page) {}

  public Prices {
    Set<BilledUnit> missing = EnumSet.allOf(BilledUnit.class);
    missing.removeAll(prices.keySet());
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException("prices.json has no price for " + missing + ": add them");
    }
    prices = Map.copyOf(prices);
    free = List.copyOf(free);
  }

  /** The prices that come with Cairn. */
  public static Prices published() {
    try (InputStream in =
        Objects.requireNonNull(
            Prices.class.getResourceAsStream("prices.json"), "prices.json is not in the jar")) {
      Published file =
          JsonMapper.builder()
              .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
              .build()
              .readValue(in, Published.class);
      return new Prices(
          file.region, LocalDate.parse(file.asOf), file.terms, file.prices, file.free);
    } catch (IOException e) {
      throw new UncheckedIOException("prices.json cannot be read: " + e.getMessage(), e);
    }
  }

  private record Published(
      String region, String asOf, String terms, Map<BilledUnit, Price> prices, List<String> free) {}

  public double usd(RequestUsage usage) {
    return usage.amounts().entrySet().stream()
        .mapToDouble(used -> usd(used.getKey(), used.getValue()))
        .sum();
  }

  public double usd(BilledUnit what, double amount) {
    Price price = Objects.requireNonNull(prices.get(what));
    return amount * price.usd() / price.per();
  }
}

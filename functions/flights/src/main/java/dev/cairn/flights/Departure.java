package dev.cairn.flights;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One scheduled departure; in JSON under the columns' names, such as {@code departure_delay_min}.
 * Unknown values are absent.
 *
 * @param departed when it left; empty if it was cancelled
 * @param tail the aircraft's tail number
 * @param departureDelayMin minutes after the scheduled departure, negative if early
 * @param arrivalDelayMin minutes after the scheduled arrival, negative if early
 * @param distanceMi miles
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Departure(
    Instant scheduled,
    Optional<Instant> departed,
    String carrier,
    String flight,
    Optional<String> tail,
    String origin,
    String destination,
    OptionalInt departureDelayMin,
    OptionalInt arrivalDelayMin,
    OptionalInt distanceMi) {

  public Departure {
    Objects.requireNonNull(scheduled, "a departure has no scheduled");
    Objects.requireNonNull(carrier, "a departure has no carrier");
    Objects.requireNonNull(flight, "a departure has no flight");
    Objects.requireNonNull(origin, "a departure has no origin");
    Objects.requireNonNull(destination, "a departure has no destination");
  }

  /** Returns the airports, such as {@code EWR-IAH}. */
  public String route() {
    return origin + "-" + destination;
  }
}

package dev.cairn.flights;

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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps statistics of each aircraft, by tail number: its departures and delays, cancellations,
 * routes, and last ten flights.
 */
public final class AircraftFunction implements KeyedFunction<Departure> {
  /**
   * The key of departures without a tail number, because Kinesis accepts no empty partition key.
   */
  public static final String UNKNOWN = "UNKNOWN";

  public static final ValueStateDescriptor<Punctuality> PUNCTUALITY =
      ValueStateDescriptor.of("punctuality", Punctuality.class);
  public static final MapStateDescriptor<String, Long> ROUTES =
      MapStateDescriptor.of("flights-per-route", String.class, Long.class);
  public static final ListStateDescriptor<Flight> LAST_FLIGHTS =
      ListStateDescriptor.of("last-flights", Flight.class);

  private static final int LAST = 10;

  private ValueState<Punctuality> punctuality;
  private MapState<String, Long> routes;
  private ListState<Flight> lastFlights;

  @Override
  public Deserializer<Departure> deserializer() {
    return Deserializers.json(Departure.class);
  }

  @Override
  public String keyOf(Departure departure) {
    return departure.tail().orElse(UNKNOWN);
  }

  @Override
  public void open(RuntimeContext context) {
    punctuality = context.getState(PUNCTUALITY);
    routes = context.getMapState(ROUTES);
    lastFlights = context.getListState(LAST_FLIGHTS);
  }

  @Override
  public void process(Departure departure, Context context) {
    Punctuality before = punctuality.value().orElse(Punctuality.NONE);
    if (departure.departed().isEmpty()) {
      punctuality.update(before.afterCancellation());
      return;
    }
    int delay = departure.departureDelayMin().orElse(0);
    punctuality.update(before.afterDeparture(delay));
    String route = departure.route();
    routes.put(route, routes.get(route).orElse(0L) + 1);

    List<Flight> flights = new ArrayList<>(lastFlights.get());
    flights.add(new Flight(departure.departed().get(), route, delay));
    lastFlights.update(flights.subList(Math.max(0, flights.size() - LAST), flights.size()));
  }

  /**
   * The departures and delays of an aircraft.
   *
   * @param totalDelayMin the sum of all departure delays, early ones counting as negative
   * @param worstDelayMin the largest departure delay; 0 if it never left late
   */
  public record Punctuality(
      long departures, long cancellations, long totalDelayMin, int worstDelayMin) {
    public static final Punctuality NONE = new Punctuality(0, 0, 0, 0);

    Punctuality afterDeparture(int delayMin) {
      return new Punctuality(
          departures + 1,
          cancellations,
          totalDelayMin + delayMin,
          Math.max(worstDelayMin, delayMin));
    }

    Punctuality afterCancellation() {
      return new Punctuality(departures, cancellations + 1, totalDelayMin, worstDelayMin);
    }
  }

  /** A flight that took place. */
  public record Flight(Instant departed, String route, int delayMin) {}
}

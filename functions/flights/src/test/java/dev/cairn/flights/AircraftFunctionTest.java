package dev.cairn.flights;

import static dev.cairn.flights.AircraftFunction.LAST_FLIGHTS;
import static dev.cairn.flights.AircraftFunction.PUNCTUALITY;
import static dev.cairn.flights.AircraftFunction.ROUTES;
import static dev.cairn.flights.AircraftFunction.UNKNOWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.flights.AircraftFunction.Flight;
import dev.cairn.flights.AircraftFunction.Punctuality;
import dev.cairn.testing.FunctionHarness;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AircraftFunctionTest {
  private static final Instant MORNING = Instant.parse("2013-01-01T10:15:00Z");

  private final FunctionHarness<Departure> harness = FunctionHarness.of(new AircraftFunction());

  private static Departure departure(String destination, int delayMin) {
    return new Departure(
        MORNING,
        Optional.of(MORNING.plus(Duration.ofMinutes(delayMin))),
        "UA",
        "1545",
        Optional.of("N14228"),
        "EWR",
        destination,
        OptionalInt.of(delayMin),
        OptionalInt.empty(),
        OptionalInt.of(1400));
  }

  private static Departure cancelled(Optional<String> tail) {
    return new Departure(
        MORNING,
        Optional.empty(),
        "UA",
        "1545",
        tail,
        "EWR",
        "IAH",
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.of(1400));
  }

  @Test
  void countsDeparturesAndDelays() throws Exception {
    harness.process(departure("IAH", 20));
    harness.process(departure("IAH", -5));
    harness.process(departure("ORD", 7));
    assertThat(harness.state("N14228").value(PUNCTUALITY)).contains(new Punctuality(3, 0, 22, 20));
    assertThat(harness.state("N14228").entries(ROUTES))
        .containsExactly(Map.entry("EWR-IAH", 2L), Map.entry("EWR-ORD", 1L));
  }

  @Test
  void anAircraftThatIsAlwaysEarlyWasNeverLate() throws Exception {
    harness.process(departure("IAH", -5));
    assertThat(harness.state("N14228").value(PUNCTUALITY)).contains(new Punctuality(1, 0, -5, 0));
  }

  @Test
  void aCancelledFlightFliesNoRoute() throws Exception {
    harness.process(cancelled(Optional.of("N14228")));
    assertThat(harness.state("N14228").value(PUNCTUALITY)).contains(new Punctuality(0, 1, 0, 0));
    assertThat(harness.state("N14228").entries(ROUTES)).isEmpty();
    assertThat(harness.state("N14228").list(LAST_FLIGHTS)).isEmpty();
  }

  @Test
  void departuresWithoutATailNumberShareADocumentedKey() throws Exception {
    harness.process(cancelled(Optional.empty()));
    assertThat(harness.keys()).containsExactly(UNKNOWN);
  }

  @Test
  void remembersTheLastTenFlights() throws Exception {
    for (int delay = 0; delay < 13; delay++) {
      harness.process(departure("IAH", delay));
    }
    assertThat(harness.state("N14228").list(LAST_FLIGHTS))
        .hasSize(10)
        .startsWith(new Flight(MORNING.plus(Duration.ofMinutes(3)), "EWR-IAH", 3))
        .endsWith(new Flight(MORNING.plus(Duration.ofMinutes(12)), "EWR-IAH", 12));
  }

  @Test
  void readsADepartureAsItsColumnsSay() throws Exception {
    String json =
        """
        {"scheduled":"2013-01-01T10:15Z","departed":"2013-01-01T10:17Z","carrier":"UA",
         "flight":"1545","tail":"N14228","origin":"EWR","destination":"IAH",
         "departure_delay_min":"2","arrival_delay_min":11,"distance_mi":"1400"}
        """;
    assertThat(new AircraftFunction().deserializer().deserialize(json.getBytes(UTF_8)))
        .isEqualTo(
            new Departure(
                MORNING,
                Optional.of(MORNING.plus(Duration.ofMinutes(2))),
                "UA",
                "1545",
                Optional.of("N14228"),
                "EWR",
                "IAH",
                OptionalInt.of(2),
                OptionalInt.of(11),
                OptionalInt.of(1400)));
  }

  @Test
  void refusesADepartureWithoutARoute() {
    String json =
        "{\"scheduled\":\"2013-01-01T10:15Z\",\"carrier\":\"UA\",\"flight\":1,\"origin\":\"EWR\"}";
    assertThatThrownBy(
            () -> new AircraftFunction().deserializer().deserialize(json.getBytes(UTF_8)))
        .hasMessageContaining("a departure has no destination");
  }
}

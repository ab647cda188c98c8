package dev.cairn.flights;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.flights.AircraftFunction.Flight;
import dev.cairn.function.Deserializer;
import dev.cairn.testing.FunctionHarness;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;

/** The function over all of 2013, beside a loop over plain maps that knows nothing of Cairn. */
class AircraftFoldTest {
  private static final Path FLIGHTS = Path.of("data", "flights-2013.csv.gz");

  private static final class Aircraft {
    private long departures;
    private long cancellations;
    private long totalDelayMin;
    private int worstDelayMin;
    private final Map<String, Long> routes = new TreeMap<>();
    private final ArrayDeque<List<Object>> last = new ArrayDeque<>();
  }

  @Test
  void theYearEndsAsThePlainLoopSays() throws Exception {
    Map<String, Aircraft> expected = new HashMap<>();
    FunctionHarness<Departure> harness = FunctionHarness.of(new AircraftFunction());
    Deserializer<Departure> deserializer = new AircraftFunction().deserializer();
    int[] rows = {0};
    forEachRow(
        row -> {
          rows[0]++;
          fold(expected, row);
          try {
            harness.process(deserializer.deserialize(json(row).getBytes(UTF_8)));
          } catch (Exception e) {
            throw new AssertionError("row " + row, e);
          }
        });

    assertThat(rows[0]).isEqualTo(336_776);
    assertThat(harness.keys()).isEqualTo(expected.keySet()).hasSize(4_044);
    assertThat(expected.values().stream().mapToLong(a -> a.cancellations).sum()).isEqualTo(8_255);
    assertThat(expected.getOrDefault(AircraftFunction.UNKNOWN, new Aircraft()).cancellations)
        .isEqualTo(2_512);
    expected.forEach(
        (tail, aircraft) -> {
          FunctionHarness.KeyView state = harness.state(tail);
          assertThat(state.value(AircraftFunction.PUNCTUALITY))
              .contains(
                  new AircraftFunction.Punctuality(
                      aircraft.departures,
                      aircraft.cancellations,
                      aircraft.totalDelayMin,
                      aircraft.worstDelayMin));
          Map<String, Long> routes = new TreeMap<>();
          state.entries(AircraftFunction.ROUTES).forEach(e -> routes.put(e.getKey(), e.getValue()));
          assertThat(routes).isEqualTo(aircraft.routes);
          List<List<Object>> last = new ArrayList<>();
          for (Flight flight : state.list(AircraftFunction.LAST_FLIGHTS)) {
            last.add(List.of(flight.departed(), flight.route(), flight.delayMin()));
          }
          assertThat(last).isEqualTo(List.copyOf(aircraft.last));
        });
  }

  private static void fold(Map<String, Aircraft> all, CSVRecord row) {
    String tail = row.get("tail").isEmpty() ? "UNKNOWN" : row.get("tail");
    Aircraft aircraft = all.computeIfAbsent(tail, absent -> new Aircraft());
    if (row.get("departed").isEmpty()) {
      aircraft.cancellations++;
      return;
    }
    int delay = Integer.parseInt(row.get("departure_delay_min"));
    String route = row.get("origin") + "-" + row.get("destination");
    aircraft.departures++;
    aircraft.totalDelayMin += delay;
    aircraft.worstDelayMin = Math.max(aircraft.worstDelayMin, delay);
    aircraft.routes.merge(route, 1L, Long::sum);
    aircraft.last.add(
        List.of(Instant.parse(row.get("departed").replace("Z", ":00Z")), route, delay));
    if (aircraft.last.size() > 10) {
      aircraft.last.removeFirst();
    }
  }

  /** The row as a producer sends it: a field for each cell that is not empty. */
  private static String json(CSVRecord row) {
    StringBuilder json = new StringBuilder("{");
    row.toMap()
        .forEach(
            (column, cell) -> {
              if (!cell.isEmpty()) {
                json.append(json.length() == 1 ? "\"" : ",\"");
                json.append(column).append("\":\"").append(cell).append('"');
              }
            });
    return json.append('}').toString();
  }

  private static void forEachRow(Consumer<CSVRecord> consumer) throws IOException {
    CSVFormat withHeader = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();
    try (BufferedReader in =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(FLIGHTS)), UTF_8));
        CSVParser rows = CSVParser.parse(in, withHeader)) {
      rows.forEach(consumer);
    }
  }
}

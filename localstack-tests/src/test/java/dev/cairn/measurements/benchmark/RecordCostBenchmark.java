package dev.cairn.measurements.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cairn.backend.heap.HeapStateBackend;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.flights.Departure;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.lambda.KinesisBatch;
import dev.cairn.lambda.KinesisEventReader;
import dev.cairn.lambda.TaskEndpoint;
import dev.cairn.operator.Operator;
import dev.cairn.operator.RecordFailedException;
import dev.cairn.operator.Serialization;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.Change;
import dev.cairn.state.HashRange;
import dev.cairn.task.pipeline.Tap;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The example's departures, a thousand a batch: what one of them costs, all the way and in parts.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Departures.BATCH)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@SuppressWarnings("NullAway.Init") // JMH calls @Setup before it measures.
public class RecordCostBenchmark {

  /**
   * A warm container whose journal and files are in memory: what is left is what Cairn itself
   * costs.
   */
  @State(Scope.Thread)
  public static class FrontDoor {
    private static final byte[] SUCCESS = "{\"batchItemFailures\":[]}".getBytes(UTF_8);

    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private Departures departures;
    private TaskEndpoint endpoint;
    private byte[] event;

    @Setup(Level.Trial)
    public void read() throws Exception {
      departures = new Departures();
    }

    /**
     * The state of a million departures at most, so that no iteration has more of it than another.
     */
    @Setup(Level.Iteration)
    public void start() {
      Pipeline pipeline = new Pipeline(1);
      endpoint =
          new TaskEndpoint(
              pipeline.container(Tap.NONE, Pipeline.settings(), AircraftFunction::new));
    }

    @Setup(Level.Invocation)
    public void next() throws IOException {
      event = departures.nextEvent();
      answer.reset();
    }
  }

  // Batches are few a second, and there is a lot of code to compile.
  @Benchmark
  @Warmup(iterations = 8, time = 5)
  public byte[] eventToJournalledState(FrontDoor door) throws IOException {
    door.endpoint.handle(new ByteArrayInputStream(door.event), door.answer, Pipeline.AMPLE);
    byte[] answer = door.answer.toByteArray();
    if (!Arrays.equals(answer, FrontDoor.SUCCESS)) {
      throw new IllegalStateException("the batch was not applied: " + new String(answer, UTF_8));
    }
    return answer;
  }

  @State(Scope.Thread)
  public static class Event {
    private byte[] bytes;

    @Setup
    public void read() throws Exception {
      bytes = new Departures().nextEvent();
    }
  }

  @Benchmark
  public void parsingAlone(Event event, Blackhole hole) throws IOException {
    KinesisBatch batch =
        (KinesisBatch) KinesisEventReader.read(new ByteArrayInputStream(event.bytes));
    while (batch.hasNext()) {
      hole.consume(batch.next());
    }
  }

  @State(Scope.Thread)
  public static class Engine {
    private Departures departures;
    private Operator<Departure> operator;
    private byte[][] places;

    @Setup(Level.Trial)
    public void read() throws Exception {
      departures = new Departures();
      places = new byte[100_000][];
      for (int i = 0; i < places.length; i++) {
        places[i] = ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
      }
      operator =
          Operator.open(
              new Decoded(departures),
              HeapStateBackend::new,
              HashRange.ALL,
              Serialization.AT_DRAIN);
    }
  }

  /**
   * The example's function on events that were decoded before: a record is its place among them.
   */
  private static final class Decoded implements KeyedFunction<Departure> {
    private final AircraftFunction function = new AircraftFunction();
    private final Departures departures;

    Decoded(Departures departures) {
      this.departures = departures;
    }

    @Override
    public Deserializer<Departure> deserializer() {
      return place -> departures.decoded(ByteBuffer.wrap(place).getInt());
    }

    @Override
    public void open(RuntimeContext context) {
      function.open(context);
    }

    @Override
    public void process(Departure departure, Context context) {
      function.process(departure, context);
    }
  }

  @Benchmark
  public List<Change> engineAlone(Engine engine) throws RecordFailedException {
    int first = engine.departures.next();
    for (int i = first; i < first + Departures.BATCH; i++) {
      engine.operator.process(engine.departures.key(i), engine.places[i], Instant.EPOCH);
    }
    return engine.operator.state().drain();
  }

  @State(Scope.Thread)
  public static class Plain {
    private final Map<String, Aircraft> aircraft = new HashMap<>();
    private Departures departures;

    @Setup(Level.Trial)
    public void read() throws Exception {
      departures = new Departures();
    }
  }

  @SuppressWarnings("UnusedVariable") // What the loop is there to compute.
  static final class Aircraft {
    private long departures;
    private long cancellations;
    private long totalDelayMin;
    private int worstDelayMin;
    private final Map<String, Long> routes = new HashMap<>();
    private final ArrayDeque<AircraftFunction.Flight> last = new ArrayDeque<>();

    void add(Departure departure) {
      if (departure.departed().isEmpty()) {
        cancellations++;
        return;
      }
      int delay = departure.departureDelayMin().orElse(0);
      departures++;
      totalDelayMin += delay;
      worstDelayMin = Math.max(worstDelayMin, delay);
      String route = departure.route();
      routes.merge(route, 1L, Long::sum);
      last.add(new AircraftFunction.Flight(departure.departed().get(), route, delay));
      if (last.size() > 10) {
        last.removeFirst();
      }
    }
  }

  @Benchmark
  public Map<String, Aircraft> plainHashMap(Plain plain) {
    int first = plain.departures.next();
    for (int i = first; i < first + Departures.BATCH; i++) {
      plain
          .aircraft
          .computeIfAbsent(plain.departures.key(i), key -> new Aircraft())
          .add(plain.departures.decoded(i));
    }
    return plain.aircraft;
  }
}

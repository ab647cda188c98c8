package dev.cairn.measurements.latency;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.input.InputFile;
import dev.cairn.directory.DirectoryFileStorage;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.flights.Departure;
import dev.cairn.function.Deserializer;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.ContainerSettings;
import dev.cairn.inmemory.lambda.Delivery;
import dev.cairn.inmemory.lambda.Handler;
import dev.cairn.inmemory.lambda.LocalContainers;
import dev.cairn.inmemory.lambda.LocalMapping;
import dev.cairn.inmemory.lambda.MappingSettings;
import dev.cairn.inmemory.world.Interference;
import dev.cairn.inmemory.world.WallClockWorld;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.lambda.TaskEndpoint;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.retry.Backoff;
import dev.cairn.state.BlockChecksum;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * From the put of a record to its entry in the journal, on the embedded runner: the stream and the
 * mapping of this repository, in memory and without a batch window, four containers, and DynamoDB
 * Local over HTTP. No AWS.
 *
 * <p>Arguments: records a second (default 1000), for how many seconds (default 20).
 */
public final class JournalledLatencyMain {
  private static final String TABLE = "cairn";
  private static final JobId JOB = new JobId("latency");
  private static final StageId STAGE = new StageId("aircraft");
  private static final int SHARDS = 4;
  private static final int WARM_UP_SECONDS = 10;
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Path FILE = Path.of("../functions/flights/data/flights-2013.csv.gz");

  private JournalledLatencyMain() {}

  public static void main(String[] arguments) throws Exception {
    int perSecond = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
    Waits waits = new Waits(perSecond * seconds);
    try (DynamoDbLocal database = DynamoDbLocal.serve(0);
        WallClockWorld world = new WallClockWorld(1, Interference.NONE)) {
      CairnTable.create(database.client(), TABLE);
      LocalStream stream = new LocalStream(world, SHARDS, Duration.ofDays(1));
      Path storage = Files.createTempDirectory("cairn-latency");
      checkpoints(database).create(Job.create(JOB, CheckpointSettings.DEFAULTS));
      LocalContainers containers =
          new LocalContainers(
              world,
              () -> container(ports(database, stream, storage, waits)),
              new ContainerSettings("aircraft", TIMEOUT, SHARDS, 0));
      new LocalMapping(
              world,
              stream,
              containers,
              new MappingSettings(
                  "departures", 1000, Duration.ofMillis(100), Duration.ofSeconds(1)),
              Delivery.ORDERLY)
          .start();
      feed(world, stream, waits, perSecond, seconds);
      if (!world.await(Duration.ofMinutes(1), waits::isOver)) {
        throw new IllegalStateException("not every record was journalled: the rate is too high");
      }
      LocalContainers.Figures figures = containers.figures();
      System.out.printf(
          Locale.ROOT,
          "embedded runner, %d shards, %d records/s for %d s: record → journalled p50 %.1f ms, p99"
              + " %.1f ms; %d invocations, %d cold, %d failed; load of the machine %.1f\n",
          SHARDS,
          perSecond,
          seconds,
          waits.percentile(50),
          waits.percentile(99),
          figures.invocations(),
          figures.coldStarts(),
          figures.failures(),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
    System.exit(0);
  }

  private static Handler container(TaskPorts ports) {
    TaskEndpoint endpoint =
        new TaskEndpoint(new Task<>(TaskSettings.of(JOB, STAGE), ports, AircraftFunction::new));
    return (event, response, invocation) -> endpoint.handle(event, response, invocation::remaining);
  }

  private static CheckpointStore checkpoints(DynamoDbLocal database) {
    return new DynamoDbCheckpointStore(
        database.client(), TABLE, Backoff.sleeping(), InstantSource.system());
  }

  private static TaskPorts ports(
      DynamoDbLocal database, LocalStream stream, Path storage, Waits waits) {
    Journal journal = new DynamoDbJournal(database.client(), TABLE, Backoff.sleeping());
    return new TaskPorts(
        Tap.on(Journal.class, "journal", journal, reporting(waits)),
        checkpoints(database),
        new DirectoryFileStorage(storage),
        stream,
        new BlockChecksum(),
        InstantSource.system(),
        () -> new EntryId(UUID.randomUUID().toString()));
  }

  /**
   * Only this runner's one writer of a shard appends, and nothing goes wrong: each append stands.
   */
  private static Tap reporting(Waits waits) {
    return new Tap() {
      @Override
      public void after(Call call) {
        if (call.name().equals("journal.append")
            && call.arguments()[0] instanceof SubtaskId subtask
            && call.arguments()[1] instanceof Entry.Advanced entry) {
          waits.journalled(subtask.shard(), entry.header().position());
        }
      }
    };
  }

  private static void feed(
      WallClockWorld world, LocalStream stream, Waits waits, int perSecond, int seconds)
      throws Exception {
    List<byte[]> departures = InputFile.read(FILE);
    AircraftFunction function = new AircraftFunction();
    Deserializer<Departure> deserializer = function.deserializer();
    int warmUp = perSecond * WARM_UP_SECONDS;
    int all = warmUp + perSecond * seconds;
    long began = System.nanoTime();
    for (int fed = 0; fed < all; ) {
      long due = (System.nanoTime() - began) * perSecond / 1_000_000_000L;
      for (; fed < all && fed < due; fed++) {
        byte[] departure = departures.get(fed % departures.size());
        String key = function.keyOf(deserializer.deserialize(departure));
        waits.put(fed >= warmUp, () -> placed(stream.put(key, departure, Optional.empty())));
      }
      world.sleep(PAUSE);
    }
  }

  private static Waits.Placed placed(LocalStream.Placed placed) {
    return new Waits.Placed(placed.shard(), Position.after(placed.sequenceNumber()));
  }
}

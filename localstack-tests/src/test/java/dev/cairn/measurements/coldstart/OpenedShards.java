package dev.cairn.measurements.coldstart;

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
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.KinesisEvent;
import dev.cairn.inmemory.world.Interference;
import dev.cairn.inmemory.world.WallClockWorld;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Journal;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.retry.Backoff;
import dev.cairn.state.BlockChecksum;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.ports.RecordBatch;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Shards whose journals have an opening and one batch of real departures, and for each the event of
 * the next batch: what a cold container is met with.
 */
final class OpenedShards implements AutoCloseable {
  static final String TABLE = "cairn";
  static final JobId JOB = new JobId("cold");
  static final StageId STAGE = new StageId("aircraft");
  static final String STREAM = "departures";
  static final int BATCH = 100;

  private static final int DEPARTURES = 150_000;
  private static final Path FILE = Path.of("../functions/flights/data/flights-2013.csv.gz");

  private final DynamoDbLocal database = DynamoDbLocal.serve(0);
  private final WallClockWorld world = new WallClockWorld(1, Interference.NONE);
  private final LocalStream stream;
  private final Task<Departure> task;
  private final Deque<ShardId> unused = new ArrayDeque<>();

  OpenedShards(int shards, Path storage) throws Exception {
    CairnTable.create(database.client(), TABLE);
    this.stream = new LocalStream(world, shards, Duration.ofDays(1));
    CheckpointStore checkpoints =
        new DynamoDbCheckpointStore(
            database.client(), TABLE, Backoff.sleeping(), InstantSource.system());
    checkpoints.create(Job.create(JOB, CheckpointSettings.DEFAULTS));
    Journal journal = new DynamoDbJournal(database.client(), TABLE, Backoff.sleeping());
    this.task =
        new Task<>(
            TaskSettings.of(JOB, STAGE),
            new TaskPorts(
                journal,
                checkpoints,
                new DirectoryFileStorage(storage),
                stream,
                new BlockChecksum(),
                InstantSource.system(),
                () -> new EntryId(UUID.randomUUID().toString())),
            AircraftFunction::new);
    fill();
    stream.listed().stream()
        .map(Shard::id)
        .filter(shard -> stream.size(shard) >= 2 * BATCH)
        .forEach(unused::add);
  }

  private void fill() throws Exception {
    AircraftFunction function = new AircraftFunction();
    Deserializer<Departure> deserializer = function.deserializer();
    for (byte[] json : InputFile.read(FILE).subList(0, DEPARTURES)) {
      stream.put(function.keyOf(deserializer.deserialize(json)), json, Optional.empty());
    }
  }

  String endpoint() {
    return database.endpoint().orElseThrow().toString();
  }

  /** Opens the journal of a shard that was not used yet, and returns the event of what follows. */
  byte[] next() {
    ShardId shard = unused.removeFirst();
    List<StreamRecord> records = stream.after(shard, Position.beginning(), 2 * BATCH);
    task.run(new Batch(shard, records.subList(0, BATCH).iterator()), () -> Duration.ofMinutes(1));
    return KinesisEvent.of(STREAM, shard, records.subList(BATCH, 2 * BATCH));
  }

  private record Batch(ShardId shard, Iterator<StreamRecord> records) implements RecordBatch {
    @Override
    public boolean hasNext() {
      return records.hasNext();
    }

    @Override
    public StreamRecord next() {
      return records.next();
    }
  }

  @Override
  public void close() {
    world.close();
    database.close();
  }
}

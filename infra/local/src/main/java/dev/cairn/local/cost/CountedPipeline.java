package dev.cairn.local.cost;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.prices.BilledUnit;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.history.DeployedVersions;
import dev.cairn.history.History;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.inmemory.world.SteadyWorld;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Journal;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.local.dynamodb.TableStream;
import dev.cairn.retry.Backoff;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.KeyHash;
import dev.cairn.storage.FileStorage;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.RecordBatch;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * The real task and the real coordinator on DynamoDB Local and a storage in memory, one thing at a
 * time and in simulated time: the same workload gives the same count.
 *
 * <p>There are as many warm containers as shards, and a batch goes to any of them, as in Lambda.
 */
final class CountedPipeline implements AutoCloseable {
  private static final String TABLE = "cairn";
  private static final JobId JOB = new JobId("counted");
  private static final StageId STAGE = new StageId("counted");
  private static final Duration TICK = Duration.ofMinutes(1);
  private static final Duration INVOCATION = Duration.ofMinutes(1);
  private static final Duration IDLE = Duration.ofMinutes(30);
  private static final Deadline AMPLE = () -> INVOCATION;

  private final Workload workload;
  private final Meter meter;
  private final Assumptions assumptions;
  // In the future, so that no item has expired by the database's own clock.
  private final SteadyWorld world = new SteadyWorld(Instant.parse("2100-01-01T00:00:00Z"));
  private final DynamoDbLocal database = DynamoDbLocal.embedded();
  private final InMemoryStorage files = new InMemoryStorage(world::now);
  private final LocalStream stream;
  private final Journal journal;
  private final CheckpointStore checkpoints;
  private final History history;
  private final FileStorage storage;
  private final TableStream tableStream;
  private final List<Task<Long>> containers;
  private final Coordinator coordinator;
  private final Map<ShardId, List<String>> keys = new HashMap<>();
  private final Set<ShardId> woken = new LinkedHashSet<>();
  private Instant nextTick = world.now();
  private long records;

  /**
   * The counted requests.
   *
   * @param records how many the pipeline took while it was counted
   * @param running during the workload's stretch
   * @param idle while nothing arrives
   * @param idleFor how long nothing arrived while that was counted
   * @param checkpoints how many were completed while it ran
   * @param storedBytes what the storage holds in the end
   */
  record Result(
      long records,
      Meter.Count running,
      Meter.Count idle,
      Duration idleFor,
      long checkpoints,
      long storedBytes) {}

  static Result count(Workload workload, Assumptions assumptions) {
    try (CountedPipeline pipeline = new CountedPipeline(workload, assumptions)) {
      return pipeline.count();
    }
  }

  private CountedPipeline(Workload workload, Assumptions assumptions) {
    this.workload = workload;
    this.assumptions = assumptions;
    this.meter = new Meter(assumptions);
    CairnTable.create(database.client(), TABLE);
    var client = CountedDynamoDb.on(database.client(), meter, assumptions);
    this.stream = new LocalStream(world, workload.shards(), Duration.ofDays(1));
    this.journal = new DynamoDbJournal(client, TABLE, Backoff.sleeping());
    this.checkpoints = new DynamoDbCheckpointStore(client, TABLE, Backoff.sleeping(), world::now);
    this.history =
        new DynamoDbHistory(client, TABLE, Backoff.sleeping(), CheckpointSettings.DEFAULTS);
    this.storage = new CountedStorage(files, meter);
    this.tableStream = new TableStream(database.client(), database.streams(), TABLE);
    this.containers = IntStream.range(0, workload.shards()).mapToObj(i -> container()).toList();
    this.coordinator = newCoordinator();
    checkpoints.create(
        Job.create(
            JOB,
            new CheckpointSettings(
                Optional.of(workload.interval()),
                CheckpointSettings.DEFAULTS.timeout(),
                CheckpointSettings.DEFAULTS.numRetained())));
    chooseKeys();
  }

  private Task<Long> container() {
    TaskPorts ports =
        new TaskPorts(
            journal, checkpoints, storage, stream, new BlockChecksum(), world::now, this::newId);
    return new Task<>(
        TaskSettings.of(JOB, STAGE), ports, () -> new ReplacingFunction(workload.changedBytes()));
  }

  private Coordinator newCoordinator() {
    CoordinatorSettings defaults = CoordinatorSettings.DEFAULTS;
    return new Coordinator(
        new CoordinatorPorts(
                journal,
                checkpoints,
                storage,
                stream,
                (subtask, purpose) -> woken.add(subtask.shard()),
                world::now,
                this::newId)
            .with(history, DeployedVersions.UNKNOWN),
        new CoordinatorSettings(
            defaults.idleAfter(),
            INVOCATION,
            defaults.entryRetention(),
            defaults.retentionMargin()));
  }

  private EntryId newId() {
    return new EntryId(new UUID(world.random().nextLong(), world.random().nextLong()).toString());
  }

  private void chooseKeys() {
    List<Shard> shards = stream.listed();
    for (int i = 0; i < workload.keys(); i++) {
      String key = "key-" + i;
      KeyHash hash = KeyHash.of(key);
      Shard shard = shards.stream().filter(s -> s.range().contains(hash)).findFirst().orElseThrow();
      keys.computeIfAbsent(shard.id(), id -> new ArrayList<>()).add(key);
    }
  }

  private Result count() {
    // The first checkpoints have more to do than those that follow.
    run(workload.interval().multipliedBy(2));
    meter.drain();
    long before = records;
    long first = completed();
    run(workload.stretch());
    long taken = completed() - first;
    meter.use(BilledUnit.LOGS_GB, taken * assumptions.logBytesPerCheckpoint() / 1e9);
    Meter.Count running = meter.drain();
    long counted = records - before;

    // What is left to do after the last record is done first.
    idle(workload.interval().multipliedBy(2).plus(TICK));
    meter.drain();
    idle(IDLE);
    Meter.Count idle = meter.drain();
    return new Result(counted, running, idle, IDLE, taken, storedBytes());
  }

  private long completed() {
    return checkpoints.job(JOB).orElseThrow().latest().map(id -> id.value()).orElse(0L);
  }

  private void run(Duration stretch) {
    List<Shard> shards = stream.listed();
    Instant end = world.now().plus(stretch);
    for (int turn = 0; world.now().isBefore(end); turn++) {
      world.sleep(workload.betweenBatches().dividedBy(shards.size()));
      deliver(shards.get(turn % shards.size()).id());
      react();
    }
  }

  private void idle(Duration stretch) {
    Instant end = world.now().plus(stretch);
    while (world.now().isBefore(end)) {
      world.sleep(Duration.ofSeconds(1));
      react();
    }
  }

  private void deliver(ShardId shard) {
    List<String> candidates = keys.getOrDefault(shard, List.of());
    if (candidates.isEmpty()) {
      return;
    }
    int size = workload.batch();
    for (int i = 0; i < size; i++) {
      String key = candidates.get(world.random().nextInt(candidates.size()));
      stream.put(
          key, ReplacingFunction.record(records++, workload.recordBytes()), Optional.empty());
    }
    List<StreamRecord> batch = stream.after(shard, Position.beginning(), size);
    Task<Long> container = containers.get(world.random().nextInt(containers.size()));
    meter.invoke(
        "task",
        workload.memoryMb(),
        size,
        () -> requireDone(container.run(new Batch(shard, batch.iterator()), AMPLE)));
    stream.trim(shard, world.now().plusMillis(1));
  }

  private static void requireDone(BatchResult result) {
    switch (result) {
      case BatchResult.Done done -> {}
      case BatchResult.RetryFrom retry ->
          throw new IllegalStateException("nothing goes wrong here, and a batch was refused");
    }
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

  /** Performs the resulting events: the table's stream, the rule's tick, and wakes. */
  private void react() {
    Set<Event> events = new LinkedHashSet<>();
    tableStream.poll(event -> events.add(Event.of(event)));
    if (!events.isEmpty()) {
      meter.invoke(
          "coordinator",
          assumptions.coordinatorMb(),
          0,
          () -> Event.together(events).forEach(coordinator::on));
    }
    if (!world.now().isBefore(nextTick)) {
      tick();
    }
    List<ShardId> wakes = List.copyOf(woken);
    woken.clear();
    for (ShardId shard : wakes) {
      Task<Long> container = containers.get(world.random().nextInt(containers.size()));
      meter.invoke("task", workload.memoryMb(), 0, () -> container.wake(shard, AMPLE));
    }
  }

  /** The rule's each minute; for shorter intervals those in between come through the queue. */
  private void tick() {
    boolean ofTheQueue = workload.interval().compareTo(TICK) < 0;
    nextTick = nextTick.plus(ofTheQueue ? workload.interval() : TICK);
    if (ofTheQueue) {
      meter.use(BilledUnit.SQS_REQUEST, 3);
    }
    meter.invoke(
        "coordinator", assumptions.coordinatorMb(), 0, () -> coordinator.on(new Event.Tick(JOB)));
  }

  private long storedBytes() {
    return files.paths().stream()
        .mapToLong(path -> files.head(path).orElseThrow().sizeBytes())
        .sum();
  }

  @Override
  public void close() {
    database.close();
  }
}

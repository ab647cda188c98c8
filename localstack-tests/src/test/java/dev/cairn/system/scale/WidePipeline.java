package dev.cairn.system.scale;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.damage.DamageMarks;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.TableEvents;
import dev.cairn.dynamodb.TableEvents.ItemChange;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.job.WakeMessage;
import dev.cairn.parallel.FanOut;
import dev.cairn.parallel.OutOfTimeException;
import dev.cairn.retry.Backoff;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FilePath;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import dev.cairn.system.scale.Quotas.Quota;
import dev.cairn.system.scale.VirtualTime.Processor;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Words;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.RecordBatch;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A job of many shards in virtual time: the real task and the real coordinator, with their adapters
 * to DynamoDB, on a table and a storage in memory that take as long as AWS does.
 */
final class WidePipeline {
  static final JobId JOB = new JobId("wide");
  static final Duration INTERVAL = Duration.ofMinutes(5);
  private static final StageId STAGE = new StageId("count");
  private static final Duration TICK = Duration.ofMinutes(1);
  private static final Deadline AMPLE = () -> Duration.ofMinutes(1);

  // On one whole vCPU a call of the SDK takes 0.2 ms; 1,769 MB are one.
  private static final Duration CALL_OF_A_TASK = Duration.ofNanos(200_000);
  private static final Duration CALL_OF_THE_COORDINATOR = Duration.ofNanos(200_000 * 1769 / 1024);
  private static final Duration COLD_START = Duration.ofMillis(1_500);
  private static final Duration BETWEEN_BATCHES = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAKE = Duration.ofMillis(500);
  private static final Duration STREAM_DELAY = Duration.ofMillis(300);
  private static final int STREAM_SHARDS = 16;
  private static final int EVENTS_AT_ONCE = 100;
  private static final Map<String, Duration> LATENCY =
      Map.of(
          "GetItem", Duration.ofMillis(4),
          "Query", Duration.ofMillis(5),
          "PutItem", Duration.ofMillis(5),
          "UpdateItem", Duration.ofMillis(5),
          "TransactWriteItems", Duration.ofMillis(12));

  /** Each shard may be split once. */
  private static final int GENERATIONS = 3;

  private final int subtasks;
  private final Duration coordinatorTimeout;
  private final VirtualTime time = new VirtualTime(Instant.parse("2026-01-01T00:00:00Z"));
  private final InMemoryStorage files = new InMemoryStorage(time::instant);
  private final MeteredStorage storage = new MeteredStorage(files, time, this::requested);
  private final InMemoryDynamoDb dynamoDb = new InMemoryDynamoDb(new Watcher());
  private final List<Shard> shards = new ArrayList<>();
  private final List<String> keys;
  private final List<Task<String>> tasks = new ArrayList<>();
  private final long[] records;
  private final boolean[] busy;
  private final List<Container> coordinators = new ArrayList<>();
  private final PriorityQueue<Planned> agenda =
      new PriorityQueue<>(Comparator.comparing(Planned::at).thenComparing(Planned::order));
  private final List<Deque<Streamed>> tableStream =
      IntStream.range(0, STREAM_SHARDS).<Deque<Streamed>>mapToObj(i -> new ArrayDeque<>()).toList();
  private final boolean[] polling = new boolean[STREAM_SHARDS];
  private final Map<String, Long> largestItems = new TreeMap<>();
  private Phase phase = new Phase("preparation", time.instant());
  private boolean jobChanged;
  private int commitItems;
  private long order;
  private long ids;

  private record Planned(Instant at, long order, Runnable what) {}

  private record Streamed(Instant at, Event event) {}

  /**
   * One of the coordinator's.
   *
   * @param calls requests to DynamoDB and S3, and wakes
   * @param inTime false if it stopped because its time was over
   */
  record Invocation(String why, Instant start, Duration took, long calls, boolean inTime) {}

  /** What happened from one moment on. */
  static final class Phase {
    private final String name;
    private final Instant start;
    private final Quotas quotas;
    private final List<Invocation> invocations = new ArrayList<>();
    private final Map<String, Long> requests = new TreeMap<>();
    private Duration took = Duration.ZERO;
    private Optional<Duration> committed = Optional.empty();
    private boolean commits;
    private long calls;

    Phase(String name, Instant start) {
      this.name = name;
      this.start = start;
      this.quotas = new Quotas(start);
    }

    String name() {
      return name;
    }

    Quotas quotas() {
      return quotas;
    }

    List<Invocation> invocations() {
      return invocations;
    }

    Map<String, Long> requests() {
      return requests;
    }

    Duration took() {
      return took;
    }

    /** From a checkpoint's trigger to its commit, if it was one that this is about. */
    Optional<Duration> committed() {
      return committed;
    }
  }

  private final class Container {
    private final VirtualFanOut fanOut =
        new VirtualFanOut(time, CoordinatorPorts.AT_ONCE, CoordinatorPorts.BEGUN_A_SECOND);
    private final Processor processor = new Processor(CALL_OF_THE_COORDINATOR);
    private final Coordinator coordinator =
        new Coordinator(
            new CoordinatorPorts(
                journal(),
                checkpoints(fanOut),
                storage,
                new Shards(),
                WidePipeline.this::wake,
                time,
                WidePipeline.this::newId,
                Announcer.SILENT,
                SourceMapping.ALWAYS_ON,
                DamageMarks.NONE,
                fanOut),
            new CoordinatorSettings(
                CoordinatorSettings.DEFAULTS.idleAfter(),
                Duration.ofMinutes(1),
                CoordinatorSettings.DEFAULTS.entryRetention(),
                CoordinatorSettings.DEFAULTS.retentionMargin()));
    private Instant free = Instant.MIN;
  }

  WidePipeline(int subtasks, Duration coordinatorTimeout) {
    this.subtasks = subtasks;
    this.coordinatorTimeout = coordinatorTimeout;
    this.records = new long[subtasks * GENERATIONS];
    this.busy = new boolean[subtasks * GENERATIONS];
    IntStream.range(0, subtasks)
        .mapToObj(i -> new Shard(shard(i), range(i), List.of()))
        .forEach(shards::add);
    this.keys = keys();
    checkpoints(FanOut.ONE_BY_ONE)
        .create(
            Job.create(
                JOB, new CheckpointSettings(Optional.of(INTERVAL), Duration.ofMinutes(10), 1)));
    for (int i = 0; i < subtasks; i++) {
      tasks.add(task());
    }
  }

  private Task<String> task() {
    return new Task<>(
        TaskSettings.of(JOB, STAGE),
        new TaskPorts(
            journal(),
            checkpoints(FanOut.ONE_BY_ONE),
            storage,
            new Shards(),
            new BlockChecksum(),
            time,
            this::newId),
        Words::new);
  }

  private DynamoDbJournal journal() {
    return new DynamoDbJournal(dynamoDb, "wide", Backoff.sleeping());
  }

  private CheckpointStore checkpoints(FanOut fanOut) {
    return new DynamoDbCheckpointStore(
        dynamoDb,
        "wide",
        Backoff.sleeping(),
        time,
        CheckpointSettings.DEFAULTS,
        UnaryOperator.identity(),
        fanOut);
  }

  private EntryId newId() {
    return new EntryId(String.format(Locale.ROOT, "%036d", ids++));
  }

  private static ShardId shard(int index) {
    return new ShardId(String.format(Locale.ROOT, "shardId-%012d", index));
  }

  static SubtaskId subtask(int index) {
    return new SubtaskId(JOB, STAGE, shard(index));
  }

  private static int index(String name) {
    return Integer.parseInt(name.substring(name.length() - 12));
  }

  // ---------------------------------------------------------------- what is asked of it

  /** Each of these shards gets a record within the last seconds before now. */
  void deliver(IntPredicate which, Duration within) {
    Instant now = time.instant();
    for (int i = 0; i < subtasks; i++) {
      if (which.test(i)) {
        int index = i;
        time.at(now.minus(time.upTo(within)), new Processor(CALL_OF_A_TASK), () -> batch(index));
      }
    }
  }

  /** These shards get a record each second, as far as somebody waits for it; the others none. */
  void keepBusy(IntPredicate which) {
    for (int i = 0; i < subtasks; i++) {
      busy[i] = which.test(i);
    }
  }

  /** Each shard is split in the middle. No further record comes. */
  void splitAll() {
    for (int i = 0; i < subtasks; i++) {
      HashRange keys = shards.get(i).range();
      KeyHash middle =
          new KeyHash(keys.from().high() + (keys.to().high() - keys.from().high()) / 2, 0);
      List<ShardId> parents = List.of(shard(i));
      shards.add(
          new Shard(
              shard(shards.size()),
              new HashRange(keys.from(), middle.previous().orElseThrow()),
              parents));
      shards.add(new Shard(shard(shards.size()), new HashRange(middle, keys.to()), parents));
      tasks.add(task());
      tasks.add(task());
    }
  }

  /** How many subtasks take part in checkpoints and halts. */
  int registered() {
    return quietly(() -> checkpoints(FanOut.ONE_BY_ONE).subtasks(JOB).size());
  }

  int retired() {
    return quietly(() -> checkpoints(FanOut.ONE_BY_ONE).retired(JOB).size());
  }

  void pass(Duration duration) {
    time.set(time.instant().plus(duration));
  }

  void requestRestore(CheckpointId checkpoint) {
    checkpoints(FanOut.ONE_BY_ONE).request(JOB, Request.restore(checkpoint.toString()));
  }

  Job job() {
    return quietly(() -> checkpoints(FanOut.ONE_BY_ONE).job(JOB).orElseThrow());
  }

  boolean hasCompleted(long checkpoint) {
    return job().latest().equals(Optional.of(new CheckpointId(checkpoint)));
  }

  boolean isRestored() {
    Job job = job();
    return job.epoch().value() == 2 && job.status().isRunning();
  }

  /** To look is not part of what is measured. */
  private <T> T quietly(Supplier<T> look) {
    Phase measured = phase;
    Instant now = time.instant();
    phase = new Phase("a look", now);
    try {
      return look.get();
    } finally {
      phase = measured;
      time.set(now);
    }
  }

  /** What is measured begins anew. */
  Phase begin(String name) {
    phase = new Phase(name, time.instant());
    return phase;
  }

  /** Ticks now and each minute, until it holds. */
  Phase tickUntil(BooleanSupplier done) {
    Instant start = time.instant();
    Instant latest = start;
    for (int minute = 0; minute < 30; minute++) {
      plan(start.plus(TICK.multipliedBy(minute)), () -> invoke("tick", new Event.Tick(JOB)));
    }
    // Until the job's partition changes, what is waited for cannot have come.
    jobChanged = true;
    boolean isDone;
    do {
      Planned next = agenda.remove();
      latest = next.at().isAfter(latest) ? next.at() : latest;
      time.set(next.at());
      next.what().run();
      isDone = jobChanged && done.getAsBoolean();
      jobChanged = false;
    } while (!isDone);
    forgetWhatIsPlanned();
    Instant end =
        phase.invocations.stream()
            .map(one -> one.start().plus(one.took()))
            .max(Comparator.naturalOrder())
            .orElse(latest);
    time.set(end);
    phase.took = Duration.between(start, end);
    if (phase.commits) {
      phase.committed = Optional.of(latestCheckpointTook());
    }
    return phase;
  }

  private void forgetWhatIsPlanned() {
    agenda.clear();
    tableStream.forEach(Deque::clear);
    Arrays.fill(polling, false);
  }

  // ---------------------------------------------------------------- what it is made of

  private void plan(Instant at, Runnable what) {
    agenda.add(new Planned(at, order++, what));
  }

  private void invoke(String why, Event event) {
    invoke(why, List.of(event));
  }

  private Instant invoke(String why, List<Event> events) {
    Instant asked = time.instant();
    Container container =
        coordinators.stream()
            .filter(one -> !one.free.isAfter(asked))
            .findFirst()
            .orElseGet(Container::new);
    boolean cold = container.free.equals(Instant.MIN);
    if (cold) {
      coordinators.add(container);
    }
    Instant start = cold ? asked.plus(COLD_START) : asked;
    container.fanOut.endBy(start.plus(coordinatorTimeout));
    long before = phase.calls;
    boolean[] inTime = {true};
    container.free =
        time.at(
            start,
            container.processor,
            () -> {
              for (Event event : Event.together(events)) {
                try {
                  container.coordinator.on(event);
                } catch (OutOfTimeException e) {
                  inTime[0] = false;
                }
              }
            });
    phase.invocations.add(
        new Invocation(
            why, start, Duration.between(start, container.free), phase.calls - before, inTime[0]));
    return container.free;
  }

  private void wake(SubtaskId subtask, WakeMessage.Purpose purpose) {
    time.call(Duration.ofMillis(20));
    phase.calls++;
    phase.requests.merge("Lambda wake", 1L, Long::sum);
    int index = index(subtask.shard().value());
    plan(
        time.instant().plus(time.upTo(LONGEST_WAKE)),
        () ->
            time.at(
                time.instant(),
                new Processor(CALL_OF_A_TASK),
                () -> tasks.get(index).wake(new WakeMessage(shard(index), purpose), AMPLE)));
  }

  /** The part of the hash space that a shard owns, all of about the same width. */
  private HashRange range(int index) {
    long width = Long.divideUnsigned(-1, subtasks);
    return new HashRange(
        new KeyHash(index * width, 0),
        index == subtasks - 1 ? new KeyHash(-1, -1) : new KeyHash((index + 1) * width - 1, -1));
  }

  /** A partition key of each shard. */
  private List<String> keys() {
    long width = Long.divideUnsigned(-1, subtasks);
    Map<Integer, String> found = new HashMap<>();
    for (int i = 0; found.size() < subtasks; i++) {
      String key = "key-" + i;
      long shard = Long.divideUnsigned(KeyHash.of(key).high(), width);
      found.putIfAbsent((int) Math.min(shard, subtasks - 1), key);
    }
    return IntStream.range(0, subtasks).mapToObj(found::get).toList();
  }

  private void batch(int index) {
    StreamRecord record = record(index, ++records[index]);
    BatchResult result =
        tasks.get(index).run(new Batch(shard(index), List.of(record).iterator()), AMPLE);
    if (!(result instanceof BatchResult.Done)) {
      throw new IllegalStateException("nothing goes wrong here, and a batch was refused");
    }
  }

  private StreamRecord record(int index, long number) {
    return new StreamRecord(
        keys.get(index),
        new SequenceNumber(Long.toString(number)),
        ("word-" + number).getBytes(StandardCharsets.UTF_8),
        time.instant());
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

  /** The stream: which shards it has, and that no record waits in them. */
  private final class Shards implements StreamReader {
    private static final int LISTED_AT_ONCE = 1_000;

    @Override
    public List<Shard> shards() {
      for (int page = 0; page < shards.size(); page += LISTED_AT_ONCE) {
        time.call(Duration.ofMillis(30));
      }
      return List.copyOf(shards);
    }

    @Override
    public List<Shard> shardsOpenAt(StartPosition place) {
      return shards();
    }

    @Override
    public Duration retention() {
      return Duration.ofDays(1);
    }

    @Override
    public Page read(ShardId shard, From from, int limit) {
      // Nothing waits in any shard: the coordinator looks whether a silent one is stuck.
      time.call(Duration.ofMillis(20));
      int index = index(shard.value());
      boolean isClosed = index < subtasks && shards.size() > subtasks;
      return new Page(
          isClosed && from instanceof From.At && records[index] > 0
              ? List.of(record(index, records[index]))
              : List.of(),
          isClosed ? Optional.empty() : Optional.of(new From.Next("tip")),
          Duration.ZERO);
    }
  }

  private void requested(Quota quota, FilePath path) {
    phase.calls++;
    phase.requests.merge(quota == Quota.S3_READS ? "S3 read" : "S3 write", 1L, Long::sum);
    phase.quotas.use(quota, path.value().split("/")[0], time.instant(), 1);
  }

  private final class Watcher implements InMemoryDynamoDb.Watcher {
    private int writesTogether;

    @Override
    public void requested(InMemoryDynamoDb.Request request) {
      time.call(Objects.requireNonNull(LATENCY.get(request.kind()), request.kind()));
      phase.calls++;
      phase.requests.merge(request.kind(), 1L, Long::sum);
      writesTogether = request.uses().size();
      for (InMemoryDynamoDb.Use use : request.uses()) {
        Instant now = time.instant();
        phase.quotas.use(Quota.READ_UNITS_A_KEY, use.partitionKey(), now, use.readUnits());
        phase.quotas.use(Quota.WRITE_UNITS_A_KEY, use.partitionKey(), now, use.writeUnits());
        phase.quotas.use(Quota.READ_UNITS, "", now, use.readUnits());
        phase.quotas.use(Quota.WRITE_UNITS, "", now, use.writeUnits());
        largestItems.merge(use.partitionKey().split("#")[0], use.largestItemBytes(), Math::max);
      }
    }

    private static String text(Map<String, AttributeValue> item, String attribute) {
      return Objects.requireNonNull(item.get(attribute), attribute).s();
    }

    @Override
    public void changed(ItemChange change) {
      String pk = text(change.key(), "pk");
      if (pk.startsWith("JOURNAL#") && text(change.after(), "kind").equals("Triggered")) {
        int index = index(pk);
        if (busy[index]) {
          plan(
              time.instant().plus(time.upTo(BETWEEN_BATCHES)),
              () -> time.at(time.instant(), new Processor(CALL_OF_A_TASK), () -> batch(index)));
        }
      }
      jobChanged = jobChanged || pk.startsWith("JOB#");
      if (text(change.key(), "sk").startsWith("CHECKPOINT#")
          && text(change.after(), "status").equals("COMPLETED")) {
        commitItems = writesTogether;
        phase.commits = true;
      }
      TableEvents.of(change)
          .ifPresent(event -> stream(Math.floorMod(pk.hashCode(), STREAM_SHARDS), Event.of(event)));
    }
  }

  /** The table's stream: each of its shards is handed on in order, some events at a time. */
  private void stream(int streamShard, Event event) {
    tableStream.get(streamShard).add(new Streamed(time.instant().plus(STREAM_DELAY), event));
    poll(streamShard, time.instant().plus(STREAM_DELAY));
  }

  private void poll(int streamShard, Instant at) {
    if (polling[streamShard]) {
      return;
    }
    polling[streamShard] = true;
    plan(
        at,
        () -> {
          polling[streamShard] = false;
          Deque<Streamed> waiting = tableStream.get(streamShard);
          List<Event> events = new ArrayList<>();
          while (events.size() < EVENTS_AT_ONCE
              && !waiting.isEmpty()
              && !waiting.getFirst().at().isAfter(at)) {
            events.add(waiting.removeFirst().event());
          }
          Instant end = events.isEmpty() ? at : invoke("stream", events);
          if (!waiting.isEmpty()) {
            Instant next = waiting.getFirst().at();
            poll(streamShard, next.isAfter(end) ? next : end);
          }
        });
  }

  int subtasks() {
    return subtasks;
  }

  /** How many items the transaction had that completed the last checkpoint. */
  int commitItems() {
    return commitItems;
  }

  /** The largest item that was read or written, by the beginning of its partition key. */
  Map<String, Long> largestItems() {
    return largestItems;
  }

  int coordinatorContainers() {
    return coordinators.size();
  }

  /** From the trigger of the latest checkpoint to its commit. */
  Duration latestCheckpointTook() {
    return quietly(
        () ->
            checkpoints(FanOut.ONE_BY_ONE)
                .checkpoint(JOB, job().latest().orElseThrow())
                .map(Checkpoint.Completed.class::cast)
                .orElseThrow()
                .duration());
  }

  /** The largest file of this name. */
  long largestFile(String name) {
    return files.paths().stream()
        .filter(path -> path.fileName().equals(name))
        .mapToLong(path -> files.head(path).orElseThrow().sizeBytes())
        .max()
        .orElse(0);
  }
}

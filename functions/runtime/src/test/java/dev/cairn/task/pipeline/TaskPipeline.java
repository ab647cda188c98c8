package dev.cairn.task.pipeline;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.format.FormatVersion;
import dev.cairn.function.KeyedFunction;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.inmemory.dynamodb.KnownEntries;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.inmemory.world.SteadyWorld;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.retry.Backoff;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.Deltas;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Payload;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.Deadline;
import dev.cairn.task.ports.RecordBatch;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import dev.cairn.testing.FunctionHarness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A job's tasks on a stream, a table and a storage in memory, without a coordinator. Nothing
 * happens that the test does not do.
 */
public class TaskPipeline {
  public static final JobId JOB = new JobId("words");
  public static final StageId STAGE = new StageId("count");
  public static final Duration INTERVAL = Duration.ofSeconds(30);
  public static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Checkpoints each {@link #INTERVAL}, of which the last two are kept. */
  public static final CheckpointSettings CHECKPOINTS =
      new CheckpointSettings(Optional.of(INTERVAL), TIMEOUT, 2);

  /** Invocations that never run out of time. */
  public static final Deadline AMPLE = () -> Duration.ofMinutes(1);

  /** The name of the table in {@link #database()}. */
  public static final String TABLE = "cairn";

  /** Calls that are never turned away, and so are attempted once. */
  public static final Backoff ONCE = new Backoff(1, Duration.ZERO, pause -> {});

  private final SteadyWorld world = new SteadyWorld(Instant.parse("2026-11-21T10:00:00Z"));
  private final LocalStream stream;
  private final InMemoryDynamoDb database = new InMemoryDynamoDb();
  private final Journal journal = new DynamoDbJournal(database, TABLE, ONCE, new KnownEntries());
  private final CheckpointStore checkpoints;
  private final JobId job;
  private final InMemoryStorage storage;
  private long ids;

  /** A job with checkpoints each {@link #INTERVAL}, of which the last two are kept. */
  public TaskPipeline(int shards) {
    this(shards, Job.create(JOB, CHECKPOINTS), Optional.empty());
  }

  public TaskPipeline(int shards, CheckpointSettings settings) {
    this(shards, Job.create(JOB, settings), Optional.empty());
  }

  /** A job that began in a format. */
  public TaskPipeline(int shards, FormatVersion format) {
    this(shards, Job.create(JOB, CHECKPOINTS, format), Optional.empty());
  }

  /** A job as its item says, whose files lie in a storage of its own unless one is given. */
  protected TaskPipeline(int shards, Job job, Optional<InMemoryStorage> storage) {
    this.job = job.id();
    this.storage = storage.orElseGet(() -> new InMemoryStorage(world::now));
    this.stream = new LocalStream(world, shards, Duration.ofHours(24));
    this.checkpoints =
        new DynamoDbCheckpointStore(database, TABLE, ONCE, world::now, job.settings());
    checkpoints.create(job);
  }

  /** The job's id. */
  public final JobId id() {
    return job;
  }

  /** The database whose only table this pipeline uses. */
  public InMemoryDynamoDb database() {
    return database;
  }

  public Journal journal() {
    return journal;
  }

  /** The entries of a journal that have not been deleted. */
  public List<Entry> entries(SubtaskId subtask) {
    return journal.after(subtask, new Revision(0));
  }

  public CheckpointStore checkpoints() {
    return checkpoints;
  }

  public InMemoryStorage storage() {
    return storage;
  }

  public LocalStream stream() {
    return stream;
  }

  public Instant now() {
    return world.now();
  }

  public void pass(Duration time) {
    world.sleep(time);
  }

  public static ShardId shard(int index) {
    return new ShardId(String.format(Locale.ROOT, "shardId-%012d", index));
  }

  public static SubtaskId subtask(int shard) {
    return new SubtaskId(JOB, STAGE, shard(shard));
  }

  /** The n-th key that Kinesis routes to the shard. */
  public String key(int shard, int n) {
    Shard there = stream.listed().get(shard);
    return IntStream.range(0, Integer.MAX_VALUE)
        .mapToObj(i -> "key-" + i)
        .filter(key -> there.range().contains(KeyHash.of(key)))
        .skip(n)
        .findFirst()
        .orElseThrow();
  }

  /** Puts words under the shard's first key. */
  public List<StreamRecord> put(int shard, String... words) {
    String key = key(shard, 0);
    for (String word : words) {
      put(key, word);
    }
    return last(shard, words.length);
  }

  public void put(String key, String word) {
    put(key, word.getBytes(StandardCharsets.UTF_8));
  }

  public void put(String key, byte[] data) {
    stream.put(key, data, Optional.empty());
    world.sleep(Duration.ofMillis(10));
  }

  /** The newest records of a shard. */
  public List<StreamRecord> last(int shard, int count) {
    List<StreamRecord> all = all(shard);
    return all.subList(all.size() - count, all.size());
  }

  /** Every record that a shard keeps. */
  public List<StreamRecord> all(int shard) {
    return stream.after(shard(shard), Position.beginning(), 10_000);
  }

  // ---------------------------------------------------------------- the task

  public static TaskSettings settings() {
    return TaskSettings.of(JOB, STAGE);
  }

  public TaskPorts taskPorts(Tap tap) {
    return new TaskPorts(
        Tap.on(Journal.class, "journal", journal, tap),
        Tap.on(CheckpointStore.class, "checkpoints", checkpoints, tap),
        Tap.on(FileStorage.class, "storage", storage, tap),
        Tap.on(StreamReader.class, "stream", stream, tap),
        new BlockChecksum(),
        world::now,
        this::nextId);
  }

  protected EntryId nextId() {
    return new EntryId("e" + ++ids);
  }

  /** A cold container. */
  public Task<String> container() {
    return container(Tap.NONE);
  }

  public Task<String> container(Tap tap) {
    return container(tap, TaskSettings.of(job, STAGE));
  }

  public Task<String> container(Tap tap, TaskSettings settings) {
    return container(tap, settings, Words::new);
  }

  public <E> Task<E> container(
      Tap tap, TaskSettings settings, Supplier<? extends KeyedFunction<E>> function) {
    return new Task<>(settings, taskPorts(tap), function);
  }

  public static BatchResult run(Task<?> container, int shard, List<StreamRecord> batch) {
    return run(container, shard, batch, AMPLE);
  }

  public static BatchResult run(
      Task<?> container, int shard, List<StreamRecord> batch, Deadline deadline) {
    return container.run(new Batch(shard(shard), batch.iterator()), deadline);
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

  public Job job() {
    return checkpoints.job(job).orElseThrow();
  }

  // ---------------------------------------------------------------- what is there

  public List<Entry> journal(int shard) {
    return entries(subtask(shard));
  }

  public Entry.Header head(int shard) {
    return journal(shard).getLast().header();
  }

  /** The state at a journal's head, read by none of the task's code. */
  public SortedMap<StateKey, String> state(int shard) {
    return state(subtask(shard));
  }

  public SortedMap<StateKey, String> state(SubtaskId subtask) {
    SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    for (Entry entry : journal.fromLastBase(subtask)) {
      if (entry instanceof Entry.Base base) {
        cells.clear();
        for (RunRef run : base.handle().manifest().runs().reversed()) {
          RunReader.open(bytes(run.file()), run.file().path().value(), new BlockChecksum())
              .within(run.range())
              .forEach(change -> apply(cells, change));
        }
      } else if (entry instanceof Entry.Advanced advanced) {
        changes(advanced.delta()).forEach(change -> apply(cells, change));
      }
    }
    return shown(cells);
  }

  private List<Change> changes(Payload delta) {
    byte[] bytes =
        switch (delta) {
          case Payload.Inline inline -> inline.bytes();
          case Payload.Stored stored -> bytes(stored.file());
        };
    return bytes.length == 0 ? List.of() : Deltas.decode(bytes, "delta", new BlockChecksum());
  }

  private byte[] bytes(FileRef file) {
    return storage.get(file.path()).orElseThrow();
  }

  private static void apply(SortedMap<StateKey, byte[]> cells, Change change) {
    switch (change) {
      case Change.Put put -> cells.put(put.key(), put.value());
      case Change.Removed removed -> cells.remove(removed.key());
    }
  }

  /**
   * What a plain fold over these records leaves; those that the function fails on leave nothing.
   */
  public static SortedMap<StateKey, String> fold(List<StreamRecord> records) {
    FunctionHarness<String> function = FunctionHarness.of(new Words());
    for (StreamRecord record : records) {
      try {
        function.processBytes(record.partitionKey(), record.data(), record.arrival());
      } catch (Exception failed) {
        // Its changes are undone, which is what is compared.
      }
    }
    return shown(function.cells());
  }

  private static SortedMap<StateKey, String> shown(SortedMap<StateKey, byte[]> cells) {
    SortedMap<StateKey, String> shown = new TreeMap<>();
    cells.forEach((key, value) -> shown.put(key, java.util.HexFormat.of().formatHex(value)));
    return shown;
  }
}

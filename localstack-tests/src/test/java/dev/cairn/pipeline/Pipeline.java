package dev.cairn.pipeline;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.lifecycle.MappingDescription;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.damage.DamageMarks;
import dev.cairn.format.FormatVersion;
import dev.cairn.function.KeyedFunction;
import dev.cairn.history.DeployedVersions;
import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.dynamodb.InMemoryDamageStore;
import dev.cairn.inmemory.dynamodb.InMemoryHistory;
import dev.cairn.inmemory.dynamodb.InMemoryTable;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.inmemory.world.SteadyWorld;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Job;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.job.Registrations;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import dev.cairn.settings.Configuration;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.Deltas;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Payload;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
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
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * One job on a stream, a table and a storage in memory. Nothing happens that the test does not do.
 */
public final class Pipeline {
  public static final JobId JOB = new JobId("words");
  public static final StageId STAGE = new StageId("count");
  public static final Duration INTERVAL = Duration.ofSeconds(30);
  public static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Invocations that never run out of time. */
  public static final Deadline AMPLE = () -> Duration.ofMinutes(1);

  private final SteadyWorld world = new SteadyWorld(Instant.parse("2026-11-21T10:00:00Z"));
  private final LocalStream stream;
  private final InMemoryTable table = new InMemoryTable(world::now);
  private final JobId job;
  private final InMemoryStorage storage;
  private final InMemoryDamageStore damages = new InMemoryDamageStore();
  private final InMemoryHistory history = new InMemoryHistory();
  private final Declared declared = new Declared();
  private final List<ShardId> woken = new ArrayList<>();
  private final Switch mapping = new Switch();
  private long ids;

  public Pipeline(int shards, CheckpointSettings settings) {
    this.job = JOB;
    this.storage = new InMemoryStorage(world::now);
    this.stream = new LocalStream(world, shards, Duration.ofHours(24));
    table.create(Job.create(job, settings));
  }

  /** A job that began in a format, with the usual settings. */
  public Pipeline(int shards, FormatVersion format) {
    this.job = JOB;
    this.storage = new InMemoryStorage(world::now);
    this.stream = new LocalStream(world, shards, Duration.ofHours(24));
    table.create(
        Job.create(job, new CheckpointSettings(Optional.of(INTERVAL), TIMEOUT, 2), format));
  }

  /** Another job, on a stream of its own, whose files lie in the same storage. */
  private Pipeline(JobId job, int shards, InMemoryStorage storage) {
    this.job = job;
    this.storage = storage;
    this.stream = new LocalStream(world, shards, Duration.ofHours(24));
    table.create(Job.create(job, new CheckpointSettings(Optional.of(INTERVAL), TIMEOUT, 2)));
  }

  public Pipeline beside(JobId other, int shards) {
    return new Pipeline(other, shards, storage);
  }

  /** Checkpoints each {@link #INTERVAL}, of which the last two are kept. */
  public Pipeline(int shards) {
    this(shards, new CheckpointSettings(Optional.of(INTERVAL), TIMEOUT, 2));
  }

  public InMemoryTable table() {
    return table;
  }

  public InMemoryStorage storage() {
    return storage;
  }

  /** What a scrubber has marked. */
  public InMemoryDamageStore damages() {
    return damages;
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
        Tap.on(Journal.class, "journal", table, tap),
        Tap.on(CheckpointStore.class, "checkpoints", table, tap),
        Tap.on(FileStorage.class, "storage", storage, tap),
        Tap.on(StreamReader.class, "stream", stream, tap),
        new BlockChecksum(),
        world::now,
        this::nextId);
  }

  private EntryId nextId() {
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

  // ---------------------------------------------------------------- the coordinator

  /** Tight enough that every wake is sent at once. */
  public static final CoordinatorSettings PROMPT =
      new CoordinatorSettings(
          Duration.ZERO, Duration.ofMinutes(15), Duration.ofDays(2), Duration.ofMinutes(30));

  public Coordinator coordinator() {
    return coordinator(Tap.NONE);
  }

  public Coordinator coordinator(Tap tap) {
    return new Coordinator(ports(tap), PROMPT);
  }

  /** Creates a coordinator that keeps a history. */
  public Coordinator recorder(Tap tap) {
    History tapped = Tap.on(History.class, "history", history, tap);
    return new Coordinator(ports(tap).with(tapped, DeployedVersions.UNKNOWN), PROMPT);
  }

  public CoordinatorPorts ports(Tap tap) {
    return new CoordinatorPorts(
            Tap.on(Journal.class, "journal", table, tap),
            Tap.on(CheckpointStore.class, "checkpoints", table, tap),
            Tap.on(FileStorage.class, "storage", storage, tap),
            Tap.on(StreamReader.class, "stream", stream, tap),
            subtask -> woken.add(subtask.shard()),
            world::now,
            this::nextId,
            Announcer.SILENT,
            mapping,
            Tap.on(DamageMarks.class, "damages", damages, tap),
            FanOut.ONE_BY_ONE)
        .with(declared);
  }

  /** As a function does that declares these states, when it first runs. */
  public void register(String version, StateSchema... states) {
    declared.register(
        new Registration(
            JOB,
            STAGE,
            new CodeVersion(version),
            Configuration.DEFAULTS,
            List.of(states),
            Optional.empty()));
  }

  /** As a function does that reads formats up to this one, when it first runs. */
  public void registerReading(int newest, StateSchema... states) {
    declared.register(
        new Registration(
                JOB,
                STAGE,
                new CodeVersion("1"),
                Configuration.DEFAULTS,
                List.of(states),
                Optional.empty())
            .withReads(newest));
  }

  private static final class Declared implements Registrations {
    private final SortedMap<String, Registration> byStage = new TreeMap<>();

    @Override
    public List<Registration> of(JobId job) {
      return List.copyOf(byStage.values());
    }

    @Override
    public boolean register(Registration registration) {
      byStage.put(registration.stage().value(), registration);
      return true;
    }

    @Override
    public void refused(JobId job, StageId stage, RefusedStream refusal) {
      byStage.computeIfPresent(
          stage.value(), (name, before) -> before.withRefused(Optional.of(refusal)));
    }
  }

  /** What happened, in the order in which it did. */
  public List<HistoryLine> history() {
    return history.lines(job, Instant.EPOCH, Optional.empty(), Integer.MAX_VALUE).reversed();
  }

  /** The mapping's switch: what it feeds is the test's to say. */
  private static final class Switch implements SourceMapping {
    private boolean enabled = true;
    private Optional<MappingDescription> description = Optional.empty();

    @Override
    public List<MappingProblem> problems(Set<StartPosition> starts) {
      return description.map(described -> described.problems(starts)).orElse(List.of());
    }

    @Override
    public boolean isOn() {
      return enabled;
    }

    @Override
    public void enable() {
      enabled = true;
    }

    @Override
    public void disable() {
      enabled = false;
    }
  }

  /** Sets the mapping as somebody might by hand. */
  public void set(MappingDescription description) {
    mapping.description = Optional.of(description);
  }

  /** Switches the mapping off behind the coordinator's back. */
  public void switchOff() {
    mapping.enabled = false;
  }

  public boolean isFed() {
    return mapping.enabled;
  }

  public static void tick(Coordinator coordinator) {
    coordinator.on(new Event.Tick(JOB));
  }

  /** Asks the job for something, and ticks and wakes until it must be done. */
  public void serve(String command) {
    table.request(job, Request.command(command));
    goOn();
  }

  /** Ticks, and wakes alone: not a single new record arrives. */
  public void goOn() {
    for (int i = 0; i < 5; i++) {
      coordinator().on(new Event.Tick(job));
      deliverWakes(container());
    }
  }

  /** The shards that were woken since the last call, in order. */
  public List<ShardId> drainWakes() {
    List<ShardId> drained = List.copyOf(woken);
    woken.clear();
    return drained;
  }

  /** Delivers every wake that was sent. */
  public void deliverWakes(Task<?> container) {
    drainWakes().forEach(shard -> container.wake(shard, AMPLE));
  }

  /** Lets the interval pass and takes a checkpoint to its end. */
  public Checkpoint.Completed checkpoint(Task<?> container) {
    pass(INTERVAL);
    CheckpointId next = job().next();
    Coordinator coordinator = coordinator();
    tick(coordinator);
    deliverWakes(container);
    tick(coordinator);
    return (Checkpoint.Completed) table.checkpoint(JOB, next).orElseThrow();
  }

  public Job job() {
    return table.job(job).orElseThrow();
  }

  // ---------------------------------------------------------------- what is there

  public List<Entry> journal(int shard) {
    return table.after(subtask(shard), new Revision(0));
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
    for (Entry entry : table.fromLastBase(subtask)) {
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

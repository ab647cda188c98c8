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
import dev.cairn.damage.DamageStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.format.FormatVersion;
import dev.cairn.history.DeployedVersions;
import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Job;
import dev.cairn.job.MappingProblem;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.job.Registrations;
import dev.cairn.job.Request;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.Journal;
import dev.cairn.parallel.FanOut;
import dev.cairn.settings.Configuration;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.FileStorage;
import dev.cairn.stream.StreamReader;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One job with its tasks and its coordinator, on a stream, a table and a storage in memory. Nothing
 * happens that the test does not do.
 */
public final class Pipeline extends TaskPipeline {
  private final DamageStore damages = new DynamoDbDamageStore(database(), TABLE, ONCE);
  private final History history =
      new DynamoDbHistory(database(), TABLE, ONCE, CheckpointSettings.DEFAULTS);
  private final Declared declared = new Declared();
  private final List<WakeMessage> woken = new ArrayList<>();
  private final Switch mapping = new Switch();

  /** Checkpoints each {@link #INTERVAL}, of which the last two are kept. */
  public Pipeline(int shards) {
    super(shards);
  }

  public Pipeline(int shards, CheckpointSettings settings) {
    super(shards, Job.create(JOB, settings), Optional.empty());
  }

  /** A job that began in a format, with the usual settings. */
  public Pipeline(int shards, FormatVersion format) {
    super(shards, format);
  }

  /** Another job, on a stream of its own, whose files lie in the same storage. */
  private Pipeline(JobId job, int shards, InMemoryStorage storage) {
    super(shards, Job.create(job, CHECKPOINTS), Optional.of(storage));
  }

  public Pipeline beside(JobId other, int shards) {
    return new Pipeline(other, shards, storage());
  }

  /** What a scrubber has marked. */
  public DamageStore damages() {
    return damages;
  }

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
            Tap.on(Journal.class, "journal", journal(), tap),
            Tap.on(CheckpointStore.class, "checkpoints", checkpoints(), tap),
            Tap.on(FileStorage.class, "storage", storage(), tap),
            Tap.on(StreamReader.class, "stream", stream(), tap),
            (subtask, purpose) -> woken.add(new WakeMessage(subtask.shard(), purpose)),
            this::now,
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
    return history.lines(id(), Instant.EPOCH, Optional.empty(), Integer.MAX_VALUE).reversed();
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
    checkpoints().request(id(), Request.command(command));
    goOn();
  }

  /** Ticks, and wakes alone: not a single new record arrives. */
  public void goOn() {
    for (int i = 0; i < 5; i++) {
      coordinator().on(new Event.Tick(id()));
      deliverWakes(container());
    }
  }

  /** The shards that were woken since the last call, in order. */
  public List<ShardId> drainWakes() {
    return takeWakes().stream().map(WakeMessage::shard).toList();
  }

  /** The wakes that were sent since the last call, in order. */
  public List<WakeMessage> takeWakes() {
    List<WakeMessage> taken = List.copyOf(woken);
    woken.clear();
    return taken;
  }

  /** Delivers every wake that was sent. */
  public void deliverWakes(Task<?> container) {
    takeWakes().forEach(wake -> container.wake(wake, AMPLE));
  }

  /** Lets the interval pass and takes a checkpoint to its end. */
  public Checkpoint.Completed checkpoint(Task<?> container) {
    pass(INTERVAL);
    CheckpointId next = job().next();
    Coordinator coordinator = coordinator();
    tick(coordinator);
    deliverWakes(container);
    tick(coordinator);
    return (Checkpoint.Completed) checkpoints().checkpoint(JOB, next).orElseThrow();
  }
}

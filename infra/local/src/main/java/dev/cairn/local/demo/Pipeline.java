package dev.cairn.local.demo;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.input.InputException;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.resharding.ShardLineage;
import dev.cairn.directory.DirectoryFileStorage;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbFileStorage;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.history.DeployedVersions;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.ContainerSettings;
import dev.cairn.inmemory.lambda.LocalContainers;
import dev.cairn.inmemory.lambda.LocalMapping;
import dev.cairn.inmemory.lambda.MappingSettings;
import dev.cairn.inmemory.world.Interference;
import dev.cairn.inmemory.world.WallClockWorld;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Job;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.journal.Journal.Append;
import dev.cairn.lambda.CodeDescription;
import dev.cairn.lambda.CodeRegistration;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.local.dynamodb.TableStream;
import dev.cairn.parallel.FanOut;
import dev.cairn.retry.Backoff;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.state.BlockChecksum;
import dev.cairn.storage.FileStorage;
import dev.cairn.task.Task;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * All AWS resources of a job, on this machine and under the wall clock: stream, mapping,
 * containers, coordinator, table and storage. Every container has its own adapters; what they share
 * is behind HTTP or a directory.
 */
final class Pipeline implements AutoCloseable {
  static final String COORDINATOR = "coordinator";

  private static final Duration RETENTION = Duration.ofDays(1);
  private static final int LARGEST_BATCH = 2_000;
  private static final CodeVersion VERSION = new CodeVersion("$LATEST");
  private static final int WARM_CONTAINERS = 8;
  private static final double COLD_STARTS = 0.02;

  private final DemoSettings settings;
  private final UserFunction function;
  private final CodeDescription code;
  private final WallClockWorld world;
  private final DynamoDbLocal database;
  private final LocalStream stream;
  private final LocalContainers containers;
  private final LocalMapping mapping;
  private final DemoLog log;
  private final Mishaps mishaps;
  private final LastFailure lastFailure = new LastFailure();
  private final Screen screen;
  private Optional<Job> lastJob = Optional.empty();
  private String lastRefusal = "";

  /** Starts DynamoDB Local, creates the table and the job, and starts to deliver and to tick. */
  static Pipeline start(DemoSettings settings, UserFunction function, Screen screen) {
    DynamoDbLocal database = serve(settings.port());
    CairnTable.create(database.client(), DemoSettings.TABLE);
    Pipeline pipeline = new Pipeline(settings, function, screen, database);
    pipeline.start();
    return pipeline;
  }

  private Pipeline(
      DemoSettings settings, UserFunction function, Screen screen, DynamoDbLocal database) {
    this.settings = settings;
    this.function = function;
    this.code = function.code();
    this.database = database;
    this.world = new WallClockWorld(settings.seed(), Interference.NONE);
    this.screen = screen;
    this.log = new DemoLog(screen);
    this.mishaps = new Mishaps(world, log, screen, settings.functionTimeout());
    this.stream = new LocalStream(world, settings.shards(), RETENTION);
    this.containers =
        new LocalContainers(
            world,
            () -> new DemoContainer(this::task, codeRegistration(), lastFailure),
            new ContainerSettings(
                settings.stage().value(),
                settings.functionTimeout(),
                WARM_CONTAINERS,
                COLD_STARTS));
    this.mapping =
        new LocalMapping(
            world,
            stream,
            containers,
            new MappingSettings(
                settings.job().value(),
                LARGEST_BATCH,
                Duration.ofMillis(100),
                Duration.ofSeconds(1)),
            mishaps);
  }

  private void start() {
    checkpoints().create(Job.create(settings.job(), checkpointSettings()));
    new Schedule(
            world,
            coordinator(),
            new TableStream(database.client(), database.streams(), DemoSettings.TABLE),
            settings.job(),
            settings.tick(),
            lastFailure)
        .start();
    mapping.start();
  }

  /**
   * Returns the settings of the job's item: the interval, and the demo's other settings that the
   * code does not make. The item overrides code, which overrides a deployment.
   */
  private CheckpointSettings checkpointSettings() {
    Configuration item =
        Configuration.DEFAULTS.with(
            Options.INTERVAL, Optional.of(settings.interval()), SettingSource.ITEM);
    Configuration ofCode = codeSettings().configuration();
    if (ofCode.place(Options.TIMEOUT).isEmpty()) {
      item = item.with(Options.TIMEOUT, settings.checkpointTimeout(), SettingSource.ITEM);
    }
    if (ofCode.place(Options.NUM_RETAINED).isEmpty()) {
      item = item.with(Options.NUM_RETAINED, DemoSettings.RETAINED, SettingSource.ITEM);
    }
    return new CheckpointSettings(item);
  }

  private CheckpointSettings codeSettings() {
    return code.appliedTo(CheckpointSettings.DEFAULTS);
  }

  private CodeRegistration codeRegistration() {
    return new CodeRegistration(
        new DynamoDbRegistrations(database.client(), DemoSettings.TABLE, Backoff.sleeping()),
        code.registration(settings.job(), settings.stage(), VERSION, settings.storage()),
        world::now);
  }

  private Task<Object> task(String container) {
    TaskPorts ports =
        new TaskPorts(
            new WatchedJournal(journal(), mishaps.of(container)),
            checkpoints(),
            storage(),
            stream,
            new BlockChecksum(),
            world::now,
            DemoContainer::newId);
    return new Task<>(taskSettings(), ports, function::create);
  }

  private TaskSettings taskSettings() {
    TaskSettings defaults =
        TaskSettings.of(settings.job(), settings.stage())
            .withFailurePolicy(TaskSettings.FailurePolicy.DEAD_LETTER);
    return new TaskSettings(
        defaults.job(),
        defaults.stage(),
        defaults.start(),
        defaults.failurePolicy(),
        codeSettings().dataInlineThreshold(),
        defaults.materializeAfterEntries(),
        defaults.materializeAfterBytes(),
        settings.functionTimeout().dividedBy(4),
        defaults.replayLimit());
  }

  private Coordinator coordinator() {
    JournalWatcher watcher =
        new JournalWatcher() {
          @Override
          public void after(SubtaskId subtask, Entry entry, Append outcome) {
            log.appended(COORDINATOR, subtask, entry, outcome);
          }
        };
    CoordinatorPorts ports =
        new CoordinatorPorts(
                new WatchedJournal(journal(), watcher),
                checkpoints(),
                storage(),
                stream,
                this::wake,
                world::now,
                DemoContainer::newId)
            .with(
                new DynamoDbHistory(
                    database.client(),
                    DemoSettings.TABLE,
                    Backoff.sleeping(),
                    CheckpointSettings.DEFAULTS),
                DeployedVersions.UNKNOWN);
    CoordinatorSettings defaults = CoordinatorSettings.DEFAULTS;
    return new Coordinator(
        ports,
        new CoordinatorSettings(
            settings.functionTimeout(),
            settings.functionTimeout().multipliedBy(5),
            defaults.entryRetention(),
            defaults.retentionMargin()));
  }

  /** Invokes asynchronously, without waiting for the response. */
  private void wake(SubtaskId subtask, WakeMessage.Purpose purpose) {
    byte[] event =
        new WakeMessage(subtask.shard(), purpose).toJson().getBytes(StandardCharsets.UTF_8);
    world.start("wake/" + subtask.shard(), () -> containers.invoke(event));
  }

  DemoSettings settings() {
    return settings;
  }

  WallClockWorld world() {
    return world;
  }

  DynamoDbLocal database() {
    return database;
  }

  LocalStream stream() {
    return stream;
  }

  LocalMapping mapping() {
    return mapping;
  }

  LocalContainers.Figures figures() {
    return containers.figures();
  }

  DemoLog log() {
    return log;
  }

  Mishaps mishaps() {
    return mishaps;
  }

  /** Returns which subtasks came from which, and which of them hold the state, read anew. */
  ShardLineage lineage() {
    Map<SubtaskId, JournalTail> tails =
        new JournalTails(journal(), checkpoints(), FanOut.ONE_BY_ONE).of(settings.job());
    return new ShardLineage(job().epoch(), tails.values());
  }

  SubtaskId subtask(ShardId shard) {
    return new SubtaskId(settings.job(), settings.stage(), shard);
  }

  /** Returns the failure of the last failed invocation. */
  String lastFailure() {
    return lastFailure.message();
  }

  Journal journal() {
    return new DynamoDbJournal(database.client(), DemoSettings.TABLE, Backoff.sleeping());
  }

  CheckpointStore checkpoints() {
    return new DynamoDbCheckpointStore(
        database.client(), DemoSettings.TABLE, Backoff.sleeping(), world::now);
  }

  /**
   * The job's item. Invalid settings that a user has typed there are reported once, and the last
   * valid job is used: its tasks continue, and its coordinator waits for a correction.
   */
  Job job() {
    try {
      Job read = checkpoints().job(settings.job()).orElseThrow();
      lastJob = Optional.of(read);
      return read;
    } catch (IllegalArgumentException e) {
      String refusal = String.valueOf(e.getMessage());
      if (!refusal.equals(lastRefusal) && lastJob.isPresent()) {
        lastRefusal = refusal;
        screen.say(refusal);
      }
      return lastJob.orElseThrow(() -> e);
    }
  }

  FileStorage storage() {
    return settings
        .directory()
        .<FileStorage>map(DirectoryFileStorage::new)
        .orElseGet(
            () ->
                new DynamoDbFileStorage(
                    database.client(),
                    DemoSettings.TABLE,
                    Backoff.sleeping(),
                    world::now,
                    codeSettings().maxInlineStateSize()));
  }

  @Override
  public void close() {
    mapping.stop();
    world.close();
    database.close();
  }

  private static DynamoDbLocal serve(int port) {
    try {
      return DynamoDbLocal.serve(port);
    } catch (IllegalStateException e) {
      throw new InputException(e.getMessage() + " (--port)", e);
    }
  }
}

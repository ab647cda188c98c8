package dev.cairn.simulation;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.damage.DamageMarks;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbHistory;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.history.DeployedVersions;
import dev.cairn.history.History;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.JobId;
import dev.cairn.id.RecordNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.inmemory.kinesis.KplAggregator;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.lambda.ContainerSettings;
import dev.cairn.inmemory.lambda.Delivery;
import dev.cairn.inmemory.lambda.Handler;
import dev.cairn.inmemory.lambda.LocalContainers;
import dev.cairn.inmemory.lambda.LocalMapping;
import dev.cairn.inmemory.lambda.MappingSettings;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.TableEvent;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.Journal;
import dev.cairn.lambda.OwnStream;
import dev.cairn.lambda.TaskEndpoint;
import dev.cairn.parallel.FanOut;
import dev.cairn.simulation.Deployments.Release;
import dev.cairn.simulation.audit.Auditor;
import dev.cairn.simulation.audit.Expectation;
import dev.cairn.simulation.audit.FaultTally;
import dev.cairn.simulation.audit.Invariants;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.simulation.audit.SimulatedRace;
import dev.cairn.simulation.audit.StoredTable;
import dev.cairn.simulation.audit.Violation;
import dev.cairn.state.Compaction;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.stream.Shard;
import dev.cairn.task.Task;
import dev.cairn.task.ports.TaskPorts;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import dev.cairn.task.subtask.SubtaskCache;
import dev.cairn.testing.FunctionHarness;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * One run of a whole pipeline under one seed: the task and the coordinator as they are deployed, in
 * containers that die and freeze, on a stream, a table and a storage whose calls may be late, fail,
 * or take effect twice. After every step the {@link Auditor} checks the invariants; at the end the
 * faults cease, everything catches up, and the state must be the plain fold over the stream.
 */
public final class Simulation {
  // Log output is turned off because thousands of errors here are intended. The logger is kept,
  // because its level would be lost with it.
  private static final Logger SILENCED = Logger.getLogger("dev.cairn");

  static {
    SILENCED.setLevel(Level.OFF);
  }

  static final String STREAM = "simulated";

  /** The part of the stream's retention on which a restore does not rely. */
  static final Duration RETENTION_MARGIN = Duration.ofMinutes(30);

  private static final Duration RETENTION = Duration.ofDays(365);
  // Of a coordinator's clock, either way.
  private static final Duration MOST_SKEW = Duration.ofSeconds(30);
  private static final Duration MOST_SLOW_UPLOADS = Duration.ofMinutes(20);
  private static final int FEWEST_INVOCATIONS = 200;
  private static final int FEWEST_FAULTS = 10;
  private static final int FEWEST_RESTORES = 2;
  // The longest run that was seen, of coordinators that read a year of a quiet shard, took 611,000.
  private static final int MOST_STEPS = 1_200_000;

  /**
   * A run triggers some tens of checkpoints, and some hundreds if merges put all records into one
   * shard; one whose shards stand still triggers them forever.
   */
  private static final int MOST_CHECKPOINTS = 2_000;

  // A container that froze during the faults may stay frozen for half an hour of virtual time.
  // Ticks every second until then would be two thirds of a run, without any effect.
  private static final Duration CALM_TICK = Duration.ofSeconds(20);

  // Without an interval: what is over is shown for the longest time.
  private static final CheckpointSettings DEPLOYED =
      new CheckpointSettings(Optional.empty(), Duration.ofMinutes(10), 1);
  // The lists of what checkpoints expect are kept for sixty days.
  private static final Duration LONGEST_KEPT = Duration.ofDays(61);

  private final long seed;
  private final Guards guards;
  private final FaultTally tally = new FaultTally();
  private final Trace trace;
  private final RunProfile scenario;
  private final Faults faults;
  private final SeededWorld world;
  private final StoredTable table;
  private final DynamoDbClient dynamoDb;
  private final InMemoryStorage stored;
  private final DamagedStorage storage;
  // In a table of its own, of which nothing expires: the audit at the end reads every line.
  private final History history =
      new DynamoDbHistory(new InMemoryDynamoDb(), StoredTable.NAME, StoredTable.ONCE, DEPLOYED);
  private final LocalStream stream;
  private final Expectation expectation =
      new Expectation(() -> FunctionHarness.of(new SimulatedFunction(() -> false)));
  private final Auditor auditor;
  private final LocalContainers tasks;
  private final LocalContainers coordinators;
  private final LocalMapping mapping;
  private final Deployments deployments;
  private final Actions user;
  // Nobody says whether a mapping begins with a child before it has delivered the parents.
  private final Map<ShardId, Integer> eager = new HashMap<>();
  private final Resharder resharder;
  private final boolean isScripted;
  private long ids;
  // Enough time to apply all records once more without any snapshot, at the end of the faults.
  private boolean uploadsMayBeSlow = true;
  private Instant uploadsAreSlowUntil = Instant.MAX;
  private boolean isCalm;

  private Simulation(long seed, Guards guards, Trace trace, Optional<NamedScenario> script) {
    this.isScripted = script.isPresent();
    this.seed = seed;
    this.guards = guards;
    this.trace = trace;
    SplittableRandom random = new SplittableRandom(seed);
    RunProfile drawn = RunProfile.draw(random.split());
    this.scenario = isScripted ? RunProfile.plain() : drawn;
    this.faults = new Faults(random.split(), tally);
    ScenarioFaults weather = new ScenarioFaults(faults::at);
    this.world = new SeededWorld(random.split(), weather, trace);
    this.table = new StoredTable(world::now);
    this.dynamoDb = guards.table().apply(table.client());
    this.stored =
        new InMemoryStorage(world::now) {
          @Override
          public synchronized void delete(FilePath path) {
            if (get(path).isPresent()) {
              audited().deleting(path);
            }
            super.delete(path);
          }
        };
    this.storage = new DamagedStorage(stored);
    this.stream =
        new LocalStream(
            world, scenario.shards(), RETENTION, new SeededPaging(random.split(), faults));
    stream.listLate(scenario.listingDelay());
    this.resharder = new Resharder(world, faults, stream, scenario.reshards());
    this.tasks =
        new LocalContainers(
            world.signalled(),
            () -> deployments().container(this::task),
            new ContainerSettings("task", scenario.timeout(), 6, 0.1));
    this.coordinators =
        new LocalContainers(
            world.signalled(),
            () -> deployments().container(this::coordinator),
            new ContainerSettings("coordinator", Duration.ofSeconds(60), 2, 0.1));
    this.mapping =
        new LocalMapping(
            world.signalled(),
            stream,
            tasks,
            new MappingSettings(
                STREAM, scenario.batchSize(), Duration.ofMillis(200), Duration.ofSeconds(5)),
            new Delivery() {
              @Override
              public Plan next(ShardId shard, int attempt, int batchSize) {
                return plan(shard, attempt, batchSize);
              }

              @Override
              public boolean waitsForParents(ShardId shard) {
                return eager.computeIfAbsent(shard, s -> faults.below(2)) == 0;
              }
            });
    this.deployments = new Deployments(world, faults, table, tally, scenario.rollsBack());
    this.auditor =
        new Auditor(
            table, stored, expectation, RunProfile.JOB, tally, mapping, stream, RETENTION_MARGIN);
    Actions drawnUser =
        new User(
            world,
            faults,
            table,
            stored,
            storage,
            stream,
            mapping,
            auditor,
            scenario,
            new ForkOwner(world, faults, table, this::tick));
    this.user =
        script
            .<Actions>map(
                one -> new ScenarioActions(world, one, new ScenarioRun(world, weather, table)))
            .orElse(drawnUser);
    if (isScripted) {
      faults.calm();
    }
  }

  private Auditor audited() {
    return auditor;
  }

  private Deployments deployments() {
    return deployments;
  }

  public static SimulationResult run(long seed, Guards guards) {
    return new Simulation(seed, guards, Trace.hashed(), Optional.empty()).run();
  }

  /** Replays a seed, and passes each line of its trace to a consumer. */
  public static SimulationResult replay(long seed, Guards guards, Consumer<String> reader) {
    return new Simulation(seed, guards, Trace.read(reader), Optional.empty()).run();
  }

  /**
   * Plays a named scenario in a run without other faults; the seed decides how long each call
   * takes.
   */
  public static SimulationResult play(long seed, Guards guards, NamedScenario script) {
    return new Simulation(seed, guards, Trace.hashed(), Optional.of(script)).run();
  }

  /**
   * Runs on a virtual thread as its tasks do: passing the baton is then no matter for the operating
   * system.
   */
  private SimulationResult run() {
    CompletableFuture<SimulationResult> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("seed " + seed)
        .start(
            () -> {
              try {
                result.complete(judge());
              } catch (Throwable e) {
                result.completeExceptionally(
                    new IllegalStateException("seed " + seed + " crashed", e));
              }
            });
    return result.join();
  }

  private SimulationResult judge() {
    Optional<Violation> violation = Optional.empty();
    try {
      live();
    } catch (Violation e) {
      violation = Optional.of(e);
    } catch (RuntimeException e) {
      violation = Optional.of(new Violation(Invariants.SOUND, e));
    } finally {
      world.end();
    }
    return new SimulationResult(
        seed,
        violation,
        trace.hash(),
        trace.events(),
        tasks.figures().invocations(),
        user.restores(),
        tally.faults(),
        tally);
  }

  private void live() {
    table.create(Job.create(RunProfile.JOB, scenario.checkpoints(), deployments.firstFormat()));
    mapping.start();
    world.start("producer", this::produce);
    world.start("rule", this::tick);
    world.start("table stream", this::deliverTableEvents);
    world.start("user", user::act);
    world.start("user/gaps", user::acceptGaps);
    world.start("table expiry", this::expire);
    world.start("deployments", deployments::run);
    world.start("resharder", resharder::run);
    world.start("mapping/shards", this::findNewShards);
    if (scenario.pressure().foreignBatches()) {
      OtherMapping other = new OtherMapping(world, faults, stream, tasks, scenario.batchSize());
      world.start("other mapping", other::deliver);
    }
    int steps = 0;
    while (!areFaultsOver() || !deployments.isUpgraded()) {
      step(++steps);
    }
    faults.calm();
    user.calm();
    isCalm = true;
    uploadsAreSlowUntil = world.now().plus(MOST_SLOW_UPLOADS);
    while (!isDelivered()) {
      step(++steps);
    }
    uploadsMayBeSlow = false;
    while (!isQuiet()) {
      step(++steps);
    }
    auditor.checkEnd();
    CheckpointId next = next();
    Instant later = world.now().plus(Duration.ofMinutes(1));
    while (world.now().isBefore(later)) {
      step(++steps);
    }
    // A coordinator that was frozen since there was new data may still trigger this checkpoint.
    if (next().isAfter(next.next())) {
      throw new Violation(
          Invariants.IDLE, "checkpoint " + next.next() + " was triggered, with nothing new");
    }
    requireNothingLeaks(steps);
    tally.count("run: to its end");
  }

  /**
   * Everything is older now than any invocation takes. After one more record in each shard and one
   * more checkpoint, and when all that expires has expired, what is left is what is needed.
   */
  private void requireNothingLeaks(int stepsBefore) {
    int steps = stepsBefore;
    Instant since = world.now();
    // By every coordinator's clock, what was put before is old when the last collection comes.
    Instant old = since.plus(scenario.longestInvocation()).plus(MOST_SKEW.multipliedBy(2));
    while (world.now().isBefore(old)) {
      step(++steps);
    }
    world.start("last records", this::produceOneOfEachKey);
    while (world.tasks("last records") > 0 || !isQuiet()) {
      step(++steps);
    }
    // The coordinator that completed the checkpoint collects after it.
    Instant collected = world.now().plus(Duration.ofMinutes(1));
    while (world.now().isBefore(collected)) {
      step(++steps);
    }
    table.expire(world.now().plus(LONGEST_KEPT));
    auditor.checkRecorded(
        history.lines(RunProfile.JOB, Instant.EPOCH, Optional.empty(), MOST_STEPS));
    auditor.checkNothingLeaks(
        since, scenario.checkpoints().numRetained(), Compaction.DEFAULT_MAXIMUM_RUNS);
  }

  /** The mapping notices new shards. */
  private void findNewShards() {
    int known = stream.listed().size();
    while (true) {
      int before = known;
      world.await(Duration.ofMinutes(10), () -> stream.listed().size() != before);
      known = stream.listed().size();
      mapping.startReady();
    }
  }

  private void produceOneOfEachKey() {
    for (int key = 0; key < scenario.keys(); key++) {
      put("key-" + key, "put:0:0");
    }
  }

  private void put(String key, String event) {
    byte[] data = event.getBytes(StandardCharsets.UTF_8);
    LocalStream.Placed placed = stream.put(key, data, Optional.empty());
    // Kinesis counts arrivals in milliseconds.
    Instant arrival = world.now().truncatedTo(ChronoUnit.MILLIS);
    expectation.put(placed.shard(), placed.sequenceNumber(), key, data, arrival);
  }

  /**
   * Puts an aggregate of several user records of one shard, the first of which is given. Now and
   * then one of them belongs to another shard, as while a stream is resharded.
   *
   * @return how many user records it has
   */
  private int putAggregate(String key, String event, int keys, boolean poisons, long n) {
    HashRange range =
        stream.listed().stream()
            .filter(shard -> !stream.isClosed(shard.id()))
            .map(Shard::range)
            .filter(open -> open.contains(KeyHash.of(key)))
            .findFirst()
            .orElseThrow();
    List<String> partKeys = new ArrayList<>(List.of(key));
    List<byte[]> parts = new ArrayList<>(List.of(event.getBytes(StandardCharsets.UTF_8)));
    for (int more = world.random().nextInt(6); more > 0; more--) {
      String next = "key-" + world.random().nextInt(keys);
      boolean isForeign = !range.contains(KeyHash.of(next));
      if (isForeign && !(poisons && world.random().nextInt(8) == 0)) {
        continue;
      }
      String verb = poisons && world.random().nextInt(12) == 0 ? "poison" : "put";
      partKeys.add(next);
      String part = verb + ":" + world.random().nextInt(5) + ":" + n;
      parts.add(part.getBytes(StandardCharsets.UTF_8));
    }
    KplAggregator aggregator = new KplAggregator();
    for (int i = 0; i < parts.size(); i++) {
      aggregator.add(partKeys.get(i), parts.get(i));
    }
    LocalStream.Placed placed =
        stream.put(
            KplAggregator.PARTITION_KEY, aggregator.toBytes(), Optional.of(aggregator.route()));
    Instant arrival = world.now().truncatedTo(ChronoUnit.MILLIS);
    for (int i = 0; i < parts.size(); i++) {
      expectation.putPart(
          placed.shard(),
          RecordNumber.of(placed.sequenceNumber(), new SubSequenceNumber(i)),
          partKeys.get(i),
          parts.get(i),
          arrival,
          !range.contains(KeyHash.of(partKeys.get(i))));
    }
    faults.count(SimulatedFault.AN_AGGREGATE);
    return parts.size();
  }

  /** Puts a record into a shard to which its key does not belong, as an explicit hash key does. */
  private void putForeign(String key, String event) {
    KeyHash own = KeyHash.of(key);
    Optional<Shard> found =
        stream.listed().stream()
            .filter(shard -> !stream.isClosed(shard.id()) && !shard.range().contains(own))
            .findFirst();
    if (found.isEmpty()) {
      put(key, event);
      return;
    }
    Shard other = found.get();
    byte[] data = event.getBytes(StandardCharsets.UTF_8);
    LocalStream.Placed placed = stream.put(key, data, Optional.of(other.range().from()));
    Instant arrival = world.now().truncatedTo(ChronoUnit.MILLIS);
    expectation.putForeign(placed.shard(), placed.sequenceNumber(), key, data, arrival);
    faults.count(SimulatedFault.A_KEY_OF_ANOTHER_SHARD);
  }

  private void step(int steps) {
    if (!world.step()) {
      throw new Violation(Invariants.PROGRESS, "nothing will ever happen again");
    }
    if (steps > MOST_STEPS || next().value() > MOST_CHECKPOINTS) {
      throw new Violation(
          Invariants.PROGRESS,
          "after " + steps + " steps, before checkpoint " + next() + ", " + unfinishedWork());
    }
    auditor.check();
    deployments.earlier().check();
  }

  /** The id of the job's next checkpoint, which counts those so far. */
  private CheckpointId next() {
    return table.job(RunProfile.JOB).orElseThrow().next();
  }

  private String unfinishedWork() {
    return "the mapping is "
        + (mapping.isCaughtUp() ? "" : "not ")
        + "caught up, "
        + (auditor.hasGap() ? "a" : "no")
        + " shard has a gap, the last checkpoint holds "
        + (auditor.isCovered() ? "all" : "not all")
        + ", "
        + auditor.describe()
        + ", and the job is "
        + table.job(RunProfile.JOB).orElseThrow();
  }

  private boolean areFaultsOver() {
    if (isScripted) {
      return user.isDone();
    }
    return tasks.figures().invocations() >= FEWEST_INVOCATIONS
        && tally.faults() >= FEWEST_FAULTS
        && user.restores() >= FEWEST_RESTORES
        && resharder.isDone();
  }

  /** Whether every record is applied, with or without a checkpoint of it. */
  private boolean isDelivered() {
    return user.isDone()
        && world.tasks("producer") == 0
        && mapping.isCaughtUp()
        && !auditor.hasGap()
        && auditor.followsStream();
  }

  private boolean isQuiet() {
    // Checked after every step, so cheap and mostly false conditions come first.
    if (!user.isDone() || world.tasks("task/container-") > 0 || world.tasks(Wire.LATE) > 0) {
      return false;
    }
    Job job = table.job(RunProfile.JOB).orElseThrow();
    return job.status() instanceof JobStatus.Running
        && job.restoreCheckpointId().isEmpty()
        && mapping.isCaughtUp()
        && !auditor.hasGap()
        && auditor.followsStream()
        && auditor.isCovered();
  }

  // ---------------------------------------------------------------- the pipeline

  private Handler task(Release release) {
    Wire wire = new Wire(world, faults);
    InstantSource clock = skewed(2);
    TaskPorts ports =
        new TaskPorts(
            journal(release, wire),
            checkpoints(release, wire, clock, DEPLOYED),
            files(
                release,
                new WiredStorage(
                    wire, new SlowUploads(world, faults, scenario, this::areUploadsSlow, storage))),
            new WiredStream(wire, faults, stream),
            guards.checksum(),
            clock,
            this::nextId);
    boolean flaky = scenario.task().failurePolicy() == FailurePolicy.FAIL;
    SubtaskCache<String> cache = guards.cache().apply(scenario.pressure().memory());
    SimulatedHeap heap = new SimulatedHeap(faults, cache, scenario.pressure().statesPerHeap());
    Task<String> task =
        new Task<>(
            scenario.task(),
            ports,
            () -> {
              heap.requireRoom();
              return new SimulatedFunction(
                  () -> {
                    useTime();
                    if (flaky && faults.chance(0.003) && !scenario.pressure().slowSnapshots()) {
                      kill();
                    }
                    return flaky && failsNow();
                  },
                  this::kill);
            },
            guards.task(),
            cache);
    TaskEndpoint endpoint = new TaskEndpoint(task, OwnStream.named(STREAM));
    return (event, response, invocation) -> {
      ByteArrayOutputStream responded = new ByteArrayOutputStream();
      endpoint.handle(event, responded, () -> faults.read(invocation.remaining()));
      response.write(guards.response().apply(responded.toByteArray()));
    };
  }

  private Journal journal(Release release, Wire wire) {
    Journal wired =
        new WiredJournal(
            wire,
            faults,
            new DynamoDbJournal(dynamoDb, StoredTable.NAME, StoredTable.ONCE, table.entries()));
    return switch (release) {
      case EARLIER -> deployments.earlier().journal(wired);
      case PRESENT -> wired;
    };
  }

  private CheckpointStore checkpoints(
      Release release, Wire wire, InstantSource clock, CheckpointSettings deployed) {
    CheckpointStore wired =
        new WiredCheckpointStore(
            wire,
            new DynamoDbCheckpointStore(
                dynamoDb, StoredTable.NAME, StoredTable.ONCE, clock, deployed));
    return switch (release) {
      case EARLIER -> deployments.earlier().checkpoints(wired);
      case PRESENT -> wired;
    };
  }

  private FileStorage files(Release release, FileStorage wired) {
    return switch (release) {
      case EARLIER -> deployments.earlier().storage(wired);
      case PRESENT -> wired;
    };
  }

  /**
   * In turns during the storm; after it for a while, as long as records are applied. Merges may
   * have brought all of them to one shard, which then takes hours.
   */
  private boolean areUploadsSlow() {
    return scenario.pressure().slowSnapshots()
        && uploadsMayBeSlow
        && world.now().isBefore(uploadsAreSlowUntil)
        && (isCalm ? auditor.followsStream() : world.now().getEpochSecond() / 90 % 2 == 1);
  }

  private void useTime() {
    if (scenario.longestRecordTime().isPositive()) {
      world.sleep(Duration.ofMillis(faults.below((int) scenario.longestRecordTime().toMillis())));
    }
  }

  /** Ends the invocation, as when its time or its process's memory is exhausted. */
  private void kill() {
    faults.count(SimulatedFault.A_RECORD_ENDED_THE_PROCESS);
    if (faults.below(4) == 0) {
      world.sleep(scenario.timeout());
    }
    world.kill("the function");
  }

  private boolean failsNow() {
    boolean fails = faults.chance(0.01);
    if (fails) {
      faults.count(SimulatedFault.THE_FUNCTION_THREW);
    }
    return fails;
  }

  private Handler coordinator(Release release) {
    Wire wire = new Wire(world, faults);
    InstantSource clock = skewed((int) MOST_SKEW.toSeconds());
    Coordinator coordinator =
        coordinator(release, wire, clock, DEPLOYED, new WiredMapping(wire, mapping));
    Coordinator ofForks =
        coordinator(release, wire, clock, scenario.checkpoints(), ForkOwner.MAPPING);
    return (event, response, invocation) -> {
      Event read = read(new String(event.readAllBytes(), StandardCharsets.UTF_8));
      (read.job().equals(RunProfile.JOB) ? coordinator : ofForks).on(read);
    };
  }

  private Coordinator coordinator(
      Release release,
      Wire wire,
      InstantSource clock,
      CheckpointSettings deployed,
      SourceMapping source) {
    CoordinatorPorts ports =
        new CoordinatorPorts(
                journal(release, wire),
                checkpoints(release, wire, clock, deployed),
                files(release, new WiredStorage(wire, storage)),
                new WiredStream(wire, faults, stream),
                this::wake,
                clock,
                this::nextId,
                Announcer.SILENT,
                source,
                DamageMarks.NONE,
                FanOut.ONE_BY_ONE)
            .with(new WiredHistory(wire, history), DeployedVersions.UNKNOWN)
            .with(deployments.registrations());
    CoordinatorSettings settings =
        new CoordinatorSettings(
            Duration.ofSeconds(2),
            scenario.longestInvocation(),
            Duration.ofDays(2),
            RETENTION_MARGIN);
    return new Coordinator(ports, settings, guards.coordinator());
  }

  private void tick(JobId job) {
    coordinators.invoke(("tick " + job).getBytes(StandardCharsets.UTF_8));
  }

  private static Event read(String event) {
    String[] words = event.split(" ");
    return switch (words[0]) {
      case "tick" -> new Event.Tick(new JobId(words[1]));
      case "requested" -> new Event.Requested(RunProfile.JOB);
      case "declined" -> new Event.Declined(RunProfile.JOB, checkpoint(words[1]));
      default ->
          new Event.Acknowledged(
              RunProfile.JOB,
              checkpoint(words[1]),
              Set.of(new SubtaskId(RunProfile.JOB, new StageId(words[2]), new ShardId(words[3]))));
    };
  }

  private static CheckpointId checkpoint(String id) {
    return new CheckpointId(Long.parseLong(id));
  }

  private static String write(TableEvent event) {
    return switch (event) {
      case TableEvent.Requested r -> "requested";
      case TableEvent.CheckpointDeclined declined -> "declined " + declined.checkpoint();
      case TableEvent.AcknowledgementWritten a ->
          "acknowledged " + a.checkpoint() + " " + a.subtask().stage() + " " + a.subtask().shard();
    };
  }

  /** Invokes asynchronously; the invocation may be lost, or happen twice. */
  private void wake(SubtaskId subtask, WakeMessage.Purpose purpose) {
    if (!subtask.job().equals(RunProfile.JOB)) {
      return;
    }
    if (faults.chance(0.1)) {
      faults.count(SimulatedFault.WAKE_LOST);
      return;
    }
    int times = faults.chance(0.1) ? 2 : 1;
    for (int i = 0; i < times; i++) {
      world.start(
          "wake",
          () -> {
            world.pass("wake");
            tasks.invoke(
                new WakeMessage(subtask.shard(), purpose)
                    .toJson()
                    .getBytes(StandardCharsets.UTF_8));
          });
    }
  }

  private InstantSource skewed(int mostSeconds) {
    Duration skew =
        faults.chance(0.2)
            ? Duration.ofMillis(world.random().nextInt(2000 * mostSeconds) - 1000L * mostSeconds)
            : Duration.ZERO;
    if (!skew.isZero()) {
      faults.count(SimulatedFault.A_CONTAINERS_CLOCK_IS_OFF);
    }
    return () -> world.now().plus(skew);
  }

  private EntryId nextId() {
    ids++;
    return new EntryId("e" + ids);
  }

  private Delivery.Plan plan(ShardId shard, int attempt, int batchSize) {
    int size = faults.chance(0.5) ? 1 + faults.below(batchSize) : batchSize;
    if (faults.chance(0.08)) {
      Delivery.Manner[] manners = Delivery.Manner.values();
      Delivery.Manner manner = manners[1 + faults.below(manners.length - 1)];
      faults.count(SimulatedFault.BATCH_DELIVERED, manner.name());
      return new Delivery.Plan(size, manner);
    }
    return new Delivery.Plan(size, Delivery.Manner.ONCE);
  }

  // ---------------------------------------------------------------- what happens around it

  private void produce() {
    String[] verbs = {"put", "put", "put", "put", "put", "remove", "clear"};
    boolean poisons = scenario.task().failurePolicy() == FailurePolicy.DEAD_LETTER;
    for (long n = 1; !areFaultsOver() || !deployments.isUpgraded() || n < 100; n++) {
      // Some shards get their first record late; and a shard may fall silent for long, and only a
      // wake reaches it then.
      int known = (int) Math.min(scenario.keys(), 1 + n / 12);
      int keys = n % 200 > 120 ? Math.max(1, known / 4) : known;
      String key = "key-" + world.random().nextInt(keys);
      String verb =
          poisons && world.random().nextInt(12) == 0
              ? "poison"
              : verbs[world.random().nextInt(verbs.length)];
      // A shard without snapshots shows less clearly whether a process ends at a record or after
      // it.
      boolean kills = poisons && !scenario.pressure().slowSnapshots();
      if (kills && world.random().nextInt(120) == 0) {
        verb = "kill";
      }
      String event = verb + ":" + world.random().nextInt(5) + ":" + n;
      int records = 1;
      if (scenario.aggregates() && world.random().nextInt(3) == 0) {
        records = putAggregate(key, event, keys, poisons, n);
      } else if (poisons && world.random().nextInt(40) == 0) {
        putForeign(key, event);
      } else {
        put(key, event);
      }
      // An aggregate takes the function as long as its user records do.
      Duration pause =
          Duration.ofMillis(world.random().nextInt(world.random().nextInt(10) == 0 ? 2000 : 250));
      world.sleep(pause.multipliedBy(records));
    }
  }

  private void tick() {
    while (true) {
      int times = faults.chance(0.15) ? 2 : 1;
      if (times == 2) {
        faults.count(SimulatedFault.TWO_COORDINATORS_AT_ONCE);
      }
      for (int i = 0; i < times; i++) {
        world.start("rule/event", () -> tick(RunProfile.JOB));
      }
      Duration pause = isCalm ? CALM_TICK : scenario.tick();
      world.sleep(pause.plusMillis(world.random().nextInt(2000)));
    }
  }

  /**
   * The table's stream: each event reaches a coordinator, late, in any order, sometimes again, and
   * sometimes not at all.
   */
  private void deliverTableEvents() {
    while (true) {
      world.await(Duration.ofMinutes(1), table::hasEvents);
      for (TableEvent event : table.drainEvents()) {
        if (!event.job().equals(RunProfile.JOB)) {
          continue;
        }
        byte[] payload = write(event).getBytes(StandardCharsets.UTF_8);
        int times = faults.chance(0.1) ? faults.below(3) : 1;
        if (times != 1) {
          faults.count(SimulatedFault.TABLE_EVENT_DELIVERED, times + " times");
        }
        for (int i = 0; i < times; i++) {
          world.start(
              "table stream/event",
              () -> {
                world.sleep(Duration.ofMillis(world.random().nextInt(1500)));
                coordinators.invoke(payload);
              });
        }
      }
    }
  }

  private void expire() {
    while (true) {
      world.sleep(Duration.ofSeconds(3 + world.random().nextInt(10)));
      // An entry is marked a day or more before it expires, so whatever was marked before the
      // oldest
      // invocation began may go while that invocation runs; two days pass for what sleeps.
      Instant awakeSince = world.oldest("/container-").orElse(world.now()).minus(MOST_SKEW);
      boolean isAwake = world.tasks("/container-") > 0;
      if (table.expire((isAwake ? awakeSince : world.now()).plus(Duration.ofDays(2))) > 0) {
        tally.count(SimulatedRace.ENTRIES_EXPIRED_BELOW_A_WARM_CONTAINERS_REVISION);
        if (isAwake) {
          tally.count(SimulatedRace.ENTRIES_EXPIRED_WHILE_A_CONTAINER_WAS_AWAKE);
        }
      }
    }
  }
}

package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.output.Terminal;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.WakeMessage;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.RunReader;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.TaskException;
import dev.cairn.task.ports.TaskSettings;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * A job on a stream whose only shard is split, and whose two children are merged, while records
 * come. Each step leads to the next {@link Moment}; between two steps a test does what it wants.
 */
final class ReshardStory {
  private static final int KEYS = 8;
  private static final CommandLine COMMANDS =
      Cairn.commands(
          new CliEnvironment(Path.of("."), Map.of()),
          Terminal.plain(
              new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)));
  private static final CheckpointSettings SETTINGS =
      new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, 50);

  private final Pipeline pipeline = new Pipeline(1, SETTINGS);
  private final List<String> keys = new ArrayList<>();
  private final FedJob main = new FedJob(Pipeline.JOB);
  private final List<FedJob> jobs = new ArrayList<>(List.of(main));
  private final Map<ShardId, List<StreamRecord>> expired = new TreeMap<>();
  private int round;

  /** How far a job has followed its stream. */
  enum Moment {
    BEFORE_THE_SPLIT,
    /** Kinesis has closed the parent, and the job has not read it to its end. */
    PARENT_DRAINS,
    /** The job has closed the parent, and opened one of its children. */
    ONE_CHILD_OPENED,
    CHILDREN_OPENED,
    /** Kinesis has merged the children, and the job has read one of them to its end. */
    ONE_PARENT_CLOSED,
    MERGED;

    Optional<Moment> next() {
      return ordinal() + 1 == values().length
          ? Optional.empty()
          : Optional.of(values()[ordinal() + 1]);
    }
  }

  private Moment moment = Moment.BEFORE_THE_SPLIT;

  ReshardStory() {
    for (int i = 0; i < KEYS; i++) {
      keys.add(pipeline.key(0, i));
    }
    putOneOfEach();
    main.deliver(0);
  }

  Pipeline pipeline() {
    return pipeline;
  }

  FedJob main() {
    return main;
  }

  /** A job that was forked on the same table and stream, and has a mapping of its own. */
  FedJob fork(JobId id) {
    FedJob job = new FedJob(id);
    jobs.add(job);
    return job;
  }

  /** A new job of the same table, on the same stream, with a mapping of its own. */
  FedJob beside(JobId id) {
    pipeline.checkpoints().create(Job.create(id, SETTINGS));
    return fork(id);
  }

  private void putOneOfEach() {
    round++;
    keys.forEach(key -> pipeline.put(key, "word-" + round));
  }

  /** Goes on until the moment is reached. */
  ReshardStory to(Moment target) {
    while (moment.compareTo(target) < 0) {
      moment = moment.next().orElseThrow();
      step(moment);
    }
    return this;
  }

  private void step(Moment reached) {
    switch (reached) {
      case BEFORE_THE_SPLIT -> throw new IllegalArgumentException("that is where it begins");
      case PARENT_DRAINS -> {
        putOneOfEach();
        // The mapping has delivered a part of what the parent still gets.
        main.deliver(0, KEYS / 2);
        putOneOfEach();
        pipeline.stream().split(Pipeline.shard(0));
        putOneOfEach();
      }
      case ONE_CHILD_OPENED -> main.deliver(2);
      case CHILDREN_OPENED -> {
        jobs.forEach(FedJob::catchUp);
        putOneOfEach();
        main.deliver(1);
        main.deliver(2);
      }
      case ONE_PARENT_CLOSED -> {
        putOneOfEach();
        pipeline.stream().merge(Pipeline.shard(1), Pipeline.shard(2));
        putOneOfEach();
        main.wake(new WakeMessage(Pipeline.shard(1), WakeMessage.Purpose.DRAIN));
      }
      case MERGED -> {
        jobs.forEach(FedJob::catchUp);
        putOneOfEach();
        main.deliver(3);
      }
    }
  }

  /** Goes on to the end, applies every record in every job, and compares each with a fold. */
  void end() {
    to(Moment.MERGED);
    putOneOfEach();
    jobs.forEach(
        job -> {
          job.catchUp();
          assertThat(job.state())
              .as("the state of job " + job.id)
              .isEqualTo(fold(job.expected.get()));
        });
  }

  // ---------------------------------------------------------------- what was put

  /** Every record, a key's in the order in which Kinesis has them. */
  List<StreamRecord> all() {
    // A child has a higher number than its parents.
    return pipeline.stream().everListed().stream()
        .sorted(Comparator.comparing(Shard::id))
        .flatMap(shard -> of(shard.id()).stream())
        .toList();
  }

  private List<StreamRecord> of(ShardId shard) {
    return Stream.concat(
            expired.getOrDefault(shard, List.of()).stream(),
            pipeline.stream().after(shard, Position.beginning(), 10_000).stream())
        .toList();
  }

  /**
   * Lets everything expire that there is, so that the stream forgets its closed shards, and goes on
   * with other records.
   */
  void forget() {
    jobs.forEach(FedJob::catchUp);
    for (Shard shard : pipeline.stream().everListed()) {
      expired.put(shard.id(), of(shard.id()));
    }
    pipeline.pass(pipeline.stream().retention().plus(Duration.ofHours(1)));
    pipeline.stream().trimExpired();
    putOneOfEach();
    jobs.forEach(FedJob::catchUp);
  }

  private List<StreamRecord> applied(Map<ShardId, Position> positions) {
    Set<ShardId> wholly = new HashSet<>();
    positions.keySet().forEach(shard -> addAncestors(shard, wholly));
    return pipeline.stream().everListed().stream()
        .sorted(Comparator.comparing(Shard::id))
        .flatMap(
            shard ->
                of(shard.id()).stream()
                    .filter(
                        record ->
                            wholly.contains(shard.id())
                                || Optional.ofNullable(positions.get(shard.id()))
                                    .filter(at -> !at.isBefore(record.sequenceNumber()))
                                    .isPresent()))
        .toList();
  }

  private void addAncestors(ShardId shard, Set<ShardId> ancestors) {
    pipeline.stream().everListed().stream()
        .filter(one -> one.id().equals(shard))
        .flatMap(one -> one.parents().stream())
        .filter(ancestors::add)
        .forEach(parent -> addAncestors(parent, ancestors));
  }

  static SortedMap<StateKey, String> fold(List<StreamRecord> records) {
    return Pipeline.fold(records);
  }

  // ---------------------------------------------------------------- what is stored

  /** The records that a checkpoint's state has, of which each must be in it exactly once. */
  List<StreamRecord> requireWhole(FilePath metadata) {
    SortedMap<StateKey, String> cells = new TreeMap<>();
    Map<ShardId, Position> positions = new TreeMap<>();
    CheckpointMetadata read = CheckpointFormat.readMetadata(bytes(metadata), metadata);
    for (Acknowledged acknowledged : read.acknowledgements()) {
      FilePath file = acknowledged.stateFile().orElseThrow().path();
      SubtaskState state = CheckpointFormat.readState(bytes(file), file);
      positions.put(state.subtask().shard(), state.position());
      cells(state)
          .forEach((key, value) -> assertThat(cells.put(key, value)).as("twice: " + key).isNull());
    }
    List<StreamRecord> records = applied(positions);
    assertThat(cells).as("the state in " + metadata).isEqualTo(fold(records));
    return records;
  }

  private SortedMap<StateKey, String> cells(SubtaskState state) {
    SortedMap<StateKey, String> cells = new TreeMap<>();
    state
        .manifest()
        .runs()
        .reversed()
        .forEach(
            run ->
                RunReader.open(
                        bytes(run.file().path()), run.file().path().value(), new BlockChecksum())
                    .within(run.range())
                    .forEach(
                        change -> {
                          switch (change) {
                            case Change.Put put ->
                                cells.put(put.key(), HexFormat.of().formatHex(put.value()));
                            case Change.Removed removed -> cells.remove(removed.key());
                          }
                        }));
    return cells;
  }

  private byte[] bytes(FilePath path) {
    return pipeline.storage().get(path).orElseThrow();
  }

  // ---------------------------------------------------------------- a job

  /** A job with a coordinator, a warm container, and a mapping that delivers each record once. */
  final class FedJob {
    private final JobId id;
    private final Task<String> container;
    private final Map<ShardId, Position> delivered = new TreeMap<>();
    private Supplier<List<StreamRecord>> expected = ReshardStory.this::all;

    private FedJob(JobId id) {
      this.id = id;
      this.container = pipeline.container(Tap.NONE, TaskSettings.of(id, Pipeline.STAGE));
    }

    JobId id() {
      return id;
    }

    /**
     * Lets the job end with the fold over records that it has, and over those since a time, rather
     * than over all.
     */
    void expect(List<StreamRecord> before, Instant since) {
      List<StreamRecord> first = List.copyOf(before);
      expected =
          () ->
              Stream.concat(
                      first.stream(),
                      all().stream().filter(record -> !record.arrival().isBefore(since)))
                  .toList();
    }

    /** Lets the job end with the fold over all records, as at first. */
    void expectAll() {
      expected = ReshardStory.this::all;
    }

    Job job() {
      return pipeline.checkpoints().job(id).orElseThrow();
    }

    private void deliver(int shard) {
      deliver(shard, 10_000);
    }

    /** Delivers what the mapping has not delivered yet. A batch that fails comes again later. */
    private void deliver(int shard, int limit) {
      ShardId at = Pipeline.shard(shard);
      List<StreamRecord> batch =
          pipeline.stream().after(at, delivered.getOrDefault(at, Position.beginning()), limit);
      if (batch.isEmpty() || !pipeline.isFed()) {
        return;
      }
      BatchResult result;
      try {
        result = Pipeline.run(container, shard, batch);
      } catch (TaskException unopened) {
        return;
      }
      switch (result) {
        case BatchResult.Done d ->
            delivered.put(at, Position.after(batch.getLast().sequenceNumber()));
        case BatchResult.RetryFrom(var first) -> delivered.put(at, Position.before(first));
      }
    }

    /** Delivers each shard, children before their parents, and ticks, until nothing is left. */
    private void catchUp() {
      for (int i = 0; i < 8; i++) {
        for (int shard = pipeline.stream().everListed().size() - 1; shard >= 0; shard--) {
          deliver(shard);
        }
        tick(wake -> true);
      }
    }

    /** Ticks once; what wakes then send is lost. */
    void tickAlone() {
      tick(wake -> false);
    }

    private void tick(Predicate<WakeMessage> arrives) {
      pipeline.coordinator().on(new Event.Tick(id));
      pipeline.takeWakes().stream().filter(arrives).forEach(this::wake);
    }

    private void wake(WakeMessage wake) {
      try {
        container.wake(wake, Pipeline.AMPLE);
      } catch (TaskException halted) {
        // Nobody waits for the outcome of a wake.
      }
    }

    /** Ticks, without a single new record. */
    void goOn() {
      for (int i = 0; i < 6; i++) {
        tick(wake -> true);
      }
    }

    /** Runs a command as it is typed, and requires that the job serves it. */
    void cairn(String... arguments) {
      request(arguments);
      goOn();
      requireServed(arguments);
    }

    /**
     * Runs a command while the wakes that open and drain shards are lost, so that the job does not
     * follow its stream meanwhile.
     */
    void cairnStandingStill(String... arguments) {
      request(arguments);
      for (int i = 0; i < 6; i++) {
        tick(wake -> wake.purpose() == WakeMessage.Purpose.PENDING_WORK);
      }
      requireServed(arguments);
    }

    private void requireServed(String... arguments) {
      assertThat(job().refusal()).as(String.join(" ", arguments)).isEmpty();
      assertThat(job().request()).as(String.join(" ", arguments)).isEmpty();
    }

    /** The refusal of a command. */
    String refused(String... arguments) {
      request(arguments);
      goOn();
      return job().refusal().orElseThrow().reason();
    }

    void request(String... arguments) {
      pipeline.checkpoints().request(id, Request.command(textOf(arguments)));
    }

    void requireRunning() {
      assertThat(job().status()).isEqualTo(new JobStatus.Running());
    }

    /** Takes a checkpoint or a savepoint at once; every shard stays where it is. */
    Checkpoint.Completed take(String command) {
      CheckpointId next = job().next();
      cairnStandingStill(command);
      return completed(next);
    }

    Checkpoint.Completed completed(CheckpointId checkpoint) {
      return (Checkpoint.Completed) pipeline.checkpoints().checkpoint(id, checkpoint).orElseThrow();
    }

    /** The state of all subtasks that Kinesis still sends records to, and of no other. */
    SortedMap<StateKey, String> state() {
      SortedMap<StateKey, String> all = new TreeMap<>();
      for (Shard shard : pipeline.stream().listed()) {
        SubtaskId subtask = new SubtaskId(id, Pipeline.STAGE, shard.id());
        if (!pipeline.stream().isClosed(shard.id())) {
          pipeline
              .state(subtask)
              .forEach(
                  (key, value) -> assertThat(all.put(key, value)).as("twice: " + key).isNull());
        }
      }
      return all;
    }

    List<Entry> journal(int shard) {
      return pipeline.entries(new SubtaskId(id, Pipeline.STAGE, Pipeline.shard(shard)));
    }
  }

  /** The request that a typed command line sends to the job. */
  static String textOf(String... arguments) {
    VerbCommand command =
        (VerbCommand) COMMANDS.parseArgs(arguments).subcommand().commandSpec().userObject();
    command.requireUsable();
    return command.text();
  }
}

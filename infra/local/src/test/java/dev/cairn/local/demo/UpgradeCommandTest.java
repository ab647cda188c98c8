package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.output.Terminal;
import dev.cairn.cli.output.WorkProgress.Voice;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.s3.InMemoryStorage;
import dev.cairn.inmemory.world.SteadyWorld;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Deployment;
import dev.cairn.job.Job;
import dev.cairn.job.Registration;
import dev.cairn.journal.Entry;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.retry.Backoff;
import dev.cairn.settings.Configuration;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * {@code cairn upgrade} as a user types it, on a table that a coordinator works on: a job of the
 * earlier format, before and after its code can read the newest one.
 */
class UpgradeCommandTest {
  private static final String TABLE = "cairn";
  private static final StageId STAGE = new StageId("totals");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path home;

  private static final DynamoDbLocal DATABASE = DynamoDbLocal.serve(0);

  static {
    CairnTable.create(DATABASE.client(), TABLE);
  }

  private final JobId job = new JobId("orders-" + UUID.randomUUID());
  private final SubtaskId subtask = new SubtaskId(job, STAGE, new ShardId("shardId-000000000000"));
  private final SteadyWorld world = new SteadyWorld(Instant.now());
  private final DynamoDbCheckpointStore checkpoints =
      new DynamoDbCheckpointStore(
          DATABASE.client(), TABLE, Backoff.sleeping(), InstantSource.system());
  private final DynamoDbJournal journal =
      new DynamoDbJournal(DATABASE.client(), TABLE, Backoff.sleeping());
  private final DynamoDbRegistrations registrations =
      new DynamoDbRegistrations(DATABASE.client(), TABLE, Backoff.sleeping());
  private final DynamoDbDeployments deployments =
      new DynamoDbDeployments(DATABASE.client(), TABLE, Backoff.sleeping());

  private record Answer(int exitCode, String out, String err) {}

  @AfterAll
  static void stop() throws Exception {
    DATABASE.close();
  }

  @Test
  void raisesTheFormatOnceAllCodeReadsItAndTheJournalsFollow() throws Exception {
    create(FormatVersion.ONE);
    deploy(2);
    register("1", 1);

    Answer refused = cairn("upgrade");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(refused.err())
        .contains("the code of totals in version 1 reads formats up to 1: deploy");
    assertThat(format()).isEqualTo(FormatVersion.ONE);

    register("2", 2);
    Answer tried = cairn("upgrade", "--dry-run");
    assertThat(tried.exitCode()).as(tried.err()).isEqualTo(ExitCode.OK);
    assertThat(tried.out())
        .contains("is in format 1")
        .contains("totals in version 2 reads formats up to 2")
        .contains("the format can be raised to 2, and not lowered again")
        .contains("Nothing was changed.");
    assertThat(format()).isEqualTo(FormatVersion.ONE);

    Answer done = whileACoordinatorWorks(() -> cairn("upgrade"));
    assertThat(done.exitCode()).as(done.err()).isEqualTo(ExitCode.OK);
    assertThat(done.out()).contains("is in format 2: its journals follow with the next checkpoint");
    assertThat(format()).isEqualTo(FormatVersion.TWO);

    Answer checkpoint = whileACoordinatorWorks(() -> cairn("checkpoint"));
    assertThat(checkpoint.exitCode()).as(checkpoint.err()).isEqualTo(ExitCode.OK);
    List<Entry> entries = journal.after(subtask, new Revision(0));
    assertThat(entries.getFirst().header().format()).isEqualTo(FormatVersion.ONE);
    assertThat(entries.getLast().header().format()).isEqualTo(FormatVersion.TWO);
  }

  /** Deployed, rolled back: what runs again says so, and stands in the way. */
  @Test
  void refusesAfterARollback() {
    create(FormatVersion.ONE);
    register("2", 2);
    register("1", 1);

    Answer refused = cairn("upgrade", "--dry-run");

    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(refused.out())
        .contains("version 1 of the code of totals, which reads formats up to 1, started after")
        .contains("Nothing was changed.");
  }

  @Test
  void refusesWhileTheCoordinatorIsAnEarlierOne() throws IOException {
    create(FormatVersion.ONE);
    deploy(1);
    register("2", 2);

    JsonNode tried = JSON.readTree(cairn("upgrade", "--dry-run", "--json").out());

    assertThat(tried.get("possible").asBoolean()).isFalse();
    assertThat(tried.get("refusal").asText()).contains("the coordinator of job");
    assertThat(tried.get("coordinatorReads").asInt()).isEqualTo(1);
    assertThat(tried.get("format").asInt()).isEqualTo(1);
  }

  @Test
  void showsTheFormatAndLeavesTheNewestAlone() throws IOException {
    create(FormatVersion.NEWEST);

    assertThat(cairn("upgrade", "--dry-run").out())
        .contains("nothing to do: the job is in this format already");
    assertThat(cairn("job").out()).contains("format    2, the newest");
    assertThat(JSON.readTree(cairn("status", "--json").out()).findValue("format").asInt())
        .isEqualTo(2);
    assertThat(cairn("status").out()).doesNotContain("format");
  }

  @Test
  void showsWhereAnEarlierFormatIsInUse() {
    create(FormatVersion.ONE);

    assertThat(cairn("status").out()).contains("  format 1");
    assertThat(cairn("job").out()).contains("raised to 2, with: cairn upgrade");
  }

  /** The command line of an earlier release, on a job that a later one has upgraded. */
  @Test
  void leavesAJobOfAnUnknownFormatAlone() {
    create(FormatVersion.NEWEST);
    DATABASE
        .client()
        .updateItem(
            update ->
                update
                    .tableName(TABLE)
                    .key(
                        Map.of(
                            "pk", AttributeValue.fromS("JOB#" + job),
                            "sk", AttributeValue.fromS("JOB")))
                    .updateExpression("SET #format = :later")
                    .expressionAttributeNames(Map.of("#format", "format"))
                    .expressionAttributeValues(Map.of(":later", AttributeValue.fromN("3"))));

    for (String command : List.of("status", "checkpoint", "upgrade")) {
      Answer answer = cairn(command);
      assertThat(answer.exitCode()).isEqualTo(ExitCode.UNUSABLE);
      assertThat(answer.err())
          .contains("has format 3, and this version of Cairn reads formats up to 2")
          .doesNotContain("mistake in Cairn");
    }
  }

  private void create(FormatVersion format) {
    checkpoints.create(Job.create(job, CheckpointSettings.DEFAULTS, format));
    Entry.Header first =
        Entry.Header.first(
            new EntryId("opened"), new Epoch(1), Entry.Writer.MAPPING, Instant.now(), format);
    journal.open(
        subtask,
        new Entry.Opened(first, new Origin(new StartPosition.TrimHorizon(), HashRange.ALL)));
  }

  private void deploy(int reads) {
    deployments.register(
        new Deployment(
            job,
            STAGE,
            "orders",
            "s3://bucket",
            "task",
            CheckpointSettings.DEFAULTS,
            reads,
            Optional.empty(),
            Optional.empty()));
  }

  private void register(String version, int reads) {
    registrations.register(
        new Registration(
                job,
                STAGE,
                new CodeVersion(version),
                Configuration.DEFAULTS,
                List.of(),
                Optional.empty())
            .withReads(reads));
  }

  private FormatVersion format() {
    return checkpoints.job(job).orElseThrow().format();
  }

  /** The coordinator serves what is asked for, and takes the checkpoint of an unchanged subtask. */
  private Answer whileACoordinatorWorks(Callable<Answer> user) throws Exception {
    Coordinator coordinator =
        new Coordinator(
            new CoordinatorPorts(
                    journal,
                    checkpoints,
                    new InMemoryStorage(world::now),
                    new LocalStream(world, 1, Duration.ofHours(24)),
                    (woken, purpose) -> {},
                    InstantSource.system(),
                    () -> new EntryId(UUID.randomUUID().toString()))
                .with(registrations),
            CoordinatorSettings.DEFAULTS);
    AtomicBoolean isOver = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> working =
          threads.submit(
              () -> {
                while (!isOver.get()) {
                  coordinator.on(new Event.Requested(job));
                }
              });
      try {
        return user.call();
      } finally {
        isOver.set(true);
        working.get();
      }
    }
  }

  private Answer cairn(String... command) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    PrintStream screen =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of()),
            new Terminal(screen, false, 400, Voice.SILENT, false));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] where = {
      "--endpoint",
      DATABASE.endpoint().orElseThrow().toString(),
      "--table",
      TABLE,
      "--job",
      job.value()
    };
    int exitCode =
        commands.execute(
            Stream.concat(Stream.of(command), Stream.of(where)).toArray(String[]::new));
    return new Answer(exitCode, out.toString(), err.toString());
  }
}

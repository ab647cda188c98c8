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
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.DynamoDbRegistrations;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CodeVersion;
import dev.cairn.job.Job;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.journal.Entry;
import dev.cairn.journal.HeapUse;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.retry.Backoff;
import dev.cairn.settings.Configuration;
import dev.cairn.state.Counts;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code cairn status} of a job of which a task has noted that something is wrong. */
class StatusCommandTest {
  private static final String TABLE = "cairn";
  private static final StageId STAGE = new StageId("totals");
  private static final String RED_WRONG = "\u001b[1;31mWRONG\u001b[0m  ";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path home;

  private static DynamoDbLocal database;

  private record Answer(int exitCode, String out) {}

  @BeforeAll
  static void serve() {
    database = DynamoDbLocal.serve(0);
    CairnTable.create(database.client(), TABLE);
  }

  @AfterAll
  static void stop() throws Exception {
    database.close();
  }

  private static void create(JobId job) {
    new DynamoDbCheckpointStore(
            database.client(), TABLE, Backoff.sleeping(), InstantSource.system())
        .create(Job.create(job, CheckpointSettings.DEFAULTS));
  }

  private static Answer status(JobId job, boolean highlights, String... more) {
    StringWriter out = new StringWriter();
    PrintStream screen =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of()),
            new Terminal(screen, highlights, 200, Voice.SILENT, highlights));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(new StringWriter()));
    String[] usual = {
      "status",
      "--endpoint",
      database.endpoint().orElseThrow().toString(),
      "--table",
      TABLE,
      "--job",
      job.value()
    };
    int exitCode =
        commands.execute(Stream.concat(Stream.of(usual), Stream.of(more)).toArray(String[]::new));
    return new Answer(exitCode, out.toString());
  }

  private static List<String> kinds(JobId job) throws IOException {
    JsonNode json = JSON.readTree(status(job, true, "--json").out());
    return json.get("findings").findValuesAsText("kind");
  }

  private static void requireWrong(JobId job, String kind, String... words) throws IOException {
    Answer plain = status(job, false);
    assertThat(plain.exitCode()).as(plain.out()).isEqualTo(ExitCode.NO);
    assertThat(plain.out()).contains(words).contains("\nWRONG  ").doesNotContain("\u001b");
    Answer red = status(job, true);
    assertThat(red.out()).contains(RED_WRONG).doesNotContain("\nWRONG  ");
    assertThat(red.out().replace(RED_WRONG, "WRONG  ")).contains(words);
    assertThat(kinds(job)).contains(kind);
    assertThat(status(job, true, "--json").out()).doesNotContain("\u001b");
  }

  @Test
  void recordsOfAnotherStreamAreSaidToBeWrong() throws IOException {
    JobId job = new JobId("orders");
    create(job);
    DynamoDbRegistrations registrations =
        new DynamoDbRegistrations(database.client(), TABLE, Backoff.sleeping());
    registrations.register(
        new Registration(
                job,
                STAGE,
                new CodeVersion("1"),
                Configuration.DEFAULTS,
                List.of(),
                Optional.empty())
            .withStream("orders"));
    assertThat(kinds(job)).doesNotContain("FOREIGN_STREAM");

    registrations.refused(
        job, STAGE, new RefusedStream("payments", "a second mapping", Instant.now()));

    requireWrong(
        job,
        "FOREIGN_STREAM",
        "records of stream payments were refused ",
        "a second mapping brought them to stage totals, which reads stream orders",
        "-> delete that mapping, or deploy the job with stream orders again");
  }

  @Test
  void aStateThatTakesMostOfTheHeapIsSaidToBeWrong() throws IOException {
    JobId job = new JobId("large");
    create(job);
    new DynamoDbJournal(database.client(), TABLE, Backoff.sleeping())
        .open(
            new SubtaskId(job, STAGE, new ShardId("shardId-000000000000")),
            new Entry.Opened(
                new Entry.Header(
                        new Revision(1),
                        new EntryId("opened"),
                        Optional.empty(),
                        new Epoch(1),
                        Position.beginning(),
                        Position.beginning(),
                        Optional.empty(),
                        Counts.NONE,
                        Entry.Writer.MAPPING,
                        Instant.now(),
                        Optional.empty(),
                        false,
                        Optional.empty())
                    .withHeapUse(Optional.of(new HeapUse(71_000_000, 100_000_000))),
                new Origin(new StartPosition.TrimHorizon(), HashRange.ALL)));

    requireWrong(
        job,
        "STATE_NEAR_HEAP",
        "the state of totals/shardId-000000000000 takes 71 % of its function's heap: about 71.0 MB"
            + " of 100 MB",
        "-> give the task's function more memory before the state no longer fits");
  }
}

package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.cli.output.Terminal;
import dev.cairn.damage.Damage;
import dev.cairn.directory.DirectoryFileStorage;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDamageStore;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.job.Deployment;
import dev.cairn.job.Job;
import dev.cairn.retry.Backoff;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.Change;
import dev.cairn.state.RunReader;
import dev.cairn.state.RunRef;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The commands on a demo that has run, in this process, and whose pipeline is still there. */
class CommandsOnDemoTest {
  private static final int FLIGHTS = 4_000;
  private static final int AIRCRAFT = 100;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path home;

  private static Demo demo;
  private static boolean shown;
  private static String told;

  private record Answer(int exitCode, String out, String err) {
    JsonNode json() throws IOException {
      return JSON.readTree(out);
    }
  }

  @BeforeAll
  static void runADemo() {
    Path storage = home.resolve("storage");
    Duration interval = Duration.ofMillis(400);
    DemoSettings settings =
        new DemoSettings(
            new JobId("flights"),
            new StageId("aircraft"),
            3,
            interval,
            DemoSettings.paced(FLIGHTS, interval),
            true,
            0,
            Optional.of(storage),
            7);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal = Terminal.plain(new PrintStream(out, true, StandardCharsets.UTF_8));
    demo =
        Demo.start(
            settings,
            UserFunction.of(AircraftFunction.class),
            flights(),
            Optional.empty(),
            terminal);
    shown = demo.run();
    told = out.toString(StandardCharsets.UTF_8);
    new RunningDemo(
            demo.endpoint(),
            DemoSettings.TABLE,
            settings.job(),
            storage.toString(),
            ProcessHandle.current().pid())
        .write(home);
  }

  @AfterAll
  static void endIt() {
    demo.close();
  }

  private static List<byte[]> flights() {
    List<byte[]> flights = new ArrayList<>();
    for (int i = 0; i < FLIGHTS; i++) {
      String tail = i % 50 == 0 ? "" : ",\"tail\":\"N" + i % AIRCRAFT + "\"";
      String flight =
          i == 1234
              ? "no flight at all"
              : "{\"scheduled\":\"2013-01-01T10:15Z\",\"departed\":\"2013-01-01T10:17Z\",\"carrier\":\"UA\",\"flight\":\""
                  + i
                  + "\",\"origin\":\"EWR\",\"destination\":\"X"
                  + i % 7
                  + "\",\"departure_delay_min\":\""
                  + i % 60
                  + "\""
                  + tail
                  + "}";
      flights.add(flight.getBytes(StandardCharsets.UTF_8));
    }
    return flights;
  }

  private static Answer cairn(String... arguments) {
    return cairnAt(home, arguments);
  }

  private static Answer cairnAt(Path folder, String... arguments) {
    return cairnIn(new CliEnvironment(folder, Map.of()), arguments);
  }

  private static Answer cairnIn(CliEnvironment cliEnvironment, String... arguments) {
    return cairnOn(
        Terminal.plain(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)),
        cliEnvironment,
        arguments);
  }

  private static Answer cairnOn(
      Terminal terminal, CliEnvironment cliEnvironment, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands = Cairn.commands(cliEnvironment, terminal);
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exitCode = commands.execute(arguments);
    return new Answer(exitCode, out.toString(), err.toString());
  }

  @Test
  void theDemoDoesWhatPeopleFearAndItsStateIsEqualToTheFold() {
    assertThat(shown).as(told).isTrue();
    assertThat(told)
        .contains(
            "ABANDONED:",
            "TIMED OUT:",
            "TWICE:",
            "ZOMBIE:",
            "RESTORE:",
            "lost and dropped its work",
            "it lost revision")
        .contains("3,999 records, 1 dead letters", "differences 0", "EQUAL. Exactly once")
        .doesNotContain("DIFFERENT", "NOT SHOWN");
  }

  @Test
  void checkpointsAreListedAndShown() throws IOException {
    Answer list = cairn("checkpoints");
    assertThat(list.exitCode()).as(list.err()).isZero();
    assertThat(list.out())
        .contains("job flights  RUNNING", "ID  STATUS", "COMPLETED", "SUBSUMED", "3/3");

    JsonNode json = cairn("checkpoints", "--json").json();
    long latest = json.get("latestCheckpoint").longValue();
    assertThat(json.get("checkpoints").findValuesAsText("status")).contains("COMPLETED");

    JsonNode one = cairn("checkpoints", Long.toString(latest), "--json").json();
    assertThat(one.get("status").asText()).isEqualTo("COMPLETED");
    assertThat(one.get("acknowledgements")).hasSize(3);
    assertThat(cairn("checkpoints", Long.toString(latest)).out())
        .contains("aircraft/shardId-000000000002", "_metadata");
  }

  @Test
  void checkpointsSayHowLongTheyTakeAndWhatTheyCost() throws IOException {
    assertThat(cairn("checkpoints").out()).contains("P90", "durationMillis", "fullSizeBytes");
    JsonNode duration = cairn("checkpoints", "--json").json().at("/statistics/durationMillis");
    assertThat(duration.get("min").longValue())
        .isLessThanOrEqualTo(duration.get("p50").longValue());
    assertThat(duration.get("p99").longValue()).isEqualTo(duration.get("max").longValue());

    JsonNode one = cairn("checkpoints", latest(), "--json").json();
    assertThat(one.get("cause").asText()).isEqualTo("schedule");
    assertThat(Instant.parse(one.get("firstAcknowledgedAt").asText()))
        .isBeforeOrEqualTo(Instant.parse(one.get("lastAcknowledgedAt").asText()));
    assertThat(one.get("acknowledgements"))
        .allSatisfy(answer -> assertThat(answer.get("waitedMillis").longValue()).isNotNegative());
    assertThat(one.at("/cost/usd").doubleValue()).isBetween(1e-6, 1e-3);
    assertThat(cairn("checkpoints", latest()).out())
        .contains("acks       first after ", "cost       0.0", "files in S3)");
  }

  @Test
  void theHistoryTellsOfCheckpointsAndRestores() throws IOException {
    Answer history = cairn("history", "--limit", "1000");
    assertThat(history.exitCode()).as(history.err()).isZero();
    assertThat(history.out())
        .contains("COMPLETED", "is complete after ", "  (schedule)")
        .contains("RESTORE_BEGUN", "the job is put back to checkpoint ", "RESTORED");

    JsonNode json = cairn("history", "--limit", "1000", "--json").json().get("history");
    List<String> times = json.findValuesAsText("at");
    assertThat(times).hasSizeGreaterThan(3);
    JsonNode last = cairn("history", "--limit", "1", "--json").json().get("history");
    assertThat(last).hasSize(1);
    assertThat(last.get(0)).isEqualTo(json.get(json.size() - 1));
    assertThat(json.findValuesAsText("cause")).anyMatch(cause -> cause.startsWith("restore "));

    assertThat(cairn("history", "--since", "1 ms").out()).contains("Nothing is recorded of that");
    assertThat(cairn("history", "--limit", "0").err()).contains("--limit must be 1 or more, not 0");
  }

  @Test
  void aJobIsShownWithEverySettingAndWhereItWasSet() throws IOException {
    Answer job = cairn("job");
    // "none" is a restart strategy.
    assertThat(job.out()).containsPattern("restart-strategy\\.type +not set");
    assertThat(job.exitCode()).as(job.err()).isZero();
    assertThat(job.out())
        .contains("job flights  RUNNING", "latest    checkpoint " + latest(), "undo      of the")
        .containsPattern("execution.checkpointing.interval +.*the job's item")
        .containsPattern("restart-strategy.type +.* by default");

    JsonNode json = cairn("job", "--json").json();
    assertThat(json.get("nextCheckpoint").longValue())
        .isGreaterThan(json.get("latestCheckpoint").longValue());
    JsonNode interval =
        json.get("settings")
            .valueStream()
            .filter(one -> one.get("name").asText().equals("execution.checkpointing.interval"))
            .findFirst()
            .orElseThrow();
    assertThat(interval.get("place").asText()).isEqualTo("ITEM");
  }

  @Test
  void whatIsNeededAndWhatIsNotIsSummedUp() throws IOException {
    Answer summary = cairn("gc");
    assertThat(summary.exitCode()).as(summary.err()).isZero();
    assertThat(summary.out())
        .contains("needed by journals", "dead letters: see cairn dead-letters", "in all")
        .contains("Nothing was deleted");

    JsonNode json = cairn("gc", "--json").json();
    long files = 0;
    for (JsonNode reason : json.get("reasons")) {
      files += reason.get("files").longValue();
    }
    assertThat(files).isPositive().isEqualTo(json.get("files").longValue());
    assertThat(json.at("/reasons/DEAD_LETTERS/files").longValue()).isEqualTo(1);
  }

  @Test
  void aFileIsExplainedWhicheverWayItIsNamed() throws IOException {
    JsonNode checkpoint = cairn("checkpoints", latest(), "--json").json();
    String metadata = checkpoint.at("/metadata/path").asText();
    String state = checkpoint.at("/acknowledgements/0/stateFile/path").asText();

    assertThat(cairn("gc", "--explain", metadata).out())
        .contains(metadata, "  checkpoint " + latest() + " needs it: its _metadata");
    for (String name :
        List.of(
            state,
            state.substring("flights/".length()),
            state.substring(state.lastIndexOf('/') + 1),
            home.resolve("storage") + "/" + state)) {
      Answer explained = cairn("gc", "--explain", name);
      assertThat(explained.exitCode()).as(explained.err()).isZero();
      assertThat(explained.out())
          .contains("checkpoint " + latest() + " needs it: a state file of the state of aircraft/");
    }
    JsonNode json = cairn("gc", "--explain", state, "--json").json();
    assertThat(json.get("path").asText()).isEqualTo(state);
    assertThat(json.get("neededBy")).isNotEmpty();
    assertThat(cairn("gc", "--explain", "dead-letters").err())
        .contains("did you mean flights/dead");
  }

  @Test
  void aFileThatIsNotThereIsToldFromOneThatIsMissed() throws IOException {
    Answer unknown = cairn("gc", "--explain", "shared/nonsense");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(unknown.err())
        .contains("job flights has no file \"shared/nonsense\"", "give a path such as flights/");
    assertThat(cairn("gc", "--explain", "_metadata").err())
        .contains("is the end of several files' paths");
    assertThat(cairn("gc", "--explain", "../else where").exitCode()).isEqualTo(ExitCode.NO);

    String state =
        cairn("checkpoints", latest(), "--json")
            .json()
            .at("/acknowledgements/0/stateFile/path")
            .asText();
    Path file = home.resolve("storage").resolve(state);
    Path aside = home.resolve("aside");
    Files.move(file, aside);
    try {
      Answer missing = cairn("gc", "--explain", state);
      assertThat(missing.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(missing.out()).contains("is MISSING from the storage, and is needed:");
      assertThat(missing.err()).contains("put an intact copy back");

      Answer told = cairn("gc", "--explain", state, "--json");
      assertThat(told.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(told.err()).isEmpty();
      assertThat(JSON.readerFor(JsonNode.class).readValues(told.out()).readAll())
          .as(told.out())
          .hasSize(1);
      assertThat(told.json().get("path").asText()).isEqualTo(state);
      assertThat(told.json().get("reason").asText()).isEqualTo("MISSING");
      assertThat(told.json().get("because").asText()).contains("put an intact copy back");
      assertThat(told.json().get("neededBy")).isNotEmpty();
    } finally {
      Files.move(aside, file);
    }
  }

  @Test
  void whatTheScrubberHasMarkedIsShown() throws IOException {
    JsonNode latest = cairn("checkpoints", latest(), "--json").json();
    FileRef metadata =
        new FileRef(
            new FilePath(latest.at("/metadata/path").asText()),
            latest.at("/metadata/sizeBytes").longValue(),
            new Sha256(latest.at("/metadata/sha256").asText()));
    Damage damage =
        new Damage(
            metadata,
            "its SHA-256 is another",
            Instant.parse("2026-11-21T10:00:00Z"),
            new TreeSet<>(List.of(new CheckpointId(latest.get("id").longValue()))),
            new TreeSet<>(),
            false);
    JobId job = new JobId("flights");
    try (DynamoDbClient client = demoClient()) {
      DynamoDbDamageStore marks =
          new DynamoDbDamageStore(client, DemoSettings.TABLE, Backoff.sleeping());
      marks.mark(job, damage);
      try {
        assertThat(cairn("checkpoints").out()).contains("3/3  DAMAGED: 1 file");
        assertThat(cairn("checkpoints", latest()).out()).contains("  " + damage);
        assertThat(cairn("checkpoints", latest(), "--json").json().at("/damaged/0/damage").asText())
            .isEqualTo("its SHA-256 is another");
        Answer status = cairn("status");
        assertThat(status.exitCode()).isEqualTo(ExitCode.NO);
        assertThat(status.out()).contains("WRONG  a needed file is damaged", "Damaged files");
      } finally {
        marks.unmark(job, damage.path());
      }
    }
    assertThat(cairn("checkpoints").out()).doesNotContain("DAMAGED");
  }

  private static DynamoDbClient demoClient() {
    return DynamoDbClient.builder()
        .endpointOverride(demo.endpoint())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        .httpClient(UrlConnectionHttpClient.create())
        .build();
  }

  @Test
  void theStateOfAKeyIsReadWithoutItsClasses() throws IOException {
    JsonNode live = cairn("state", "N7", "--json").json();
    assertThat(live.at("/state/punctuality/departures").longValue()).isEqualTo(FLIGHTS / AIRCRAFT);
    assertThat(live.at("/state/last-flights")).hasSize(10);
    assertThat(live.at("/state/flights-per-route/EWR-X0").longValue()).isPositive();
    Answer text = cairn("state", "N7");
    assertThat(text.out())
        .contains("N7  on aircraft/shardId-", "punctuality", "EWR-X0  ", "departures  40");

    JsonNode stored = cairn("state", "N7", "--checkpoint", latest(), "--json").json();
    assertThat(stored.get("at").asText()).isEqualTo("checkpoint " + latest());
    assertThat(stored.at("/state/punctuality/departures").longValue()).isPositive();
  }

  @Test
  void aKeyWithoutStateIsSaidToHaveNone() {
    Answer none = cairn("state", "n7");
    assertThat(none.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(none.err()).contains("key \"n7\" has no state");
  }

  @Test
  void aRestoreIsFollowedToItsEnd() throws IOException {
    long epoch = cairn("checkpoints", "--json").json().get("epoch").longValue();
    Answer restored = cairn("restore", latest(), "--timeout", "30s");
    assertThat(restored.exitCode()).as(restored.err()).isZero();
    assertThat(restored.out()).contains("requested", "running").doesNotContain("refused");
    JsonNode after = cairn("checkpoints", "--json").json();
    assertThat(after.get("epoch").longValue()).isEqualTo(epoch + 1);
    assertThat(
            cairn("state", "N7", "--json").json().at("/state/punctuality/departures").longValue())
        .isEqualTo(FLIGHTS / AIRCRAFT);
  }

  @Test
  void aRefusedRestoreSaysWhyAndChangesNothing() {
    Answer refused = cairn("restore", "9999", "--timeout", "30s", "--json");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(refused.out()).contains("\"step\":\"refused\"").contains("9999");
    assertThat(cairn("checkpoints").out()).contains("RUNNING", "last refusal");
    assertThat(cairn("status").out()).contains("NOTE   \"restore 9999\" was refused at");
  }

  @Test
  void aDryRunTellsWhatARestoreWouldDoAndDoesNotDoIt() throws IOException {
    JsonNode before = cairn("checkpoints", "--json").json();
    Answer possible = cairn("restore", "latest", "--dry-run");
    assertThat(possible.exitCode()).as(possible.out() + possible.err()).isZero();
    assertThat(possible.out())
        .contains(
            "possible   checkpoint " + latest() + " can be restored",
            "all present, each with its size and SHA-256",
            "states     all fit version $LATEST of the code of aircraft",
            "damage     no damage is known",
            "aircraft/shardId-000000000002",
            "Nothing was changed.");

    JsonNode json = cairn("restore", latest(), "--dry-run", "--json").json();
    assertThat(json.get("possible").asBoolean()).isTrue();
    assertThat(json.get("subtasks")).hasSize(3);
    assertThat(json.get("files").findValuesAsText("kind")).contains("state", "run");

    Answer refused = cairn("restore", "9999", "--dry-run");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(refused.out())
        .contains("refused    checkpoint 9999 is unknown", "Nothing was changed.");
    JsonNode after = cairn("checkpoints", "--json").json();
    assertThat(after.get("epoch")).isEqualTo(before.get("epoch"));
  }

  @Test
  void aSavepointIsTakenAndDisposedOf() throws IOException {
    Answer taken = cairn("savepoint", "for-a-test", "--timeout", "30s");
    assertThat(taken.exitCode()).as(taken.out() + taken.err()).isZero();
    assertThat(taken.out())
        .contains(
            "requested  command = savepoint for-a-test is set on job flights",
            "completed  savepoint",
            "-for-a-test/_metadata");
    String[] lines = cairn("savepoint", "--json").out().split("\\R");
    JsonNode last = JSON.readTree(lines[lines.length - 1]);
    assertThat(last.get("step").asText()).isEqualTo("completed");
    String id = last.get("checkpoint").asText();
    Path metadata = home.resolve("storage").resolve(last.at("/metadata/path").asText());
    assertThat(metadata).exists();

    Answer disposed = cairn("dispose", id);
    assertThat(disposed.exitCode()).as(disposed.out() + disposed.err()).isZero();
    assertThat(disposed.out()).contains("disposed   savepoint " + id + " is disposed of");
    assertThat(metadata).doesNotExist();
    assertThat(cairn("dispose", "9999").out())
        .contains("refused    checkpoint 9999 is unknown; list them with: cairn checkpoints");
  }

  @Test
  void aJobIsCancelledAndResumed() throws IOException {
    Answer cancelled = cairn("cancel", "--retain", "--timeout", "30s");
    assertThat(cancelled.exitCode()).as(cancelled.out() + cancelled.err()).isZero();
    assertThat(cancelled.out()).contains("cancelled  nothing is applied any more");
    assertThat(cairn("checkpoints").out()).contains("job flights  CANCELLED");
    assertThat(cairn("checkpoint").out())
        .contains("refused    the job is CANCELLED and takes no checkpoints; resume it first");

    Answer resumed = cairn("resume", "--timeout", "30s");
    assertThat(resumed.exitCode()).as(resumed.out() + resumed.err()).isZero();
    assertThat(resumed.out()).contains("running    the job goes on; epoch");
    assertThat(cairn("resume").out()).contains("refused    the job runs already");
  }

  @Test
  void aRequestThatWaitsIsNotReplacedUnlessThatIsMeant() {
    // In a table that no coordinator looks at.
    String[] idle = {"--endpoint", demo.endpoint().toString(), "--table", "idle", "--job", "idle"};
    try (DynamoDbClient client = demoClient()) {
      CairnTable.create(client, "idle");
      new DynamoDbCheckpointStore(client, "idle", Backoff.sleeping(), InstantSource.system())
          .create(Job.create(new JobId("idle"), CheckpointSettings.DEFAULTS));
    }
    assertThat(cairn(with(idle, "cancel", "--no-wait")).exitCode()).isZero();

    Answer second = cairn(with(idle, "resume", "--no-wait"));
    assertThat(second.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(second.err())
        .contains("\"cancel\" was asked of job idle before and is still waiting", "--force");

    Answer forced = cairn(with(idle, "resume", "--force", "--timeout", "200ms"));
    assertThat(forced.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(forced.out()).contains("requested  command = resume");
    assertThat(forced.err()).contains("\"resume\" is not done after 200 ms", "cairn status");
  }

  @Test
  void whatIsNoCheckpointsIdIsRefusedBeforeAnybodyIsAsked(@TempDir Path elsewhere) {
    for (String[] command :
        List.of(
            new String[] {"restore", "seven"},
            new String[] {"verify", "0"},
            new String[] {"export", "--to", "/tmp/x", "last"},
            new String[] {"checkpoints", "-1"},
            new String[] {"state", "N7", "--checkpoint", "7.5"})) {
      Answer refused = cairnAt(elsewhere, command);
      assertThat(refused.exitCode()).isEqualTo(ExitCode.UNUSABLE);
      assertThat(refused.err())
          .contains(command[command.length - 1])
          .doesNotContain("no demo runs");
    }
    assertThat(cairnAt(elsewhere, "restore", "seven").err())
        .isEqualTo(
            "cairn: \"seven\" is not a checkpoint id: give a whole number, such as 7, or"
                + " \"latest\", or the path of a _metadata file\n");
  }

  @Test
  void timesAreToldToTheSecond() throws IOException {
    assertThat(cairn("checkpoints", latest()).out())
        .containsPattern("triggered  \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ in epoch")
        .containsPattern("completed  \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\R");
  }

  @Test
  void deadLettersAreListedShownAndSentAgainOnce() throws IOException {
    JsonNode listed = cairn("dead-letters", "list", "--json").json();
    assertThat(listed.get("deadLetters").intValue()).isEqualTo(1);
    String record = listed.at("/shown/0/sequenceNumber").textValue();
    assertThat(cairn("dead-letters", "list").out())
        .contains("record " + record, listed.at("/shown/0/cause").textValue());

    assertThat(cairn("dead-letters", "show", record.substring(record.length() - 6)).out())
        .contains("record      " + record, "sent again  no", "data        ");
    JsonNode shown = cairn("dead-letters", "show", record, "--json").json();
    assertThat(Base64.getDecoder().decode(shown.get("data").textValue())).isNotEmpty();

    Answer unknown = cairn("dead-letters", "retry", "4711471147114711");
    assertThat(unknown.exitCode()).isEqualTo(1);
    assertThat(unknown.err()).contains("there is no dead letter of a record");
    for (String[] wrong :
        List.<String[]>of(
            new String[] {"dead-letters", "retry"},
            new String[] {"dead-letters", "show"},
            new String[] {"dead-letters", "burn"},
            new String[] {"dead-letters", "list", "--limit", "0"})) {
      assertThat(cairn(wrong).exitCode()).isEqualTo(2);
    }
  }

  @Test
  void theStatusIsOneScreen() throws IOException {
    Answer status = cairn("status");
    assertThat(status.exitCode()).as(status.out()).isZero();
    assertThat(status.out())
        .contains("job flights  RUNNING", "stream unknown: the demo's stream is inside its process")
        .contains("COMPLETED", "SUBTASK", "aircraft/shardId-000000000002", "unknown")
        .contains("NOTE   1 records could not be processed", "flights/dead-letters/")
        .doesNotContain("WRONG");

    JsonNode json = cairn("status", "--json").json();
    assertThat(json.at("/lastCompleted/id").longValue())
        .isEqualTo(json.get("latestCheckpoint").longValue());
    assertThat(json.get("subtasks")).hasSize(3);
    long applied = 0;
    for (JsonNode subtask : json.get("subtasks")) {
      applied += subtask.get("applied").longValue();
      assertThat(subtask.get("gap").booleanValue()).isFalse();
      assertThat(subtask.get("lagUnknown").asText()).contains("the demo's stream");
    }
    assertThat(applied).isEqualTo(FLIGHTS - 1);
    assertThat(json.at("/findings").findValuesAsText("kind")).contains("DEAD_LETTERS");
  }

  @Test
  void aPinnedCheckpointIsMarkedExplainedAndNotDisposedOf() throws IOException {
    String id = latest();
    String metadata = metadataOf(id).value();
    Answer pinned = cairn("pin", id, "--timeout", "30s");
    assertThat(pinned.exitCode()).as(pinned.out() + pinned.err()).isZero();
    try {
      assertThat(cairn("checkpoints").out()).containsPattern("(?m)^ *" + id + "  .*3/3  pinned$");
      assertThat(cairn("checkpoints", id).out()).contains("3/3  pinned");
      assertThat(cairn("checkpoints", id, "--json").json().get("pinned").asBoolean()).isTrue();
      assertThat(cairn("gc", "--explain", metadata).out())
          .contains("checkpoint " + id + " needs it: its _metadata (the checkpoint is pinned)");
      assertThat(cairn("gc", "--explain", metadata, "--json").json().get("neededBy").toString())
          .contains("(the checkpoint is pinned)");
      Answer disposed = cairn("dispose", id, "--timeout", "30s");
      assertThat(disposed.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(disposed.out())
          .contains(
              "refused    checkpoint "
                  + id
                  + " is pinned: take the pin off first, with: cairn unpin "
                  + id);
    } finally {
      assertThat(cairn("unpin", id, "--timeout", "30s").exitCode()).isZero();
    }
    assertThat(cairn("checkpoints").out()).doesNotContain("3/3  pinned");
    assertThat(cairn("checkpoints", id, "--json").json().get("pinned").asBoolean()).isFalse();
    assertThat(cairn("gc", "--explain", metadata).out()).doesNotContain("pinned");
    assertThat(cairn("unpin", id, "--timeout", "30s").out())
        .contains("refused    checkpoint " + id + " is not pinned: no checkpoint is");
  }

  @Test
  void aJobHasFiftyPinnedCheckpointsAtMost() throws IOException {
    String id = latest();
    List<String> fifty = IntStream.range(100_000, 100_050).mapToObj(Integer::toString).toList();
    try (DynamoDbClient client = demoClient()) {
      Map<String, AttributeValue> job =
          Map.of("pk", AttributeValue.fromS("JOB#flights"), "sk", AttributeValue.fromS("JOB"));
      client.updateItem(
          update ->
              update
                  .tableName(DemoSettings.TABLE)
                  .key(job)
                  .updateExpression("SET pinnedCheckpoints = :fifty")
                  .expressionAttributeValues(Map.of(":fifty", AttributeValue.fromNs(fifty))));
      try {
        Answer refused = cairn("pin", id, "--timeout", "30s");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
        assertThat(refused.out())
            .contains(
                "refused    job flights has 50 pinned checkpoints, which is the most: unpin one"
                    + " first, or take a savepoint, which stays without a pin");
        assertThat(cairn("checkpoints", id, "--json").json().get("pinned").asBoolean()).isFalse();
        assertThat(cairn("unpin", fifty.getFirst(), "--timeout", "30s").exitCode()).isZero();
        assertThat(cairn("pin", id, "--timeout", "30s").exitCode()).isZero();
      } finally {
        client.updateItem(
            update ->
                update
                    .tableName(DemoSettings.TABLE)
                    .key(job)
                    .updateExpression("REMOVE pinnedCheckpoints"));
      }
    }
  }

  @Test
  void aForkThatIsNotDeployedYetIsSaidToBeOne() throws IOException {
    Answer forked = cairn("fork", latest(), "--as", "copy", "--timeout", "30s");
    assertThat(forked.exitCode()).as(forked.out() + forked.err()).isZero();

    Answer status = cairn("status", "--job", "copy");
    assertThat(status.exitCode()).as(status.out()).isZero();
    assertThat(status.out())
        .contains(
            "NOTE   the job is a fork that begins from ",
            "and no coordinator of it has run yet",
            "-> deploy it as a fork, on the table, the bucket and the stream of its parent job",
            "cairn fork --release copy")
        .doesNotContain("WRONG");

    assertThat(cairn("fork", "--release", "copy", "--timeout", "30s").exitCode()).isZero();
    assertThat(cairn("status", "--job", "copy").out()).doesNotContain("deploy it as a fork");
  }

  @Test
  void theStatusOfAJobThatIsNotThereSaysWhatToDo() {
    Answer status = cairn("status", "--job", "other");
    assertThat(status.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(status.out())
        .contains("WRONG  job other has no item in the table", "-> check --job");
  }

  @Test
  void tailShowsARestoreAsItHappens() throws Exception {
    AwaitedText out = new AwaitedText();
    AwaitedText json = new AwaitedText();
    Thread text = tailing(out, "tail", "--every", "50ms");
    Thread lines = tailing(json, "tail", "--every", "50ms", "--json");
    try {
      out.await("job flights  RUNNING");
      // The one without a heading has begun, too, once it tells of this.
      cairn("restore", "8888", "--timeout", "30s");
      json.await("8888 at");
      String id = latest();
      assertThat(cairn("restore", id, "--timeout", "30s").exitCode()).isZero();
      out.await("being restored to checkpoint " + id);
      out.await("no gap is left");
      json.await("no gap is left");
      out.await("Restored      to checkpoint");
      json.await("\"kind\":\"Restored\",\"subtask\":\"aircraft/shardId-000000000001\"");
    } finally {
      text.interrupt();
      lines.interrupt();
      text.join();
      lines.join();
    }
    for (String line : json.toString().lines().toList()) {
      assertThat(JSON.readTree(line).get("at").asText()).isNotEmpty();
    }
  }

  private static Thread tailing(AwaitedText out, String... arguments) {
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of()),
            Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(new StringWriter()));
    Thread thread = new Thread(() -> commands.execute(arguments), "tail");
    thread.start();
    return thread;
  }

  @Test
  void tailEndsWhenNobodyReadsItsOutput() throws Exception {
    Writer closed =
        new Writer() {
          @Override
          public void write(char[] text, int offset, int length) throws IOException {
            throw new IOException("Broken pipe");
          }

          @Override
          public void flush() throws IOException {
            throw new IOException("Broken pipe");
          }

          @Override
          public void close() {}
        };
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of()),
            Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(closed, true)).setErr(new PrintWriter(new StringWriter()));
    Thread tail = new Thread(() -> commands.execute("tail", "--every", "10ms"), "tail");
    tail.start();
    tail.join(Duration.ofSeconds(30));
    boolean isRunning = tail.isAlive();
    tail.interrupt();
    assertThat(isRunning).isFalse();
  }

  /** What a command writes, for whoever waits until it has written something. */
  private static final class AwaitedText extends StringWriter {
    void await(String text) throws InterruptedException {
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      synchronized (getBuffer()) {
        while (!toString().contains(text)) {
          assertThat(System.nanoTime()).as("until \"%s\" in:\n%s", text, this).isLessThan(deadline);
          getBuffer().wait(100);
        }
      }
    }

    @Override
    public void flush() {
      synchronized (getBuffer()) {
        getBuffer().notifyAll();
      }
    }
  }

  @Test
  void tailEndsByItself() {
    Answer tail = cairn("tail", "--for", "1ms", "--every", "1ms");
    assertThat(tail.exitCode()).isZero();
    assertThat(tail.out()).startsWith("job flights  RUNNING");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:4811", "127.0.0.1:4811", "ftp://host", "http://", " "})
  void anEndpointIsWrittenWithItsScheme(String typed) {
    assertFails(
        ExitCode.UNUSABLE,
        "is not an endpoint: write a URL such as http://127.0.0.1:4566",
        "status",
        "--endpoint",
        typed);
  }

  @Test
  void aDurationIsWrittenWithItsUnit() {
    assertFails(ExitCode.UNUSABLE, "\"20\" has no unit: write 20 s", "tail", "--for", "20");
    assertFails(ExitCode.UNUSABLE, "\"1\" has no unit", "restore", "1", "--timeout", "1");
  }

  @Test
  void aDirectoryThatIsNotThereIsNoDamagedCheckpoint() throws IOException {
    assertFails(
        ExitCode.UNUSABLE,
        "there is no directory nowhere",
        "verify",
        latest(),
        "--storage",
        "nowhere");
  }

  /** Or all records would go under one key, and into its state. */
  @Test
  void aKeyThatNoRecordHasIsRefusedBeforeAnythingIsSent() throws IOException {
    Path input = Files.writeString(home.resolve("keys.jsonl"), "{\"tail\":\"N1\"}\n");
    assertFails(
        ExitCode.UNUSABLE,
        "has a field \"tailnum\" (--key): all records would get the key UNKNOWN. The first"
            + " record is:"
            + " {\"tail\":\"N1\"}",
        "feed",
        input.toString(),
        "--key",
        "tailnum",
        "--stream",
        "any");
  }

  @Test
  void theDemosStreamCannotBeFedFromOutsideAndThatIsSaid() throws IOException {
    Path input = Files.writeString(home.resolve("in.jsonl"), "{\"k\":\"a\"}\n");
    assertFails(
        ExitCode.UNUSABLE,
        "the running demo's stream is inside its process",
        "feed",
        input.toString(),
        "--key",
        "k");
    assertFails(
        ExitCode.UNUSABLE, "the records' partition key is not known", "feed", input.toString());
    assertFails(
        ExitCode.UNUSABLE,
        "the table does not say which stream job flights reads",
        "feed",
        input.toString(),
        "--key",
        "k",
        "--endpoint",
        demo.endpoint().toString(),
        "--table",
        "cairn",
        "--job",
        "flights");
    assertFails(ExitCode.UNUSABLE, "none.csv is not a file", "feed", "none.csv", "--key", "k");
    assertFails(
        ExitCode.UNUSABLE, "(--rate)", "feed", input.toString(), "--key", "k", "--rate", "0");
    assertFails(ExitCode.UNUSABLE, "Missing required parameter: 'FILE'", "feed");
  }

  @Test
  void theTableAndTheJobMayBeInTheEnvironment(@TempDir Path elsewhere) throws IOException {
    CliEnvironment named =
        new CliEnvironment(elsewhere, Map.of("CAIRN_TABLE", "cairn", "CAIRN_JOB", "flights"));
    Answer list = cairnIn(named, "checkpoints", "--endpoint", demo.endpoint().toString(), "--json");
    assertThat(list.json().get("job").asText()).isEqualTo("flights");

    CliEnvironment noJob = new CliEnvironment(elsewhere, Map.of("CAIRN_TABLE", "cairn"));
    Answer none = cairnIn(noJob, "checkpoints", "--endpoint", demo.endpoint().toString());
    assertThat(none.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(none.err()).contains("--job is needed (or CAIRN_JOB)");
  }

  @Test
  void aDeployedJobSaysItselfWhereItsFilesAndItsStreamAre(@TempDir Path elsewhere)
      throws IOException {
    try (DynamoDbClient client = demoClient()) {
      CairnTable.create(client, "deployed");
      JobId job = new JobId("flights");
      CheckpointSettings settings =
          new CheckpointSettings(Optional.of(Duration.ofSeconds(30)), Duration.ofMinutes(1), 4);
      new DynamoDbDeployments(client, "deployed", Backoff.sleeping())
          .register(
              new Deployment(
                  job,
                  new StageId("aircraft"),
                  "departures",
                  elsewhere.toString(),
                  "flights-task",
                  settings));
      new DynamoDbCheckpointStore(
              client, "deployed", Backoff.sleeping(), InstantSource.system(), settings)
          .create(Job.create(job, settings));
    }
    String[] target = {
      "--endpoint", demo.endpoint().toString(), "--table", "deployed", "--job", "flights"
    };
    assertThat(cairnAt(elsewhere, with(target, "checkpoints")).out())
        .contains("a checkpoint each 30 s  4 retained", "No checkpoint yet.");
    assertThat(cairnAt(elsewhere, with(target, "state", "N7")).err())
        .contains("key \"N7\" has no state: no shard of its range has been opened");
    // DynamoDB Local is no Kinesis; that it was asked for this stream is what matters.
    assertThat(cairnAt(elsewhere, with(target, "status")).out())
        .contains(
            "stream departures  cannot be read now", "WRONG  stream departures cannot be read");
  }

  private static String[] with(String[] options, String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }

  @Test
  void everyFileOfAnIntactCheckpointIsRead() throws IOException {
    Answer intact = cairn("verify", latest());
    assertThat(intact.exitCode()).as(intact.out()).isZero();
    assertThat(intact.out())
        .contains("metadata", "state", "run", "is intact")
        .doesNotContain("DAMAGED");
    assertThat(cairn("verify", latest(), "--json").json().get("intact").asBoolean()).isTrue();
  }

  @Test
  void aDamagedOrMissingFileIsNamed() throws IOException {
    String id = latest();
    JsonNode files = cairn("verify", id, "--json").json().get("files");
    String run = pathOf(files, "run");
    Path file = home.resolve("storage").resolve(run);
    byte[] whole = Files.readAllBytes(file);
    try {
      byte[] damaged = whole.clone();
      damaged[damaged.length / 2] ^= 1;
      Files.write(file, damaged);
      Answer verdict = cairn("verify", id);
      assertThat(verdict.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(verdict.out()).contains("DAMAGED", run, "has SHA-256", "is DAMAGED: 1 of");

      Files.delete(file);
      assertThat(cairn("verify", id).out())
          .contains(run + " (" + whole.length + " bytes) is not in the checkpoint storage");
    } finally {
      Files.write(file, whole);
    }
    assertThat(cairn("verify", id).exitCode()).isZero();
  }

  @Test
  void anExportNeedsNothingOutsideItsDirectoryWhereverThatIs(@TempDir Path elsewhere)
      throws IOException {
    Path backup = elsewhere.resolve("backups/flights");

    Answer exported = cairn("export", latest(), "--to", backup.toString());

    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(exported.out())
        .contains(
            "written",
            "aircraft/shardId-000000000002/run",
            "checkpoint " + latest() + " is exported: 7 files",
            "it is named by file://" + backup + "/_metadata");
    Path moved = Files.move(backup, elsewhere.resolve("moved"));
    for (String name : List.of(moved.toString(), moved + "/_metadata", "file://" + moved)) {
      // Where no job is, and no demo.
      Answer verdict = cairnAt(elsewhere, "verify", name);
      assertThat(verdict.exitCode()).as(verdict.out() + verdict.err()).isZero();
      assertThat(verdict.out())
          .contains("file://" + moved + "/_metadata is intact: 7 files", "run", "state");
    }
    JsonNode json = cairnAt(elsewhere, "verify", moved.toString(), "--json").json();
    assertThat(json.get("metadata").asText()).isEqualTo("file://" + moved + "/_metadata");
    assertThat(json.get("intact").asBoolean()).isTrue();

    Path run = moved.resolve("aircraft/shardId-000000000000/run");
    byte[] damaged = Files.readAllBytes(run);
    damaged[damaged.length / 2] ^= 1;
    Files.write(run, damaged);
    Answer verdict = cairnAt(elsewhere, "verify", moved.toString());
    assertThat(verdict.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(verdict.out()).contains("DAMAGED", run.toString(), "1 of 7 files");
  }

  @Test
  void anExportHoldsTheStateOfItsCheckpointInOneRunOfEachTask(@TempDir Path elsewhere)
      throws IOException {
    String id = latest();
    SortedMap<StateKey, String> before = cells(home.resolve("storage"), metadataOf(id));

    JsonNode exported =
        cairn("export", id, "--to", elsewhere.resolve("copy").toString(), "--json").json();

    FilePath copied = new FilePath(exported.at("/metadata/path").asText());
    assertThat(exported.get("files")).hasSize(7);
    assertThat(before).isNotEmpty();
    assertThat(cells(elsewhere, copied)).isEqualTo(before);
    // A copy of a copy is the same bytes.
    cairn("export", elsewhere + "/copy", "--to", elsewhere + "/again");
    for (JsonNode file : exported.get("files")) {
      Path one =
          Path.of("/" + new FilePath(file.get("path").asText()).absolute().orElseThrow().names());
      Path other = elsewhere.resolve("again").resolve(elsewhere.resolve("copy").relativize(one));
      assertThat(other).hasSameBinaryContentAs(one);
    }
  }

  private static FilePath metadataOf(String id) throws IOException {
    return new FilePath(cairn("checkpoints", id, "--json").json().at("/metadata/path").asText());
  }

  private static SortedMap<StateKey, String> cells(Path root, FilePath metadata) {
    FileStorage storage = new DirectoryFileStorage(root);
    SortedMap<StateKey, String> cells = new TreeMap<>();
    byte[] bytes = storage.get(metadata).orElseThrow();
    for (Acknowledged acknowledged :
        CheckpointFormat.readMetadata(bytes, metadata).acknowledgements()) {
      FilePath at = acknowledged.stateFile().orElseThrow().path();
      SubtaskState state = CheckpointFormat.readState(storage.get(at).orElseThrow(), at);
      for (RunRef run : state.manifest().runs().reversed()) {
        byte[] content = storage.get(run.file().path()).orElseThrow();
        for (Change change :
            RunReader.open(content, "run", new BlockChecksum()).within(run.range())) {
          switch (change) {
            case Change.Put put -> cells.put(put.key(), HexFormat.of().formatHex(put.value()));
            case Change.Removed removed -> cells.remove(removed.key());
          }
        }
      }
    }
    return cells;
  }

  @Test
  void anExportOverwritesNothingAndGoesOnWhereItWasInterrupted(@TempDir Path elsewhere)
      throws IOException {
    Path backup = elsewhere.resolve("backup");
    String id = latest();
    cairn("export", id, "--to", backup.toString());
    byte[] metadata = Files.readAllBytes(backup.resolve("_metadata"));

    assertFails(
        ExitCode.NO,
        "file://" + backup + "/_metadata exists already: nothing is overwritten",
        "export",
        id,
        "--to",
        backup.toString());

    Files.delete(backup.resolve("_metadata"));
    Files.delete(backup.resolve("aircraft/shardId-000000000001/run"));
    assertThat(cairn("export", id, "--to", backup.toString()).exitCode()).isZero();
    assertThat(backup.resolve("_metadata")).hasBinaryContent(metadata);

    Files.delete(backup.resolve("_metadata"));
    Path run = Files.writeString(backup.resolve("aircraft/shardId-000000000001/run"), "mine");
    assertFails(
        ExitCode.NO,
        run + " exists with other bytes: nothing is overwritten",
        "export",
        id,
        "--to",
        backup.toString());
    assertThat(run).hasContent("mine");
  }

  @Test
  void aDamagedCheckpointIsNotExported(@TempDir Path elsewhere) throws IOException {
    String id = latest();
    String run = pathOf(cairn("verify", id, "--json").json().get("files"), "run");
    Path file = home.resolve("storage").resolve(run);
    byte[] whole = Files.readAllBytes(file);
    try {
      Files.write(file, new byte[] {1});
      assertFails(ExitCode.NO, run + " has 1 bytes", "export", id, "--to", elsewhere + "/damaged");
      Files.delete(file);
      assertFails(
          ExitCode.NO,
          "the checkpoint cannot be copied: " + run,
          "export",
          id,
          "--to",
          elsewhere + "/missing");
    } finally {
      Files.write(file, whole);
    }
    assertThat(elsewhere.resolve("damaged/_metadata")).doesNotExist();
    assertThat(elsewhere.resolve("missing/_metadata")).doesNotExist();
  }

  @Test
  void aCheckpointIsVerifiedByItsPathToo() throws IOException {
    String metadata = metadataOf(latest()).value();

    assertThat(cairn("verify", metadata).out()).contains(metadata + " is intact");
    assertThat(cairn("verify", home.resolve("storage").resolve(metadata).toString()).out())
        .contains(metadata + " is intact");
  }

  @Test
  void whatCannotBeExportedOrVerifiedIsSaidPlainly(@TempDir Path elsewhere) throws IOException {
    assertFails(
        ExitCode.UNUSABLE, "my backup", "export", latest(), "--to", elsewhere + "/my backup");
    assertFails(
        ExitCode.UNUSABLE, "hdfs://namenode/x", "export", latest(), "--to", "hdfs://namenode/x");
    assertFails(
        ExitCode.UNUSABLE,
        "is neither in S3 nor in a directory",
        "export",
        latest(),
        "--to",
        "memory://process/x");
    assertFails(
        ExitCode.NO, "there is no file://" + elsewhere + "/_metadata", "verify", elsewhere + "/");
    assertFails(ExitCode.NO, "there is no savepoints/x/_metadata", "verify", "savepoints/x");
    assertFails(ExitCode.NO, "checkpoint 9999", "export", "9999", "--to", elsewhere + "/x");

    Files.writeString(elsewhere.resolve("_metadata"), "no JSON");
    assertFails(
        ExitCode.NO, "cannot be exported", "export", elsewhere + "/", "--to", elsewhere + "/x");
    assertThat(cairn("verify", elsewhere + "/").out()).contains("is DAMAGED: 1 of 1 files");
  }

  private static String pathOf(JsonNode files, String kind) {
    for (JsonNode file : files) {
      if (file.get("kind").asText().equals(kind)) {
        return file.get("path").asText();
      }
    }
    throw new AssertionError("no " + kind + " in " + files);
  }

  @Test
  void whatIsUnknownOrMeantWronglyIsSaidPlainly() {
    assertFails(ExitCode.NO, "checkpoint 9999 of job flights is unknown", "checkpoints", "9999");
    assertFails(ExitCode.NO, "checkpoint 1 is SUBSUMED", "verify", "1");
    assertFails(ExitCode.UNUSABLE, "\"x\" is not a checkpoint's id", "verify", "x");
    assertFails(
        ExitCode.UNUSABLE, "\"0\" is not a checkpoint's id", "state", "N7", "--checkpoint", "0");
    assertFails(
        ExitCode.UNUSABLE, "there is no job other in the table", "checkpoints", "--job", "other");
    assertFails(
        ExitCode.UNUSABLE, "job id \"a/b\" is not a valid name", "checkpoints", "--job", "a/b");
    assertFails(
        ExitCode.UNUSABLE,
        "there is no such table",
        "checkpoints",
        "--endpoint",
        demo.endpoint().toString(),
        "--table",
        "none",
        "--job",
        "flights");
    assertFails(
        ExitCode.UNUSABLE,
        "--storage is needed",
        "state",
        "N7",
        "--endpoint",
        demo.endpoint().toString(),
        "--table",
        "cairn",
        "--job",
        "flights");
    assertFails(
        ExitCode.UNUSABLE,
        "cairn: --timeout: \"banana\" is not a duration: write a whole number and one of",
        "restore",
        "1",
        "--timeout",
        "banana");
    assertFails(
        ExitCode.UNUSABLE,
        "cairn: --seed: \"x\" is not a whole number: write digits",
        "demo",
        "--seed",
        "x");
    assertFails(ExitCode.UNUSABLE, "See: cairn restore --help", "restore", "1", "--what");
    assertFails(ExitCode.UNUSABLE, "names no bucket", "state", "N7", "--storage", "s3://");
    assertFails(ExitCode.UNUSABLE, "Missing required parameter", "restore");
    assertFails(ExitCode.UNUSABLE, "Name a command");
    assertFails(ExitCode.UNUSABLE, "a demo runs already", "demo");
  }

  private static void assertFails(int exitCode, String message, String... arguments) {
    Answer answer = cairn(arguments);
    assertThat(answer.err()).contains(message).doesNotContain("\tat ");
    assertThat(answer.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void optionsSayWhichPipelineIsMeantWithoutADemo(@TempDir Path elsewhere) throws IOException {
    Answer nobody = cairnAt(elsewhere, "checkpoints");
    assertThat(nobody.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(nobody.err()).contains("no demo runs on this machine", "cairn demo --keep");

    Answer told =
        cairnAt(
            elsewhere,
            "state",
            "N7",
            "--json",
            "--endpoint",
            demo.endpoint().toString(),
            "--table",
            "cairn",
            "--job",
            "flights",
            "--storage",
            home.resolve("storage").toString());
    assertThat(told.json().get("key").asText()).isEqualTo("N7");
  }

  @Test
  void aDemoThatEndedIsNotFound(@TempDir Path elsewhere) throws IOException {
    RunningDemo dead =
        new RunningDemo(demo.endpoint(), "cairn", new JobId("flights"), "nowhere", Long.MAX_VALUE);
    dead.write(elsewhere);
    assertThat(RunningDemo.find(elsewhere)).isEmpty();
    RunningDemo alive =
        new RunningDemo(
            demo.endpoint(), "cairn", new JobId("flights"), "here", ProcessHandle.current().pid());
    alive.write(elsewhere);
    assertThat(RunningDemo.find(elsewhere)).contains(alive);
    dead.forget(elsewhere);
    assertThat(RunningDemo.find(elsewhere)).contains(alive);
    alive.forget(elsewhere);
    assertThat(RunningDemo.find(elsewhere)).isEmpty();
  }

  private static final Terminal NARROW =
      Terminal.plain(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
          .narrowedTo(80);

  /** A word that is longer than a line, such as a path, stays whole on a line of its own. */
  private static void assertFits(String text) {
    assertThat(text.lines().filter(line -> line.length() > 80 && line.strip().contains(" ")))
        .isEmpty();
  }

  @Test
  void noLineForPeopleIsWiderThanEightyColumns() throws IOException {
    String checkpoint = latest();
    for (List<String> command :
        List.of(
            List.of("status"),
            List.of("tail", "--for", "1s"),
            List.of("job"),
            List.of("checkpoints"),
            List.of("checkpoints", checkpoint),
            List.of("history"),
            List.of("verify", checkpoint),
            List.of("gc"),
            List.of("gc", "--explain", "flights/chk-" + checkpoint + "/_metadata"),
            List.of("state", "N7"),
            List.of("export", checkpoint, "--to", home.resolve("narrow").toString()),
            List.of("restore", checkpoint, "--dry-run"),
            List.of("restore", "9999", "--dry-run"),
            List.of("undo", "--dry-run"),
            List.of("feed", "none.csv", "--key", "tail"),
            List.of("help"),
            List.of("help", "restore"),
            List.of("checkpoints", "--job", "other"),
            List.of("checkpoints", "--jbo", "other"),
            List.<String>of())) {
      Answer answer =
          cairnOn(NARROW, new CliEnvironment(home, Map.of()), command.toArray(new String[0]));
      assertFits(answer.out());
      assertFits(answer.err());
      assertThat(answer.out() + answer.err()).as("%s", command).doesNotContainPattern("\\d{30}");
    }
  }

  @Test
  void helpIsThereInEachOfItsForms() {
    assertThat(cairn("help").out()).contains("Usage: cairn", "checkpoints", "Begin with:");
    assertThat(cairn("help", "state").out()).contains("Usage: cairn state");
    for (String command : List.of("cost", "savepoint", "gc", "job", "history")) {
      assertThat(cairn(command, "--help").exitCode()).isZero();
      assertThat(cairn(command, "--help").out()).contains("Usage: cairn " + command);
    }
    assertThat(cairn("help", "nothing").exitCode()).isEqualTo(ExitCode.UNUSABLE);
  }

  @Test
  void aSlipIsAnsweredWithOneSuggestion() {
    assertThat(cairn("statsu").err())
        .isEqualTo(
            "cairn: there is no command \"statsu\": did you mean status?\nSee: cairn help\n");
    assertThat(cairn("frobnicate").err())
        .isEqualTo("cairn: there is no command \"frobnicate\"\nSee: cairn help\n");
    assertThat(cairn("unfork", "trial").err())
        .startsWith("cairn: there is no command \"unfork\": write cairn fork --release JOB\n");
    assertThat(cairn("status", "--table", "t", "--job", "x").err())
        .startsWith("cairn: \"t\" is not a table's name: ")
        .contains("--table");
    assertThat(cairn("help", "statsu").err())
        .isEqualTo(
            "cairn: there is no command \"statsu\": did you mean status?\nSee: cairn help\n");
    assertThat(cairn("state").err())
        .startsWith("cairn: Missing required argument (specify one of these): (KEY | --all)\n");
    assertThat(cairn("cost", "--stretch", "0s").err())
        .contains("at least two checkpoints and two batches (--stretch)");
    assertThat(cairn("status", "--jsn").err())
        .isEqualTo(
            "cairn: cairn status has no option --jsn: did you mean --json?\n"
                + "See: cairn status --help\n");
    assertThat(cairn("state", "N7", "N8").err())
        .startsWith("cairn: cairn state does not take \"N8\": it is one argument too many\n");
    assertThat(cairn("statsu").exitCode()).isEqualTo(ExitCode.UNUSABLE);
  }

  @Test
  void operandsAreJudgedAndQuotedWhole() {
    assertThat(cairn("dispose", "latest").err())
        .startsWith(
            "cairn: \"latest\" is not a checkpoint's id: give a whole number from 1, such as 7\n");
    assertThat(cairn("savepoint", "bad name/ü").err())
        .startsWith(
            "cairn: \"bad name/ü\" cannot name a savepoint: a name is one word, without blanks\n");
    assertThat(cairn("savepoint", "ü").err()).startsWith("cairn: \"ü\" cannot name a savepoint: ");
    assertThat(cairn("fork", "7", "--as", "a b").err())
        .startsWith("cairn: \"a b\" cannot name a job: ");
    assertThat(cairn("restore", "s3://b/my savepoint").err())
        .startsWith("cairn: \"s3://b/my savepoint\" cannot be restored: ");
  }

  @Test
  void theHistoryHasTheUnitsOfTheCheckpointsTable() {
    Answer history = cairn("history");
    assertThat(history.out())
        .containsPattern(
            "is complete after [0-9.]+ s, with [0-9.]+ [kM]?B, [0-9.]+ [kM]?B of them new")
        .doesNotContainPattern("\\d ms|\\d bytes|; nothing");
  }

  @Test
  void theDemoHasNoS3AndADryRunSaysWhoseRightsItTried() throws IOException {
    assertFails(
        ExitCode.UNUSABLE,
        "--to s3://bucket/copies: the demo's files are on this machine, not in S3; export to"
            + " a directory such as --to ./copy, and upload it with: aws s3 cp --recursive ./copy"
            + " s3://bucket/copies",
        "export",
        latest(),
        "--to",
        "s3://bucket/copies");
    assertFails(
        ExitCode.UNUSABLE,
        "--to: path \"s3://b/p\" names no bucket: \"b\" cannot be one's name",
        "export",
        latest(),
        "--to",
        "s3://b/p");
    assertThat(cairn("restore", latest(), "--dry-run").out())
        .contains("rights     checked with your permissions, from this machine");
  }

  @Test
  void allKeysOfAStateAreStreamedOneALine() throws IOException {
    Answer all = cairn("state", "--all", "--json");
    assertThat(all.exitCode()).isZero();
    Map<String, JsonNode> states = new HashMap<>();
    for (String line : all.out().lines().toList()) {
      JsonNode one = JSON.readTree(line);
      states.put(one.get("key").asText(), one.get("state"));
    }
    assertThat(states).hasSize((int) all.out().lines().count());
    assertThat(states.get("N7")).isEqualTo(cairn("state", "N7", "--json").json().get("state"));
    // Each aircraft that flew, and those of flights without a tail number.
    assertThat(states.keySet()).contains("N1", "N99", "UNKNOWN").hasSizeGreaterThan(90);

    Answer then = cairn("state", "--all", "--checkpoint", latest());
    assertThat(then.out().lines().filter(line -> line.startsWith("N7  {"))).hasSize(1);
    assertFails(ExitCode.UNUSABLE, "--all", "state", "N7", "--all");
    assertFails(ExitCode.UNUSABLE, "KEY", "state");
  }

  @Test
  void countsAreValidatedByName() {
    assertFails(ExitCode.UNUSABLE, "(--shards)", "cost", "--shards", "0");
    assertFails(ExitCode.UNUSABLE, "(--keys)", "cost", "--keys", "0");
    assertFails(ExitCode.UNUSABLE, "--limit must be 1 or more, not 0", "history", "--limit", "0");
  }

  @Test
  void withJsonAnErrorIsAnObjectWhereTheAnswerWouldBe() throws IOException {
    Answer unknown = cairn("verify", "9999", "--json");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(unknown.err()).isEmpty();
    assertThat(unknown.json().at("/error/message").asText())
        .contains("checkpoint 9999 of job flights is unknown");
    assertThat(unknown.json().at("/error/exitCode").asInt()).isEqualTo(ExitCode.NO);

    Answer typed = cairn("restore", "1", "--timeout", "banana", "--json");
    assertThat(typed.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(typed.json().at("/error/option").asText()).isEqualTo("--timeout");
    assertThat(typed.json().at("/error/next").asText()).isEqualTo("See: cairn restore --help");
    assertThat(cairn("statsu", "--json").json().at("/error/message").asText())
        .contains("did you mean status?");
    Answer table =
        cairn(
            "status",
            "--json",
            "--endpoint",
            demo.endpoint().toString(),
            "--table",
            "none",
            "--job",
            "flights");
    assertThat(table.json().at("/error/message").asText()).contains("there is no such table");
  }

  @Test
  void versionAndHelpAreThere() {
    assertThat(cairn("--version").out()).contains("cairn ", "Java ");
    for (String command :
        List.of(
            "demo",
            "status",
            "tail",
            "feed",
            "checkpoints",
            "restore",
            "state",
            "verify",
            "export")) {
      Answer help = cairn(command, "--help");
      assertThat(help.exitCode()).isZero();
      assertThat(help.out()).contains("Usage: cairn " + command);
    }
  }

  private static String latest() throws IOException {
    return cairn("checkpoints", "--json").json().get("latestCheckpoint").asText();
  }
}

package dev.cairn.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.local.demo.Demo;
import dev.cairn.local.demo.DemoSettings;
import dev.cairn.local.demo.Terminal;
import dev.cairn.local.demo.UserFunction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands on a demo that has run, in this process, and whose pipeline is still there. */
class CairnTest {
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
            storage,
            7);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal = Terminal.plain(new PrintStream(out, true, StandardCharsets.UTF_8));
    demo = Demo.start(settings, UserFunction.flights(), flights(), Optional.empty(), terminal);
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
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands =
        Cairn.commands(folder, Terminal.plain(new PrintStream(new ByteArrayOutputStream())));
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
  void aRefusedRestoreSaysWhyAndChangesNothing() throws IOException {
    for (String wrong : List.of("9999", "seven")) {
      Answer refused = cairn("restore", wrong, "--timeout", "30s", "--json");
      assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(refused.out()).contains("\"step\":\"refused\"").contains(wrong);
    }
    assertThat(cairn("checkpoints").out()).contains("RUNNING", "last refusal");
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
    assertThat(nobody.err()).contains("no demo runs here", "cairn demo --keep");

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

  @Test
  void versionAndHelpAreThere() {
    assertThat(cairn("--version").out()).contains("cairn ", "Java ");
    for (String command : List.of("demo", "checkpoints", "restore", "state", "verify")) {
      Answer help = cairn(command, "--help");
      assertThat(help.exitCode()).isZero();
      assertThat(help.out()).contains("Usage: cairn " + command);
    }
  }

  private static String latest() throws IOException {
    return cairn("checkpoints", "--json").json().get("latestCheckpoint").asText();
  }
}

package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.cli.output.Terminal;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
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
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A job whose checkpoints lie inside its table, from the first record to what is left of it: the
 * demo, and the commands on it.
 */
class InlineDemoTest {
  private static final int VISITS = 3_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String VISITED =
      """
      package mine;

      import dev.cairn.function.*;

      public final class Visited implements KeyedFunction<Visited.Visit> {
        public record Visit(String page) {}

        private ValueState<Long> visits;

        @Override public Deserializer<Visit> deserializer() { return Deserializers.json(Visit.class); }

        @Override public void configure(CheckpointConfig config) {
          CONFIGURE
        }

        @Override public void open(RuntimeContext context) {
          visits = context.getState(ValueStateDescriptor.of("visits", Long.class));
        }

        @Override public void process(Visit visit, Context context) {
          visits.update(visits.value().orElse(0L) + 1);
        }
      }
      """;

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
  static void runADemo() throws IOException {
    Duration interval = Duration.ofMillis(400);
    DemoSettings settings =
        new DemoSettings(
            new JobId("visits"),
            new StageId("count"),
            2,
            interval,
            DemoSettings.paced(VISITS, interval),
            true,
            0,
            Optional.empty(),
            7);
    UserFunction function =
        UserFunction.load(
            "mine.Visited",
            Optional.of(
                jar(
                    home,
                    "config.setCheckpointStorage(new JobManagerCheckpointStorage(300_000));"
                        + " config.setCheckpointTimeout(77_000);")));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal = Terminal.plain(new PrintStream(out, true, StandardCharsets.UTF_8));
    demo = Demo.start(settings, function, visits(), Optional.of("page"), terminal);
    shown = demo.run();
    told = out.toString(StandardCharsets.UTF_8);
    new RunningDemo(
            demo.endpoint(),
            DemoSettings.TABLE,
            settings.job(),
            settings.storage(),
            ProcessHandle.current().pid())
        .write(home);
  }

  @AfterAll
  static void endIt() {
    demo.close();
  }

  private static Path jar(Path folder, String configure) throws IOException {
    return CompiledJar.of(folder, "mine.Visited", VISITED.replace("CONFIGURE", configure));
  }

  private static List<byte[]> visits() {
    List<byte[]> visits = new ArrayList<>();
    for (int i = 0; i < VISITS; i++) {
      visits.add(("{\"page\":\"/" + i % 60 + "\"}").getBytes(StandardCharsets.UTF_8));
    }
    return visits;
  }

  private static Answer cairn(String... arguments) {
    return cairnAt(home, new ByteArrayOutputStream(), arguments);
  }

  private static Answer cairnAt(Path at, ByteArrayOutputStream story, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(at, Map.of()),
            Terminal.plain(new PrintStream(story, true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exitCode = commands.execute(arguments);
    return new Answer(exitCode, out.toString(), err.toString());
  }

  @Test
  void itIsHurtPutBackAndExactWithoutAnyDirectory() throws IOException {
    assertThat(shown).as(told).isTrue();
    assertThat(told)
        .contains("files in it, too", "RESTORE:", "differences 0", "EQUAL. Exactly once")
        .doesNotContain("DIFFERENT", "NOT SHOWN");
    assertThat(RunningDemo.folder(home).resolve("storage-" + ProcessHandle.current().pid()))
        .doesNotExist();
  }

  @Test
  void whatTheFunctionSetsHoldsAsWhenItIsDeployed() {
    Answer job = cairn("job");
    assertThat(job.exitCode()).as(job.err()).isZero();
    assertThat(job.out())
        .containsPattern("execution.checkpointing.timeout +77 s")
        .containsPattern("execution.checkpointing.storage +jobmanager")
        .containsPattern("execution.checkpointing.interval +400 ms");
  }

  @Test
  void itsFilesAreReadVerifiedAndExported() throws IOException {
    String latest = cairn("checkpoints", "--json").json().get("latestCheckpoint").asText();

    Answer verified = cairn("verify", latest);
    assertThat(verified.exitCode()).as(verified.out() + verified.err()).isZero();
    assertThat(cairn("state", "/7", "--json").json().get("key").asText()).isEqualTo("/7");

    Path copy = home.resolve("copy");
    Answer exported = cairn("export", latest, "--to", copy.toString());
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(copy.resolve("_metadata")).isRegularFile();
    assertThat(cairn("verify", copy.toString()).exitCode()).isZero();
  }

  @Test
  void whatNothingNeedsIsCollected() throws IOException {
    JsonNode checkpoints = cairn("checkpoints", "--json").json().get("checkpoints");
    List<String> subsumed = new ArrayList<>();
    checkpoints.forEach(
        one -> {
          if (one.get("status").asText().equals("SUBSUMED")) {
            subsumed.add("visits/chk-" + one.get("id").asText() + "/_metadata");
          }
        });
    assertThat(subsumed).isNotEmpty();
    Answer gone = cairn("gc", "--explain", subsumed.getFirst());
    assertThat(gone.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(gone.err()).contains("job visits has no file \"" + subsumed.getFirst() + "\"");

    String latest = cairn("checkpoints", "--json").json().get("latestCheckpoint").asText();
    Answer kept = cairn("gc", "--explain", "visits/chk-" + latest + "/_metadata");
    assertThat(kept.exitCode()).as(kept.err()).isZero();
  }

  @Test
  void aSavepointIsRefusedAsItHasNoPlaceAndTheJobGoesOn() {
    for (String verb : List.of("savepoint", "stop")) {
      Answer refused = cairn(verb, "--timeout", "30s");
      assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
      assertThat(refused.out() + refused.err())
          .contains(
              "there is no directory for a savepoint: the job's checkpoints are inside"
                  + " its table")
          .contains("set execution.checkpointing.savepoint-dir, such as to s3://bucket/prefix");
    }
    assertThat(cairn("checkpoints").out()).contains("job visits  RUNNING");
  }

  @Test
  void aPlaceThatIsNoneIsToldOfTheTable() {
    Answer nowhere = cairn("state", "/7", "--storage", home.resolve("nowhere").toString());
    assertThat(nowhere.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(nowhere.err())
        .contains("give one, or s3://bucket/prefix, or dynamodb: for the job's own table");
  }

  @Test
  void theCommandRunsItInlineToo(@TempDir Path own) throws IOException {
    ByteArrayOutputStream story = new ByteArrayOutputStream();
    Answer ran = cairnAt(own, story, with(own, "", "--inline", "--interval", "200ms"));
    String all = story.toString(StandardCharsets.UTF_8);
    assertThat(ran.exitCode()).as(all + ran.err()).isZero();
    assertThat(all).contains("files in it, too", "a checkpoint each 0.2 s", "EQUAL");
  }

  @Test
  void theIntervalOfTheFunctionCountsUnlessAnotherIsTyped(@TempDir Path own) throws IOException {
    ByteArrayOutputStream story = new ByteArrayOutputStream();
    Answer ran = cairnAt(own, story, with(own, "config.enableCheckpointing(1_000);"));
    String all = story.toString(StandardCharsets.UTF_8);
    assertThat(ran.exitCode()).as(all + ran.err()).isZero();
    assertThat(all).contains("a checkpoint each 1.0 s", "EQUAL");
  }

  @Test
  void contradictionsAreRefusedBeforeAnythingStarts(@TempDir Path own) throws IOException {
    assertRefused(own, "", "leave --dir out, or --inline", "--inline", "--dir", "files");
    assertRefused(
        own,
        "config.setCheckpointStorage(new JobManagerCheckpointStorage());",
        "leave --dir out, as the function says so in configure()",
        "--dir",
        "files");
    assertRefused(
        own,
        "config.setCheckpointStorage(\"s3://bucket/here\");",
        "the function keeps its checkpoints in s3://bucket/here, which wins over --inline",
        "--inline");
    assertRefused(
        own,
        "config.disableCheckpointing();",
        "the function takes no checkpoints, by configure(), and the demo puts it back to one: give"
            + " --interval 3s");
    assertRefused(
        own,
        "config.enableCheckpointing(200);",
        "what mine.Visited sets in configure() cannot be used:"
            + " execution.checkpointing.interval 200 ms is not possible");
  }

  private static void assertRefused(Path own, String configure, String message, String... options)
      throws IOException {
    Answer refused = cairnAt(own, new ByteArrayOutputStream(), with(own, configure, options));
    assertThat(refused.err()).contains(message).doesNotContain("\tat ");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(RunningDemo.find(own)).isEmpty();
  }

  private static String[] with(Path own, String configure, String... options) throws IOException {
    Path folder = Files.createTempDirectory(own, "function");
    Path input = folder.resolve("visits.jsonl");
    Files.writeString(
        input,
        visits().stream()
            .limit(600)
            .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
            .collect(Collectors.joining("\n")));
    List<String> all =
        new ArrayList<>(
            List.of(
                "demo",
                "--input",
                input.toString(),
                "--function",
                "mine.Visited",
                "--jar",
                jar(folder, configure).toString(),
                "--key",
                "page",
                "--shards",
                "2"));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }
}

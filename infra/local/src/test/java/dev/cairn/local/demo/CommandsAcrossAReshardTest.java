package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.cli.inspect.StateReader;
import dev.cairn.cli.output.Terminal;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import dev.cairn.testing.FunctionHarness;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Typed commands on a pipeline on this machine, before and after a split of its only shard. */
class CommandsAcrossAReshardTest {
  private static final int AIRCRAFT = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final StageId STAGE = new StageId("aircraft");
  private static final JobId JOB = new JobId("flights");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Terminal PLAIN =
      Terminal.plain(
          new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));

  @TempDir private Path home;

  @SuppressWarnings("NullAway.Init") // Started by each test.
  private Pipeline pipeline;

  private int fed;

  private void start() {
    DemoSettings settings =
        new DemoSettings(
            JOB,
            STAGE,
            1,
            Duration.ofHours(1),
            1_000,
            true,
            0,
            Optional.of(home.resolve("storage")),
            7);
    pipeline =
        Pipeline.start(
            settings,
            UserFunction.of(AircraftFunction.class),
            new Screen(PLAIN, InstantSource.system()));
    new RunningDemo(
            pipeline.database().endpoint().orElseThrow(),
            DemoSettings.TABLE,
            JOB,
            settings.storage(),
            ProcessHandle.current().pid())
        .write(home);
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private void feed() {
    for (int i = 0; i < AIRCRAFT; i++) {
      String flight =
          "{\"scheduled\":\"2013-01-01T10:15Z\",\"departed\":\"2013-01-01T10:17Z\","
              + "\"carrier\":\"UA\",\"flight\":\""
              + fed++
              + "\",\"origin\":\"EWR\",\"destination\":\"X1\",\"departure_delay_min\":\"3\","
              + "\"tail\":\"N"
              + i
              + "\"}";
      pipeline.stream().put("N" + i, flight.getBytes(StandardCharsets.UTF_8), Optional.empty());
    }
  }

  private static ShardId shard(int number) {
    return new ShardId("shardId-00000000000" + number);
  }

  private static SubtaskId subtask(int shard) {
    return new SubtaskId(JOB, STAGE, shard(shard));
  }

  private SortedMap<StateKey, String> fold() {
    FunctionHarness<?> function = FunctionHarness.of(new AircraftFunction());
    for (Shard shard : pipeline.stream().listed()) {
      for (StreamRecord record :
          pipeline.stream().after(shard.id(), Position.beginning(), 10_000)) {
        try {
          function.processBytes(record.partitionKey(), record.data(), record.arrival());
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }
    return shown(function.cells());
  }

  /** The state of the shards that are open in the stream. */
  private SortedMap<StateKey, String> state() {
    SortedMap<StateKey, byte[]> cells = new TreeMap<>();
    StateReader stored = new StateReader(pipeline.journal(), pipeline.storage());
    pipeline.checkpoints().subtasks(JOB).stream()
        .filter(subtask -> !pipeline.stream().isClosed(subtask.shard()))
        .flatMap(subtask -> stored.head(subtask).stream())
        .forEach(head -> cells.putAll(head.cells()));
    return shown(cells);
  }

  private static SortedMap<StateKey, String> shown(SortedMap<StateKey, byte[]> cells) {
    SortedMap<StateKey, String> shown = new TreeMap<>();
    cells.forEach((key, value) -> shown.put(key, HexFormat.of().formatHex(value)));
    return shown;
  }

  /** Waits until the state is that of a fold over all records that were put. */
  private void awaitFold(String when) {
    SortedMap<StateKey, String> expected = fold();
    boolean isEqual = pipeline.world().await(PATIENCE, () -> state().equals(expected));
    assertThat(isEqual ? expected : state())
        .as(when + "; last failure: " + pipeline.lastFailure())
        .isEqualTo(expected);
  }

  private String cairn(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands = Cairn.commands(new CliEnvironment(home, Map.of()), PLAIN);
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    assertThat(commands.execute(arguments))
        .as(String.join(" ", arguments) + ": " + out + err)
        .isEqualTo(ExitCode.OK);
    return out.toString();
  }

  private String latest(String kind) throws IOException {
    var unused = cairn(kind);
    JsonNode all = JSON.readTree(cairn("checkpoints", "--json"));
    String newest = "";
    for (JsonNode one : all.get("checkpoints")) {
      if (newest.isEmpty() || one.get("id").asInt() > Integer.parseInt(newest)) {
        newest = one.get("id").asText();
      }
    }
    return newest;
  }

  private FilePath runOf(int shard) {
    Entry.Base base = (Entry.Base) pipeline.journal().fromLastBase(subtask(shard)).getFirst();
    return base.handle().manifest().runs().getFirst().file().path();
  }

  @Test
  void aSplitLeavesEachCommandAsItWas() throws IOException {
    start();
    feed();
    awaitFold("before the split");
    String before = latest("savepoint");
    feed();
    List<ShardId> children = pipeline.stream().split(shard(0));
    feed();
    awaitFold("after the split");

    assertThat(cairn("gc", "--explain", runOf(0).value()))
        .contains("the journal of aircraft/" + children.get(0) + " needs it: a run of its last")
        .contains("the journal of aircraft/" + children.get(1) + " needs it: a run of its last");
    String after = latest("checkpoint");
    String copy = home.resolve("copy").toString();
    assertThat(cairn("export", after, "--to", copy)).contains("is exported");
    assertThat(cairn("verify", copy)).contains("is intact");

    assertThat(cairn("restore", before)).contains("running");
    awaitFold("after the restore");
    assertThat(cairn("undo")).contains("running");
    awaitFold("after the undo");
    assertThat(cairn("restore", copy)).contains("running");
    awaitFold("after the restore of a copy");

    assertThat(cairn("stop", "final")).contains("stopped");
    feed();
    assertThat(cairn("resume")).contains("running");
    awaitFold("after the resume");
    assertThat(cairn("fork", after, "--as", "trial")).contains("trial");
    assertThat(cairn("dispose", before)).contains(before);
    feed();
    awaitFold("at the end");
  }
}

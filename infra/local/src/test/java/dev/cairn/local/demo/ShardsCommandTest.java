package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.input.UserFunction;
import dev.cairn.cli.output.Terminal;
import dev.cairn.cli.shards.KeySampler;
import dev.cairn.cli.shards.KeyWeights;
import dev.cairn.cli.status.Lag;
import dev.cairn.cli.status.PipelineSurvey;
import dev.cairn.cli.status.StreamFacts;
import dev.cairn.cli.status.SubtaskFacts;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code cairn shards} on a pipeline on this machine whose stream is split and merged. */
class ShardsCommandTest {
  private static final int AIRCRAFT = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final StageId STAGE = new StageId("aircraft");
  private static final JobId JOB = new JobId("flights");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Terminal NARROW =
      Terminal.plain(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
          .narrowedTo(80);

  @TempDir private static Path home;

  private static Pipeline pipeline;
  private static long fed;

  private record Answer(int exitCode, String out, String err) {}

  /** Splits shard 0 into 2 and 3, then merges 3 with 1 into 4. */
  @BeforeAll
  static void reshard() {
    DemoSettings settings =
        new DemoSettings(
            JOB,
            STAGE,
            2,
            Duration.ofMillis(300),
            1_000,
            true,
            0,
            Optional.of(home.resolve("storage")),
            7);
    pipeline =
        Pipeline.start(
            settings,
            UserFunction.of(AircraftFunction.class),
            new Screen(NARROW, InstantSource.system()));
    new RunningDemo(
            pipeline.database().endpoint().orElseThrow(),
            DemoSettings.TABLE,
            JOB,
            settings.storage(),
            ProcessHandle.current().pid())
        .write(home);
    feed();
    await(() -> applied() == fed);
    // As long as this checkpoint may be restored, no shard that it contains is retired.
    await(ShardsCommandTest::isACheckpointPinned);
    pipeline.stream().split(shard(0));
    feed();
    await(() -> position(0).equals(Position.end()) && applied() == fed);
    pipeline.stream().merge(shard(3), shard(1));
    feed();
    await(() -> position(3).equals(Position.end()) && position(1).equals(Position.end()));
    await(() -> applied() == fed);
  }

  @AfterAll
  static void close() {
    pipeline.close();
  }

  /** Puts a record for each aircraft, and many for one of them. */
  private static void feed() {
    for (int i = 0; i < 2 * AIRCRAFT; i++) {
      String tail = "N" + Math.max(0, i - AIRCRAFT);
      String flight =
          "{\"scheduled\":\"2013-01-01T10:15Z\",\"departed\":\"2013-01-01T10:17Z\","
              + "\"carrier\":\"UA\",\"flight\":\""
              + fed
              + "\",\"origin\":\"EWR\",\"destination\":\"X1\",\"departure_delay_min\":\"3\","
              + "\"tail\":\""
              + tail
              + "\"}";
      pipeline.stream().put(tail, flight.getBytes(StandardCharsets.UTF_8), Optional.empty());
      fed++;
    }
  }

  private static void await(BooleanSupplier condition) {
    assertThat(pipeline.world().await(PATIENCE, condition))
        .as("within " + PATIENCE + "; last failure: " + pipeline.lastFailure())
        .isTrue();
  }

  private static boolean isACheckpointPinned() {
    Job job = pipeline.checkpoints().job(JOB).orElseThrow();
    return job.latest().filter(latest -> pipeline.checkpoints().pin(job, latest)).isPresent();
  }

  private static ShardId shard(int number) {
    return new ShardId("shardId-00000000000" + number);
  }

  private static List<Entry> journal(int shard) {
    return pipeline.journal().fromLastBase(new SubtaskId(JOB, STAGE, shard(shard)));
  }

  private static Position position(int shard) {
    List<Entry> journal = journal(shard);
    return journal.isEmpty() ? Position.beginning() : journal.getLast().header().position();
  }

  private static long applied() {
    return pipeline.checkpoints().subtasks(JOB).stream()
        .map(subtask -> pipeline.journal().fromLastBase(subtask).getLast().header().counts())
        .mapToLong(counts -> counts.applied() + counts.deadLettered())
        .sum();
  }

  private static Answer cairn(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands = Cairn.commands(new CliEnvironment(home, Map.of()), NARROW);
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Answer(commands.execute(arguments), out.toString(), err.toString());
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  @Test
  void theTreeHasAllGenerationsWithPositionsAndSizes() throws IOException {
    Answer answer = cairn("shards", "--json");
    assertThat(answer.exitCode()).as(answer.err()).isEqualTo(ExitCode.OK);
    JsonNode json = JSON.readTree(answer.out());

    assertThat(json.get("shards"))
        .extracting(
            shard -> shard.get("shard").asText(),
            shard -> shard.get("state").asText(),
            shard -> texts(shard.get("parents")),
            shard -> texts(shard.get("children")),
            shard -> shard.get("position").asText().equals("end"),
            shard -> shard.has("lagMillis"))
        .containsExactly(
            tuple(name(0), "closed", List.of(), List.of(name(2), name(3)), true, true),
            tuple(name(2), "open", List.of(name(0)), List.of(), false, false),
            tuple(name(3), "closed", List.of(name(0)), List.of(name(4)), true, true),
            tuple(name(1), "closed", List.of(), List.of(name(4)), true, true),
            tuple(name(4), "open", List.of(name(3), name(1)), List.of(), false, false));
    assertThat(json.get("shards"))
        .allSatisfy(shard -> assertThat(shard.get("stateBytes").asLong()).isPositive());
    assertThat(json.at("/shards/1/sample/of").asText()).isEqualTo("state_bytes");
    assertThat(json.at("/shards/1/sample/hottest")).hasSize(3);
    assertThat(json.at("/advice/text").asText()).isNotBlank();
  }

  private static String name(int shard) {
    return shard(shard).value();
  }

  /** Closed shards still have the states that their children began with. */
  @Test
  void theStateOfAKeyIsThatOfTheShardThatHasItNow() throws IOException {
    Map<String, String> all = new HashMap<>();
    for (String line : cairn("state", "--all", "--json").out().lines().toList()) {
      JsonNode key = JSON.readTree(line);
      assertThat(all.put(key.get("key").asText(), key.get("subtask").asText())).isNull();
    }
    assertThat(all).hasSize(AIRCRAFT);
    assertThat(Set.copyOf(all.values()))
        .containsExactlyInAnyOrder("aircraft/" + name(2), "aircraft/" + name(4));
    for (String key : all.keySet()) {
      JsonNode one = JSON.readTree(cairn("state", key, "--json").out());
      assertThat(one.get("subtask").asText()).isEqualTo(all.get(key));
    }
  }

  @Test
  void theTextShowsTheTreeInEightyColumns() {
    Answer answer = cairn("shards");

    assertThat(answer.exitCode()).as(answer.err()).isEqualTo(ExitCode.OK);
    assertThat(answer.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
    assertThat(answer.out())
        .contains(
            "\n…0000      closed  ",
            "\n  …0002    open    ",
            "\n  …0003    closed  ",
            "\n…0001      closed  ",
            "\n    …0004  open    ",
            "Shards that no task has opened are not shown, because the stream was not read.",
            "HOTTEST KEY: by the bytes of the keys' state")
        .containsPattern("(?m)^(A split of|No shard is behind|No split) ");
  }

  @Test
  void withoutASampleNoStateIsRead() throws IOException {
    JsonNode json = JSON.readTree(cairn("shards", "--sample", "0", "--json").out());

    assertThat(json.get("shards")).noneMatch(shard -> shard.has("sample"));
    assertThat(cairn("shards", "--sample", "0").out()).contains("no keys were sampled.");
    Answer refused = cairn("shards", "--sample", "10001");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(refused.err()).contains("0 to 10,000 records of a shard, not 10001 (--sample)");
  }

  @Test
  void recentRecordsOfAShardAreWeighedByKeyUpToALimit() {
    KeyWeights all = sample(shard(1), 10_000).orElseThrow();

    assertThat(all.unit()).isEqualTo(KeyWeights.Unit.RECORDS);
    assertThat(all.total()).isEqualTo(journal(1).getLast().header().counts().applied());
    assertThat(sample(shard(1), 5).orElseThrow().total()).isEqualTo(5);
    InstantSource later = InstantSource.fixed(Instant.now().plus(KeySampler.RECENT).plusSeconds(1));
    assertThat(KeySampler.ofRecords(pipeline.stream(), later, shard(1), 5)).isEmpty();
  }

  private static Optional<KeyWeights> sample(ShardId shard, int limit) {
    return KeySampler.ofRecords(pipeline.stream(), InstantSource.system(), shard, limit);
  }

  @Test
  void theStreamTellsWhichShardsWereClosedLongAgo() {
    Instant now = Instant.now();
    Instant later = now.plus(StreamFacts.LONG_AGO).plusSeconds(60);

    assertThat(closedLongAgo(List.of(), now)).isEmpty();
    assertThat(closedLongAgo(List.of(), later))
        .containsExactlyInAnyOrder(shard(0), shard(1), shard(3));
    // The job has read them to their end.
    assertThat(
            closedLongAgo(
                pipeline.checkpoints().subtasks(JOB).stream()
                    .map(one -> new SubtaskFacts(one, pipeline.journal().fromLastBase(one)))
                    .toList(),
                later))
        .isEmpty();
  }

  private static Set<ShardId> closedLongAgo(List<SubtaskFacts> subtasks, Instant now) {
    StreamFacts read =
        PipelineSurvey.read(
            new PipelineSurvey.Readable(
                "flights", pipeline.stream(), (shard, position, start) -> new Lag.None()),
            subtasks,
            now);
    return ((StreamFacts.Listed) read).closedLongAgo();
  }

  @Test
  void statusFindsNothingWrongWithAReshardThatIsFollowed() {
    AtomicReference<String> out = new AtomicReference<>("");
    // A checkpoint may be late on a busy machine.
    await(
        () -> {
          Answer status = cairn("status");
          out.set(status.out());
          return status.exitCode() == ExitCode.OK;
        });

    assertThat(out.get())
        .contains("Nothing is wrong.")
        .containsPattern("aircraft/…0003 .* none  no .*  end");
  }
}

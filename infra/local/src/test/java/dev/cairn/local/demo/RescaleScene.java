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
import dev.cairn.flights.AircraftFunction;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.journal.Entry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import picocli.CommandLine;

/** A pipeline of two shards on this machine, whose stream commands access as one of Kinesis. */
final class RescaleScene implements AutoCloseable {
  static final StageId STAGE = new StageId("aircraft");
  static final JobId JOB = new JobId("flights");

  private static final int AIRCRAFT = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path home;
  private final Pipeline pipeline;
  private final KinesisEndpoint kinesis;
  private int fed;

  /** The output of a command, and its exit code. */
  record Answer(int exitCode, String out, String err) {
    List<JsonNode> json() throws IOException {
      return JSON.readerFor(JsonNode.class).<JsonNode>readValues(out).readAll();
    }

    /** Returns what the lines of one step say, in their order. */
    List<JsonNode> steps(String step) throws IOException {
      return json().stream().filter(line -> line.path("step").asText().equals(step)).toList();
    }

    /** Returns the shards that have reached a stage. */
    List<String> shards(String stage) throws IOException {
      List<String> shards = new ArrayList<>();
      for (JsonNode line : steps(stage)) {
        line.get("shards").forEach(shard -> shards.add(shard.asText()));
      }
      return shards;
    }
  }

  RescaleScene(Path home) throws IOException {
    this.home = home;
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
    Terminal quiet =
        Terminal.plain(
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    pipeline =
        Pipeline.start(
            settings,
            UserFunction.of(AircraftFunction.class),
            new Screen(quiet, InstantSource.system()));
    kinesis = new KinesisEndpoint(pipeline.database().endpoint().orElseThrow(), pipeline.stream());
  }

  Pipeline pipeline() {
    return pipeline;
  }

  KinesisEndpoint kinesis() {
    return kinesis;
  }

  /** Puts records for each aircraft, and waits until they are applied. */
  void feed() {
    for (int i = 0; i < 2 * AIRCRAFT; i++) {
      String tail = "N" + i % AIRCRAFT;
      String flight =
          "{\"scheduled\":\"2013-01-01T10:15Z\",\"departed\":\"2013-01-01T10:17Z\","
              + "\"carrier\":\"UA\",\"flight\":\""
              + fed
              + "\",\"origin\":\"EWR\",\"destination\":\"X1\",\"departure_delay_min\":\"3\","
              + "\"tail\":\""
              + tail
              + "\"}";
      var unused =
          pipeline.stream().put(tail, flight.getBytes(StandardCharsets.UTF_8), Optional.empty());
      fed++;
    }
    assertThat(pipeline.world().await(PATIENCE, () -> applied() == fed))
        .as("all is applied; last failure: " + pipeline.lastFailure())
        .isTrue();
  }

  private long applied() {
    return pipeline.checkpoints().subtasks(JOB).stream()
        .map(subtask -> pipeline.journal().fromLastBase(subtask).getLast())
        .map(Entry::header)
        .mapToLong(header -> header.counts().applied())
        .sum();
  }

  /** Runs a command on the job as on a deployed one. */
  Answer deployed(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of("--table", DemoSettings.TABLE, "--job", JOB.value(), "--stream", "departures"));
    all.addAll(List.of("--endpoint", kinesis.uri().toString(), "--json"));
    return cairn(all);
  }

  /** Runs {@code cairn rescale} on the job as on a deployed one. */
  Answer rescale(Object target, String... options) {
    List<String> all = new ArrayList<>(List.of("rescale", target.toString(), "--every", "20ms"));
    all.addAll(List.of(options));
    return deployed(all.toArray(String[]::new));
  }

  /** Runs a command on the running demo. */
  Answer onDemo(String... arguments) {
    new RunningDemo(
            pipeline.database().endpoint().orElseThrow(),
            DemoSettings.TABLE,
            JOB,
            home.resolve("storage").toString(),
            ProcessHandle.current().pid())
        .write(home);
    return cairn(List.of(arguments));
  }

  private Answer cairn(List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal narrow =
        Terminal.plain(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
            .narrowedTo(80);
    CommandLine commands = Cairn.commands(new CliEnvironment(home, Map.of()), narrow);
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return new Answer(
        commands.execute(arguments.toArray(String[]::new)), out.toString(), err.toString());
  }

  static List<Integer> numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asInt).toList();
  }

  static String error(Answer answer) throws IOException {
    return answer.json().getLast().at("/error/message").asText();
  }

  int openShards() {
    return pipeline.stream().openShards().size();
  }

  static void assertDone(Answer answer) {
    assertThat(answer.exitCode()).as(answer.out() + answer.err()).isEqualTo(ExitCode.OK);
  }

  @Override
  public void close() {
    kinesis.close();
    pipeline.close();
  }
}

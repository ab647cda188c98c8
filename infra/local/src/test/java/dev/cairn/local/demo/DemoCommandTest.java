package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.demo.RunningDemo;
import dev.cairn.cli.output.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code cairn demo} on a user's own file and function. */
class DemoCommandTest {
  private static final String COUNTS =
      """
      package mine;

      import dev.cairn.function.*;
      import java.time.Instant;

      public final class Counts implements KeyedFunction<Counts.Visit> {
        public record Visit(String page, String user) {}

        private ValueState<Long> visits;
        private ValueState<Instant> last;

        @Override public Deserializer<Visit> deserializer() { return Deserializers.json(Visit.class); }

        @Override public void open(RuntimeContext context) {
          visits = context.getState(ValueStateDescriptor.of("visits", Long.class));
          last = context.getState(ValueStateDescriptor.of("last", Instant.class));
        }

        @Override public void process(Visit visit, Context context) {
          last.update(context.timestamp());
          visits.update(visits.value().orElse(0L) + 1);
          if (visit.user().equals("evil")) {
            throw new IllegalArgumentException("go away");
          }
        }
      }
      """;

  @TempDir private Path home;

  private final ByteArrayOutputStream story = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();

  private int cairn(String... arguments) {
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of()),
            Terminal.plain(new PrintStream(story, true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(new StringWriter())).setErr(new PrintWriter(err, true));
    return commands.execute(arguments);
  }

  @Test
  void aUsersFunctionRunsOverAUsersFile() throws IOException {
    Path jar = CompiledJar.of(home, "mine.Counts", COUNTS);
    StringBuilder csv = new StringBuilder("page,user,note\n");
    for (int i = 0; i < 2_400; i++) {
      csv.append(i % 300 == 7 ? "" : "/" + i % 40)
          .append(',')
          .append(i % 100 == 3 ? "evil" : "u" + i % 9)
          .append(",\n");
    }
    Path input = Files.writeString(home.resolve("visits.csv"), csv);

    int exitCode =
        cairn(
            "demo",
            "--input",
            input.toString(),
            "--function",
            "mine.Counts",
            "--jar",
            jar.toString(),
            "--key",
            "page",
            "--interval",
            "300ms",
            "--shards",
            "2",
            "--dir",
            home.resolve("files").toString());

    String told = story.toString(StandardCharsets.UTF_8);
    assertThat(exitCode).as(told + err).isZero();
    assertThat(told)
        .contains(
            "compared    41 keys, 82 cells of state, 2,376 records, 24 dead letters",
            "EQUAL. Exactly once");
    assertThat(home.resolve("files/demo")).isDirectory();
    assertThat(RunningDemo.find(home)).isEmpty();
  }

  /** The demo restores a checkpoint itself; a user may do so once more before it is over. */
  @Test
  void aRestoreByTheUserWhileTheDemoRunsIsComparedToo() throws Exception {
    Path jar = CompiledJar.of(home, "mine.Counts", COUNTS);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 2_400; i++) {
      lines.append("{\"page\":\"/").append(i % 40).append("\",\"user\":\"u\"}\n");
    }
    Path input = Files.writeString(home.resolve("visits.jsonl"), lines);
    AtomicInteger exitCode = new AtomicInteger(-1);
    Thread demo =
        new Thread(
            () ->
                exitCode.set(
                    cairn(
                        "demo",
                        "--input",
                        input.toString(),
                        "--function",
                        "mine.Counts",
                        "--jar",
                        jar.toString(),
                        "--key",
                        "page",
                        "--interval",
                        "600ms",
                        "--shards",
                        "1")));
    demo.start();
    while (demo.isAlive() && !told().contains("has closed its gap")) {
      Thread.sleep(50);
    }
    StringWriter out = new StringWriter();
    CommandLine restore =
        Cairn.commands(
            new CliEnvironment(home, Map.of()),
            Terminal.plain(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)));
    restore.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    assertThat(restore.execute("restore", "latest", "--no-wait")).as(out.toString()).isZero();
    demo.join();
    assertThat(told())
        .doesNotContain("nothing has moved")
        .contains("compared    40 keys, 80 cells of state, 2,400 records", "EQUAL. Exactly once");
    assertThat(exitCode).hasValue(ExitCode.OK);
  }

  private String told() {
    return story.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aFileOfThreeRecordsIsEnoughToCompare() throws IOException {
    Path input =
        Files.writeString(
            home.resolve("few.jsonl"),
            "{\"page\":\"a\",\"user\":\"u\"}\n{\"page\":\"b\",\"user\":\"u\"}\n{}\n");
    Path jar = CompiledJar.of(home, "mine.Counts", COUNTS);

    int exitCode =
        cairn(
            "demo",
            "--input",
            input.toString(),
            "--function",
            "mine.Counts",
            "--jar",
            jar.toString(),
            "--key",
            "page",
            "--interval",
            "100ms");

    String told = story.toString(StandardCharsets.UTF_8);
    assertThat(exitCode).as(told + err).isZero();
    assertThat(told)
        .contains("compared    2 keys, 4 cells of state, 2 records, 1 dead letters", "EQUAL");
  }

  @Test
  void whatCannotRunIsRefusedBeforeAnythingStarts() throws IOException {
    assertFails("functions/flights/data/flights-2013.csv.gz is missing", "demo");
    Path jar = CompiledJar.of(home, "mine.Counts", COUNTS);
    assertFails(
        "none.csv is not a file",
        "demo",
        "--input",
        home.resolve("none.csv").toString(),
        "--function",
        "mine.Counts",
        "--jar",
        jar.toString());
    assertFails(
        "--input was given without --function: the flights' function would read records",
        "demo",
        "--input",
        home.resolve("none.csv").toString());
    Path input = Files.writeString(home.resolve("in.csv"), "page,user\n/a,u\n");
    assertFails(
        "class mine.None is not in the class path",
        "demo",
        "--input",
        input.toString(),
        "--function",
        "mine.None");
    assertFails("without --function", "demo", "--jar", "some.jar");
    assertFails(
        "--function was given without --input: the flights would be fed to it",
        "demo",
        "--function",
        "mine.Counts");
    assertFails(
        "cairn: --interval: \"banana\" is not a duration: write a whole number and one of d, h,"
            + " min",
        "demo",
        "--interval",
        "banana");
    String[] mine = {
      "demo", "--input", input.toString(), "--function", "mine.Counts", "--jar", jar.toString()
    };
    assertFails("1 to 64 shards, not 0", with(mine, "--shards", "0"));
    assertFails("no record has a field \"pgae\" (--key)", with(mine, "--key", "pgae"));
    assertFails("too short for 8 checkpoints", with(mine, "--rate", "1000", "--interval", "3s"));
    assertFails("\"soon\" is not a duration", "demo", "--interval", "soon");
    assertFails("is not empty", with(mine, "--dir", home.toString()));
    assertFails("cannot be used as a directory", with(mine, "--dir", "/proc/cairn"));
    assertFails("above 0 records per second, not NaN (--rate)", with(mine, "--rate", "NaN"));
    assertThat(story.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private void assertFails(String message, String... arguments) {
    err.getBuffer().setLength(0);
    assertThat(cairn(arguments)).as(err.toString()).isEqualTo(ExitCode.UNUSABLE);
    assertThat(err.toString()).contains(message).doesNotContain("\tat ");
  }
}

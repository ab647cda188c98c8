package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher and the processes that it starts, in surroundings that differ from a developer's:
 * the POSIX locale of containers and cron, and a Java whose default locale writes digits that are
 * not 0 to 9, in a time zone that is not UTC.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a Bash script")
class LauncherTest {
  private static final Map<String, String> POSIX = Map.of("LC_ALL", "C");
  private static final Map<String, String> EGYPT =
      Map.of(
          "JAVA_TOOL_OPTIONS",
          "-Duser.language=ar -Duser.country=EG -Duser.timezone=Asia/Kathmandu");

  private static final String SCRIPT = "infra/cli/src/main/launcher/launch.sh";
  private static final String COUNT =
      """
      package mine;

      import dev.cairn.function.*;

      public class Count implements KeyedFunction<Count.Row> {
        public record Row(String id, long v) {}

        private ValueState<Long> sum;

        @Override public Deserializer<Row> deserializer() { return Deserializers.json(Row.class); }

        @Override public String keyOf(Row row) { return row.id(); }

        @Override public void open(RuntimeContext context) {
          sum = context.getState(ValueStateDescriptor.of("sum", Long.class));
        }

        @Override public void process(Row row, Context context) {
          sum.update(sum.value().orElse(0L) + row.v());
        }
      }
      """;

  @TempDir private static Path home;

  private static Process demo;
  private static final List<String> TOLD = new ArrayList<>();

  private record Answer(int exitCode, String out, String err) {}

  @BeforeAll
  static void aDemoRunsInEgypt() throws IOException {
    Path repository = repository();
    Files.copy(repository.resolve("cairn"), home.resolve("cairn"));
    Path script = home.resolve(SCRIPT);
    Files.createDirectories(script.getParent());
    Files.copy(repository.resolve(SCRIPT), script);
    Files.writeString(home.resolve("pom.xml"), "<version>1</version>\n");
    for (String module : List.of("cli", "simulation")) {
      Path target =
          Files.createDirectories(home.resolve("infra").resolve(module).resolve("target"));
      Files.writeString(target.resolve("classpath.txt"), System.getProperty("java.class.path"));
    }
    // No archive of classes: those of this test are in folders.
    Files.createFile(home.resolve("infra/cli/target/archives"));
    Files.createFile(home.resolve("infra/cli/target/cairn-built"));
    Path input =
        Files.writeString(
            home.resolve("keys.jsonl"),
            "{\"id\":\"ключ\",\"v\":\"1\"}\n"
                + "{\"id\":\"naïve\",\"v\":\"2\"}\n"
                + "{\"id\":\"ключ\",\"v\":\"3\"}\n");
    Path jar = CompiledJar.of(home, "mine.Count", COUNT);
    demo =
        process(
                EGYPT,
                "demo",
                "--keep",
                "--port",
                freePort(),
                "--interval",
                "100ms",
                "--input",
                input.toString(),
                "--function",
                "mine.Count",
                "--jar",
                jar.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      TOLD.add(line);
      if (line.contains("EQUAL")) {
        break;
      }
    }
  }

  @AfterAll
  static void endIt() throws InterruptedException {
    if (demo != null) {
      demo.destroy();
      demo.waitFor(20, TimeUnit.SECONDS);
    }
  }

  /** The project's root, wherever below it this test runs. */
  private static Path repository() {
    return Stream.iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
        .filter(folder -> Files.isRegularFile(folder.resolve("cairn")))
        .findFirst()
        .orElseThrow();
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
    }
  }

  private static ProcessBuilder process(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of("bash", home.resolve("cairn").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    process.environment().keySet().removeIf(name -> name.startsWith("CAIRN_"));
    process.environment().put("JAVA_HOME", System.getProperty("java.home"));
    process.environment().putAll(environment);
    return process;
  }

  private static Answer cairn(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Process process =
        process(environment, arguments).redirectError(home.resolve("err.txt").toFile()).start();
    String out = text(process.getInputStream());
    return new Answer(process.waitFor(), out, Files.readString(home.resolve("err.txt")));
  }

  private static String text(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void theDemoRunsWhereDigitsAreArabic() {
    assertThat(TOLD).last().asString().contains("EQUAL. Exactly once");
    assertThat(TOLD).anyMatch(line -> line.startsWith("compared    2 keys, 2 cells of state, 3"));
  }

  @Test
  void commandsFindWhatIsStoredWhereDigitsAreArabic() throws Exception {
    Answer checkpoints = cairn(EGYPT, "checkpoints", "--json");
    assertThat(checkpoints.exitCode()).as(checkpoints.err()).isZero();
    assertThat(checkpoints.out()).contains("\"status\" : \"COMPLETED\"");
    String table = cairn(EGYPT, "checkpoints").out();
    assertThat(table).contains("COMPLETED").matches("[^٠-٩]+");
    assertThat(cairn(EGYPT, "status").out()).contains("RECORDS").matches("[^٠-٩]+");
  }

  @Test
  void aKeyIsFoundInThePosixLocale() throws Exception {
    Answer answer = cairn(POSIX, "state", "ключ");
    assertThat(answer.exitCode()).as(answer.err()).isZero();
    assertThat(answer.out()).contains("ключ  on ", "sum").contains("4");
    assertThat(cairn(POSIX, "state", "naïve").exitCode()).isZero();
  }

  /** A locale that the environment names and the machine does not have is as good as none. */
  @Test
  void aKeyIsFoundWhereTheLocaleIsNotInstalled() throws Exception {
    Answer answer = cairn(Map.of("LANG", "tlh_KX.UTF-8"), "state", "ключ");
    assertThat(answer.exitCode()).as(answer.err()).isZero();
  }
}

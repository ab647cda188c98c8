package dev.cairn.system.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.id.JobId;
import dev.cairn.job.Job;
import dev.cairn.local.dynamodb.DynamoDbLocal;
import dev.cairn.retry.Backoff;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archive as a user installs it: unpacked in a folder with a blank in its name, started through
 * a link, with a Java and nothing else.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a Bash script")
class InstalledCommandTest {
  private static final String TABLE = "cairn";
  private static final JobId JOB = new JobId("orders");

  @TempDir private static Path folder;

  private static Path installation;
  private static Path command;
  private static DynamoDbLocal database;

  private record Answer(int exitCode, String out, String err) {}

  @BeforeAll
  static void installAndServeATable() throws Exception {
    Path unpacked = Files.createDirectories(folder.resolve("some folder"));
    Process tar =
        new ProcessBuilder("tar", "xzf", archive().toString(), "-C", unpacked.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).as("tar xzf %s", archive()).isZero();
    installation = onlyFileIn(unpacked);
    command = Files.createSymbolicLink(folder.resolve("cairn"), installation.resolve("bin/cairn"));
    database = DynamoDbLocal.serve(0);
    CairnTable.create(database.client(), TABLE);
    new DynamoDbCheckpointStore(
            database.client(), TABLE, Backoff.sleeping(), InstantSource.system())
        .create(Job.create(JOB, CheckpointSettings.DEFAULTS));
  }

  @AfterAll
  static void stop() throws Exception {
    database.close();
  }

  private static Path archive() throws IOException {
    try (Stream<Path> files = Files.list(Deployed.INSTALLATION.target())) {
      return files
          .filter(file -> file.toString().endsWith(".tar.gz"))
          .findFirst()
          .map(file -> file.toAbsolutePath().normalize())
          .orElseThrow(() -> new IllegalStateException("no .tar.gz: it is made in phase package"));
    }
  }

  private static Path onlyFileIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  /** A process that knows a Java and the usual tools, and whose files go below {@link #folder}. */
  private static ProcessBuilder process(List<String> typed) {
    ProcessBuilder process = new ProcessBuilder(typed);
    Map<String, String> environment = process.environment();
    environment.clear();
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("XDG_CACHE_HOME", folder.resolve("a cache").toString());
    return process.directory(folder.toFile());
  }

  private static Answer run(ProcessBuilder process) throws IOException, InterruptedException {
    Path err = folder.resolve("err.txt");
    Process running = process.redirectError(err.toFile()).start();
    String out = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(running.waitFor(), out, Files.readString(err));
  }

  private static Answer cairn(String... arguments) throws IOException, InterruptedException {
    List<String> typed = new ArrayList<>(List.of(command.toString()));
    typed.addAll(List.of(arguments));
    return run(process(typed));
  }

  private static String[] onTheTable(String... arguments) {
    String[] where = {
      "--endpoint",
      database.endpoint().orElseThrow().toString(),
      "--table",
      TABLE,
      "--job",
      JOB.value()
    };
    return Stream.of(arguments, where).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void theVersionAndTheCommandsAreTold() throws Exception {
    Answer version = cairn("--version");
    assertThat(version.exitCode()).as(version.err()).isZero();
    assertThat(version.out())
        .startsWith(installation.getFileName().toString().replace("cairn-", "cairn "))
        .contains("Java ");
    assertThat(cairn("help").out())
        .contains("  checkpoints ", "Begin with:\n  cairn status --table")
        .doesNotContain("  demo ", "  simulate ");
  }

  @Test
  void aTableIsRead() throws Exception {
    Answer checkpoints = cairn(onTheTable("checkpoints"));
    assertThat(checkpoints.exitCode()).as(checkpoints.err()).isZero();
    assertThat(checkpoints.out()).startsWith("job orders  ");
    assertThat(cairn(onTheTable("status", "--json")).out()).contains("\"job\" : \"orders\"");
  }

  @Test
  void theDemoIsSaidToBeElsewhere() throws Exception {
    Answer demo = cairn("demo");
    assertThat(demo.exitCode()).isEqualTo(2);
    assertThat(demo.err()).contains("run ./cairn demo there");
  }

  /** The licence of DynamoDB Local forbids that it is passed on. */
  @Test
  void neitherDynamoDbLocalNorWhatStandsOnItIsThere() throws IOException {
    assertThat(installation.resolve("LICENSE")).isNotEmptyFile();
    assertThat(installation.resolve("NOTICE")).isNotEmptyFile();
    int classes = 0;
    try (Stream<Path> files = Files.list(installation.resolve("lib"))) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
        try (ZipFile open = new ZipFile(jar.toFile())) {
          List<String> names = open.stream().map(ZipEntry::getName).toList();
          assertThat(names)
              .as("%s", jar.getFileName())
              .noneMatch(name -> name.startsWith("com/amazonaws/services/dynamodbv2/"))
              .noneMatch(
                  name ->
                      name.startsWith("dev/cairn/local/") || name.startsWith("dev/cairn/inmemory/"))
              .noneMatch(name -> name.startsWith("dev/cairn/simulation/"));
          classes += names.size();
        }
      }
    }
    assertThat(classes).isGreaterThan(1_000);
  }

  /** Processor time, which other processes change little, unlike the time on the wall. */
  @Test
  void anArchiveOfClassesSavesAThirdOfTheProcessorTime() throws Exception {
    String[] status = onTheTable("status");
    cairn(status);
    assertThat(onlyFileIn(folder.resolve("a cache/cairn"))).isNotEmptyFile();
    Duration with = leastProcessorTime(Map.of(), status);
    // A file where the folder would be: the command cannot write an archive, and works without.
    Files.createFile(folder.resolve("no folder"));
    Duration without =
        leastProcessorTime(
            Map.of("XDG_CACHE_HOME", folder.resolve("no folder").toString()), status);
    System.out.println(
        "cairn status: "
            + with.toMillis()
            + " ms of processor time, without an archive of classes "
            + without.toMillis()
            + " ms");
    assertThat(with).isLessThan(without.multipliedBy(2).dividedBy(3));
  }

  private static Duration leastProcessorTime(Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> typed =
        new ArrayList<>(List.of("bash", "-c", "\"$@\" >/dev/null; times", "-", command.toString()));
    typed.addAll(List.of(arguments));
    List<Duration> all = new ArrayList<>();
    for (int run : IntStream.range(0, 3).toArray()) {
      ProcessBuilder process = process(typed);
      process.environment().putAll(environment);
      Answer answer = run(process);
      assertThat(answer.exitCode()).as("run %d: %s", run, answer.err()).isZero();
      all.add(ofChildren(answer.out()));
    }
    return all.stream().min(Duration::compareTo).orElseThrow();
  }

  /** The second line of the shell's {@code times}: user and system time of its children. */
  private static Duration ofChildren(String times) {
    Matcher time =
        Pattern.compile("(\\d+)m(\\d+)[.,](\\d{3})s").matcher(times.lines().toList().get(1));
    Duration sum = Duration.ZERO;
    while (time.find()) {
      sum =
          sum.plusMinutes(Long.parseLong(time.group(1)))
              .plusSeconds(Long.parseLong(time.group(2)))
              .plusMillis(Long.parseLong(time.group(3)));
    }
    return sum;
  }
}

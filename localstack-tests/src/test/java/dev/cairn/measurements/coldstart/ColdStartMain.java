package dev.cairn.measurements.coldstart;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * From the start of a process to its first answer, through AWS's runtime interface client: the
 * example's deployed jars, a real batch, DynamoDB Local.
 *
 * <p>Arguments: how many rounds (default 9), then options for the JVM of every process.
 */
public final class ColdStartMain {
  private static final Path FUNCTION = Path.of("../functions/flights/target/function/lib");
  private static final String RUNTIME =
      "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
  // As Lambda starts Java: nothing here lives long enough for the second compiler.
  private static final List<String> AS_LAMBDA =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx768m");
  private static final int FIRST_WITH_AOT_CACHE_OUTPUT = 25;

  private final OpenedShards shards;
  private final Path folder;
  private final List<String> options;
  private final String deployed;
  private final String withEmptyHandlers;

  /**
   * Until the first answer.
   *
   * @param cpuMillis of all threads, the compiler's among them: what does not depend on who else
   *     uses the machine
   */
  private record Took(double millis, double cpuMillis) {}

  /** What is started. */
  private enum Variant {
    CLIENTS("empty handler, with the clients", ClientsOnly.class.getName(), false),
    ONE_QUERY(
        "empty handler, with the clients, one Query", ClientsAndOneQuery.class.getName(), false),
    OURS("ours, a batch of 100", "dev.cairn.lambda.TaskHandler", false),
    OURS_CACHED("ours, with an AOT cache", "dev.cairn.lambda.TaskHandler", true);

    private final String what;
    private final String handler;
    private final boolean cached;

    Variant(String what, String handler, boolean cached) {
      this.what = what;
      this.handler = handler;
      this.cached = cached;
    }
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length == 0 ? 9 : Integer.parseInt(arguments[0]);
    List<String> options =
        Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
    Path folder = Files.createTempDirectory("cairn-cold-start");
    try (OpenedShards shards =
        new OpenedShards(Variant.values().length * (rounds + 2), folder.resolve("storage"))) {
      new ColdStartMain(shards, folder, options).run(rounds);
    }
    System.exit(0);
  }

  private ColdStartMain(OpenedShards shards, Path folder, List<String> options) throws IOException {
    this.shards = shards;
    this.folder = folder;
    this.options = options;
    this.deployed = String.join(File.pathSeparator, jars());
    this.withEmptyHandlers = deployed + File.pathSeparator + testClasses();
  }

  /** The runtime interface client, and what is deployed. */
  private static List<String> jars() throws IOException {
    List<String> jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                jar ->
                    jar.contains("aws-lambda-java-runtime-interface-client")
                        || jar.contains("aws-lambda-java-serialization"))
            .collect(Collectors.toCollection(ArrayList::new));
    try (Stream<Path> lib = Files.list(FUNCTION)) {
      lib.sorted().map(jar -> jar.toAbsolutePath().normalize().toString()).forEach(jars::add);
    }
    return jars;
  }

  private static Path testClasses() {
    return Path.of("target/test-classes").toAbsolutePath();
  }

  private void run(int rounds) throws Exception {
    Path cache = folder.resolve("function.aot");
    boolean hasCache = Runtime.version().feature() >= FIRST_WITH_AOT_CACHE_OUTPUT;
    if (hasCache) {
      start(Variant.OURS, List.of("-XX:AOTCacheOutput=" + cache), true);
    } else {
      System.out.println("no AOT cache: this is Java " + Runtime.version().feature());
    }
    Map<Variant, List<Took>> all = new EnumMap<>(Variant.class);
    for (int round = 0; round <= rounds; round++) {
      for (Variant variant : Variant.values()) {
        if (!variant.cached || hasCache) {
          List<String> own = variant.cached ? List.of("-XX:AOTCache=" + cache) : List.of();
          Took took = start(variant, own, false);
          // The first round reads files that nobody has read yet.
          if (round > 0) {
            all.computeIfAbsent(variant, v -> new ArrayList<>()).add(took);
          }
        }
      }
    }
    report(all);
  }

  /** Starts one container, and lets it answer one event. */
  private Took start(Variant variant, List<String> own, boolean endInPeace) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(AS_LAMBDA);
    command.addAll(options);
    command.addAll(own);
    command.add("-cp");
    command.add(
        variant.handler.startsWith("dev.cairn.measurements.coldstart")
            ? withEmptyHandlers
            : deployed);
    command.add(RUNTIME);
    String handler = variant.handler + "::handleRequest";
    command.add(handler);
    try (RuntimeApi runtime = new RuntimeApi(shards.next())) {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(Files.createDirectories(folder.resolve("task")).toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve(variant + ".log").toFile());
      builder.environment().clear();
      builder.environment().putAll(environment(runtime, handler));
      long began = System.nanoTime();
      Process container = builder.start();
      try {
        double millis = (runtime.awaitSuccess() - began) / 1e6;
        return new Took(
            millis, container.info().totalCpuDuration().orElse(Duration.ZERO).toMillis());
      } catch (IllegalStateException e) {
        throw new IllegalStateException(
            variant.what
                + ": "
                + e.getMessage()
                + "\n"
                + Files.readString(folder.resolve(variant + ".log")),
            e);
      } finally {
        if (endInPeace) {
          container.destroy();
        } else {
          container.destroyForcibly();
        }
        if (!container.waitFor(2, TimeUnit.MINUTES)) {
          throw new IllegalStateException(variant.what + " did not end");
        }
      }
    }
  }

  private Map<String, String> environment(RuntimeApi runtime, String handler) {
    return Map.ofEntries(
        Map.entry("AWS_LAMBDA_RUNTIME_API", runtime.address()),
        Map.entry("_HANDLER", handler),
        Map.entry("AWS_LAMBDA_FUNCTION_NAME", "cold"),
        Map.entry("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        Map.entry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
        Map.entry("AWS_REGION", "us-east-1"),
        Map.entry("AWS_ACCESS_KEY_ID", "local"),
        Map.entry("AWS_SECRET_ACCESS_KEY", "local"),
        Map.entry("AWS_ENDPOINT_URL_DYNAMODB", shards.endpoint()),
        Map.entry("CAIRN_JOB", OpenedShards.JOB.value()),
        Map.entry("CAIRN_STAGE", OpenedShards.STAGE.value()),
        Map.entry("CAIRN_TABLE", OpenedShards.TABLE),
        Map.entry("EXECUTION_CHECKPOINTING_DIR", "s3://cold"),
        Map.entry("CAIRN_STREAM", OpenedShards.STREAM),
        Map.entry("CAIRN_FUNCTION", "dev.cairn.flights.AircraftFunction"),
        Map.entry("CAIRN_START", "TRIM_HORIZON"));
  }

  private static void report(Map<Variant, List<Took>> all) {
    List<Took> base = all.getOrDefault(Variant.ONE_QUERY, List.of());
    System.out.printf(
        Locale.ROOT,
        "%-42s %7s %7s %7s %6s %9s %6s\n",
        "to the first answer",
        "median",
        "least",
        "most",
        "ratio",
        "CPU",
        "ratio");
    all.forEach(
        (variant, took) ->
            System.out.printf(
                Locale.ROOT,
                "%-42s %7.0f %7.0f %7.0f %6.2f %6.0f ms %6.2f\n",
                variant.what,
                median(took, Took::millis),
                took.stream().mapToDouble(Took::millis).min().orElseThrow(),
                took.stream().mapToDouble(Took::millis).max().orElseThrow(),
                median(took, Took::millis) / median(base, Took::millis),
                median(took, Took::cpuMillis),
                median(took, Took::cpuMillis) / median(base, Took::cpuMillis)));
    System.out.printf(
        Locale.ROOT,
        "load of the machine in the last minute: %.1f\n",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private static double median(List<Took> took, ToDoubleFunction<Took> of) {
    double[] sorted = took.stream().mapToDouble(of).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}

package dev.cairn.cdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;

/** Makes apps and templates for tests. */
final class Synthesis {
  static final Path COORDINATOR = Path.of("target/classes/dev/cairn/cdk", CoordinatorCode.RESOURCE);
  static final Path FLIGHTS = Path.of("../../functions/flights/target/function");
  static final String FUNCTION = "com.example.Orders";

  private static final boolean NODE = runs("node", "--version");
  private static final ObjectMapper JSON = new ObjectMapper();

  static {
    if (!NODE) {
      System.out.println("skipped, as there is no Node: everything that synthesizes a template");
    } else if (!isPackaged()) {
      System.out.println(
          "skipped, as this build ends before the phase package: everything that deploys the"
              + " coordinator");
    }
  }

  private Synthesis() {}

  /** Asked by JUnit: constructs live in a Node process. */
  static boolean hasNode() {
    return NODE;
  }

  /** Asked by JUnit: templates refer to functions that Maven makes in its phase package. */
  static boolean isPossible() {
    return NODE && isPackaged();
  }

  private static boolean isPackaged() {
    return Files.exists(COORDINATOR) && Files.isDirectory(FLIGHTS.resolve("lib"));
  }

  /** Whether the command is there and ends well. */
  static boolean runs(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static App app(Map<String, Object> context) {
    return new App(AppProps.builder().outdir(outdir()).context(context).build());
  }

  private static String outdir() {
    try {
      return Files.createTempDirectory(Files.createDirectories(Path.of("target/synthesis")), "app")
          .toString();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stack stack() {
    return new Stack(app(Map.of()), "Shop");
  }

  /** A job with nothing but what every job has to say. */
  static CheckpointedFunction.Builder orders(Stack stack) {
    return CheckpointedFunction.Builder.create(stack, "Orders")
        .job("orders")
        .function(FUNCTION)
        .code(code(FUNCTION))
        .source(SourceStream.ofShards(2))
        .checkpointingInterval(Duration.ofMinutes(1));
  }

  /** The template of a stack with one job, so changed. */
  static Resources template(UnaryOperator<CheckpointedFunction.Builder> change) {
    Stack stack = stack();
    change.apply(orders(stack)).build();
    return template(stack);
  }

  static Resources template(Stack stack) {
    return new Resources(json(Template.fromStack(stack).toJSON()));
  }

  static JsonNode json(Object value) {
    return JSON.valueToTree(value);
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A folder with a jar that holds the task's handler and these classes, empty. */
  static Path code(String... classes) {
    try {
      Path folder =
          Files.createTempDirectory(Files.createDirectories(Path.of("target/code")), "function");
      writeJar(folder.resolve("lib/task.jar"), List.of(FunctionCode.TASK_HANDLER));
      writeJar(folder.resolve("lib/own.jar"), List.of(classes));
      return folder;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Packs a folder into a zip file. */
  static Path zipped(Path folder) {
    Path zip = folder.resolveSibling(folder.getFileName() + ".zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String jar : List.of("lib/task.jar", "lib/own.jar")) {
        out.putNextEntry(new ZipEntry(jar));
        Files.copy(folder.resolve(jar), out);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return zip;
  }

  private static void writeJar(Path jar, List<String> classes) throws IOException {
    Files.createDirectories(jar.getParent());
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (String name : classes) {
        out.putNextEntry(new ZipEntry(name.replace('.', '/') + ".class"));
      }
    }
  }

  /** The first of these commands that is there. */
  static Optional<List<String>> firstThatRuns(List<List<String>> commands, String... arguments) {
    return commands.stream()
        .filter(
            command -> {
              List<String> whole = new ArrayList<>(command);
              whole.addAll(List.of(arguments));
              return runs(whole.toArray(String[]::new));
            })
        .findFirst();
  }
}

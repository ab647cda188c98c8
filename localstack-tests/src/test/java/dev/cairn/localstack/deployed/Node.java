package dev.cairn.localstack.deployed;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Node's tools: npm, and the CDK's command line as package.json pins it. */
final class Node {
  static final Path CDK = Path.of("..", "infra", "cdk").toAbsolutePath().normalize();
  private static final Duration LONGEST = Duration.ofMinutes(8);

  private Node() {}

  static boolean isThere() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, "npm"))
        .anyMatch(Files::isExecutable);
  }

  /** Installs what package.json names, unless it is there. */
  static void installTools() {
    if (!Files.isExecutable(tool("cdklocal"))) {
      run(CDK, Map.of(), List.of("npm", "ci", "--no-fund", "--no-audit"));
    }
  }

  private static Path tool(String name) {
    return CDK.resolve("node_modules").resolve(".bin").resolve(name);
  }

  /** {@code cdklocal} with these arguments, in the folder of an app. */
  static void cdklocal(Path app, LocalCloud cloud, String... arguments) {
    List<String> command = new ArrayList<>(List.of(tool("cdklocal").toString()));
    command.addAll(List.of(arguments));
    run(app, cloud.environment(), command);
  }

  private static void run(Path folder, Map<String, String> environment, List<String> command) {
    try {
      Path output = Files.createTempFile("cairn-node", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      boolean ended = process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      if (!ended || process.exitValue() != 0) {
        throw new AssertionError(
            String.join(" ", command)
                + (ended ? " failed:\n" : " did not end in " + LONGEST + ":\n")
                + Files.readString(output));
      }
      Files.delete(output);
    } catch (IOException e) {
      throw new IllegalStateException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

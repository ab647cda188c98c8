package dev.cairn.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What a function weighs when it is deployed, apart from the AWS SDK and what only the SDK needs: a
 * cold start loads it.
 */
class FunctionSizeTest {
  private static final long MOST_BYTES = 4_000_000;
  private static final String SDK = "software.amazon.awssdk:";

  @Test
  void aFunctionIsUnderFourMegabytesBeyondTheSdk() throws IOException {
    Set<String> ofTheSdk = jarsOfTheSdk(Files.readAllLines(Path.of("target", "runtime-tree.txt")));
    Map<String, Long> sizes = new TreeMap<>();
    sizes.put("cairn-flights", size(Path.of("target", "classes")));
    for (String entry :
        Files.readString(Path.of("target", "runtime-classpath.txt"))
            .strip()
            .split(File.pathSeparator)) {
      Path path = Path.of(entry);
      String name = path.getFileName().toString();
      if (!ofTheSdk.contains(name)) {
        sizes.put(Files.isDirectory(path) ? name(path) : name, size(path));
      }
    }
    long total = sizes.values().stream().mapToLong(Long::longValue).sum();
    StringBuilder list =
        new StringBuilder("the function's jar beyond the SDK: " + total + " bytes\n");
    sizes.forEach(
        (name, size) -> list.append(String.format(Locale.ROOT, "  %-40s %,10d\n", name, size)));
    System.out.print(list);

    assertThat(ofTheSdk)
        .anyMatch(jar -> jar.startsWith("dynamodb-"))
        .anyMatch(jar -> jar.startsWith("s3-"));
    assertThat(sizes.keySet()).anyMatch(jar -> jar.startsWith("jackson-databind-"));
    assertThat(total).as(list.toString()).isBetween(1L << 20, MOST_BYTES);
  }

  /** The module whose classes these are. */
  private static String name(Path classes) {
    return "cairn-" + classes.getName(classes.getNameCount() - 3);
  }

  /**
   * The file names of the SDK's artifacts in Maven's tree, and of everything that stands below one
   * of them.
   */
  private static Set<String> jarsOfTheSdk(List<String> tree) {
    Set<String> jars = new HashSet<>();
    int below = Integer.MAX_VALUE;
    for (String line : tree) {
      int depth = indentation(line);
      String[] coordinates = line.substring(depth).split(":");
      if (depth <= below) {
        below = line.startsWith(SDK, depth) ? depth : Integer.MAX_VALUE;
      }
      if (below <= depth) {
        jars.add(coordinates[1] + "-" + coordinates[3] + "." + coordinates[2]);
      }
    }
    return jars;
  }

  private static int indentation(String line) {
    int depth = 0;
    while (!Character.isLetterOrDigit(line.charAt(depth))) {
      depth++;
    }
    return depth;
  }

  /**
   * The size of a jar; a module of this build may be there as its classes, which are packed to
   * weigh them.
   */
  private static long size(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return Files.size(path);
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(packed);
        Stream<Path> walked = Files.walk(path)) {
      for (Path file : walked.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(path.relativize(file).toString()));
        Files.copy(file, jar);
        jar.closeEntry();
      }
    }
    return packed.size();
  }
}

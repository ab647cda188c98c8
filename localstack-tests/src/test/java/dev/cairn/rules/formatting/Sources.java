package dev.cairn.rules.formatting;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The Java sources of the repository. */
final class Sources {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Sources() {}

  /** All of them, tests and the documents' example projects included. */
  static List<Path> all() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !name(file).contains("target"))
          .filter(file -> !name(file).contains("node_modules"))
          .toList();
    }
  }

  /** The path of a source below the repository's root. */
  static String name(Path source) {
    return ROOT.relativize(source).toString();
  }
}

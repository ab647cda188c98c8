package dev.cairn.system.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** What is deployed, as the build leaves it. */
enum Deployed {
  FUNCTION("functions/flights", "function.txt") {
    @Override
    Set<String> jars() throws IOException {
      try (Stream<Path> files = Files.list(target().resolve("function/lib"))) {
        return files.map(file -> file.getFileName().toString()).collect(sorted());
      }
    }
  },
  COORDINATOR("coordinator-lambda", "coordinator.txt") {
    @Override
    Set<String> jars() throws IOException {
      try (Stream<Path> files = Files.list(target())) {
        Path zip =
            files
                .filter(file -> file.toString().endsWith("-function.zip"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no zip in " + target()));
        try (ZipFile open = new ZipFile(zip.toFile())) {
          return open.stream()
              .filter(entry -> !entry.isDirectory())
              .map(entry -> entry.getName().replaceFirst("^lib/", ""))
              .collect(sorted());
        }
      }
    }
  },
  /** Installed rather than deployed: the archive of the command line. */
  INSTALLATION("infra/cli", "installation.txt") {
    @Override
    Set<String> jars() throws IOException {
      try (Stream<Path> files = Files.list(target());
          Stream<Path> zips = files.filter(file -> file.toString().endsWith(".zip"))) {
        Path zip =
            zips.findFirst().orElseThrow(() -> new IllegalStateException("no zip in " + target()));
        try (ZipFile open = new ZipFile(zip.toFile())) {
          return open.stream()
              .map(entry -> entry.getName().replaceFirst("^[^/]*/lib/", ""))
              .filter(name -> name.endsWith(".jar"))
              .collect(sorted());
        }
      }
    }
  };

  private static final String SECTION = "== ";

  private final Path module;
  private final String list;

  Deployed(String module, String list) {
    this.module = Path.of("..").resolve(module);
    this.list = list;
  }

  /** The names of the jars in {@code lib/}, and of whatever else is there. */
  abstract Set<String> jars() throws IOException;

  Path target() {
    return module.resolve("target");
  }

  Sbom sbom() throws IOException {
    return Sbom.read(target().resolve("bom.json"));
  }

  /** The list's file, to be named in messages. */
  String list() {
    return "localstack-tests/src/test/resources/dev/cairn/system/packaging/" + list;
  }

  /**
   * Which jars ought to be there: sections, each with artifacts and reasons, in the list's order.
   */
  Map<String, Map<String, String>> listed() {
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    Map<String, String> section = new LinkedHashMap<>();
    for (String line : lines()) {
      if (line.startsWith(SECTION)) {
        section = new LinkedHashMap<>();
        sections.put(line.substring(SECTION.length()), section);
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String[] entry = line.split(": ", 2);
        if (entry.length != 2 || sections.isEmpty()) {
          throw new IllegalStateException(
              "\"" + line + "\" in " + list() + " is not an artifact and a reason in a section");
        }
        section.put(entry[0], entry[1]);
      }
    }
    return sections;
  }

  private List<String> lines() {
    try (InputStream in = Deployed.class.getResourceAsStream(list)) {
      if (in == null) {
        throw new IllegalStateException(list() + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Collector<String, ?, Set<String>> sorted() {
    return Collectors.toCollection(TreeSet::new);
  }
}

package dev.cairn.cdk;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/**
 * The deployment package of a Java function: a folder or zip with jars in {@code lib/}, or with
 * classes.
 */
final class FunctionCode {
  static final String TASK_HANDLER = "dev.cairn.lambda.TaskHandler";

  private FunctionCode() {}

  /** Returns the mistake in the package, with its remedy; empty if the package can be deployed. */
  static Optional<String> mistake(Path code, String functionClass) {
    if (!Files.exists(code)) {
      return Optional.of(
          "code "
              + code.toAbsolutePath().normalize()
              + " does not exist: build the function first, or correct the path; it is a folder or"
              + " a .zip with the function's jars in lib/");
    }
    if (!Files.isDirectory(code) && !code.toString().endsWith(".zip")) {
      return Optional.of(
          "code "
              + code
              + " is neither a folder nor a .zip: give the folder whose lib/ holds the"
              + " function's jars, or a zip of it");
    }
    try {
      return Stream.of(
              missing(code, TASK_HANDLER, "add cairn-runtime and its dependencies to lib/"),
              missing(
                  code,
                  functionClass,
                  "correct the class's full name, or add the jar that holds it to lib/"))
          .flatMap(Optional::stream)
          .findFirst();
    } catch (IOException e) {
      return Optional.of("code " + code + " cannot be read: " + e.getMessage());
    }
  }

  private static Optional<String> missing(Path code, String className, String whatNext)
      throws IOException {
    return holds(code, className)
        ? Optional.empty()
        : Optional.of("code " + code + " does not hold the class " + className + ": " + whatNext);
  }

  /** Whether the package contains the class, directly or in a jar. */
  static boolean holds(Path code, String className) throws IOException {
    String classFile = className.replace('.', '/') + ".class";
    return Files.isDirectory(code) ? folderHolds(code, classFile) : zipHolds(code, classFile);
  }

  private static boolean folderHolds(Path folder, String classFile) throws IOException {
    if (Files.exists(folder.resolve(classFile))) {
      return true;
    }
    Path lib = folder.resolve("lib");
    if (!Files.isDirectory(lib)) {
      return false;
    }
    try (Stream<Path> jars = Files.list(lib)) {
      for (Path jar : jars.filter(FunctionCode::isJar).toList()) {
        try (ZipFile opened = new ZipFile(jar.toFile())) {
          if (opened.getEntry(classFile) != null) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean isJar(Path path) {
    return path.toString().endsWith(".jar");
  }

  private static boolean zipHolds(Path zip, String classFile) throws IOException {
    try (ZipFile opened = new ZipFile(zip.toFile())) {
      if (opened.getEntry(classFile) != null) {
        return true;
      }
      for (ZipEntry jar : opened.stream().filter(FunctionCode::isLibrary).toList()) {
        try (InputStream bytes = opened.getInputStream(jar)) {
          if (jarHolds(bytes, classFile)) {
            return true;
          }
        }
      }
      return false;
    }
  }

  private static boolean isLibrary(ZipEntry entry) {
    return entry.getName().startsWith("lib/") && entry.getName().endsWith(".jar");
  }

  private static boolean jarHolds(InputStream bytes, String classFile) throws IOException {
    ZipInputStream jar = new ZipInputStream(new BufferedInputStream(bytes));
    for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
      if (entry.getName().equals(classFile)) {
        return true;
      }
    }
    return false;
  }
}

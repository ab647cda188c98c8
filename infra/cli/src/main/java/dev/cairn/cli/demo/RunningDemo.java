package dev.cairn.cli.demo;

import dev.cairn.id.JobId;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * The endpoints of a demo that runs on this machine, which it stores in a small file.
 *
 * @param storage a directory, or {@code s3://bucket/prefix}
 * @param pid the process that it runs in
 */
public record RunningDemo(URI endpoint, String table, JobId job, String storage, long pid) {
  private static Path file(Path home) {
    return folder(home).resolve("demo.properties");
  }

  /** Returns the folder in which a demo keeps this file, and its checkpoint files. */
  public static Path folder(Path home) {
    return home.resolve(".cairn");
  }

  /** Returns the folder in which other commands store records for the demo's stream. */
  public static Path mailbox(Path home) {
    return folder(home).resolve("records");
  }

  /**
   * Returns the running demo; empty if there is none, also if an earlier one left its file behind.
   */
  public static Optional<RunningDemo> find(Path home) {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file(home), StandardCharsets.UTF_8)) {
      properties.load(in);
      RunningDemo demo =
          new RunningDemo(
              URI.create(properties.getProperty("endpoint", "")),
              properties.getProperty("table", ""),
              new JobId(properties.getProperty("job", "")),
              properties.getProperty("storage", ""),
              Long.parseLong(properties.getProperty("pid", "")));
      return Optional.of(demo).filter(RunningDemo::isAlive);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private boolean isAlive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  public void write(Path home) {
    Properties properties = new Properties();
    properties.setProperty("endpoint", endpoint.toString());
    properties.setProperty("table", table);
    properties.setProperty("job", job.value());
    properties.setProperty("storage", storage);
    properties.setProperty("pid", Long.toString(pid));
    try {
      Files.createDirectories(folder(home));
      try (Writer out = Files.newBufferedWriter(file(home), StandardCharsets.UTF_8)) {
        properties.store(out, "A cairn demo that runs now; read by the other cairn commands");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file(home) + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Deletes the file, when the demo ends. */
  public void forget(Path home) {
    if (find(home).filter(this::equals).isPresent()) {
      try {
        Files.deleteIfExists(file(home));
      } catch (IOException e) {
        // A dead process is not found either.
      }
    }
  }
}

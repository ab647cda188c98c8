package dev.cairn.cli.demo;

import dev.cairn.cli.input.InputRow;
import dev.cairn.format.Fields;
import dev.cairn.format.Trees;
import dev.cairn.state.KeyHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Records for the running demo from other processes, a file each: its stream is inside its own
 * process. The demo deletes a file when its record is in the stream.
 */
public final class Mailbox {
  private final Path folder;

  public Mailbox(Path folder) {
    this.folder = folder;
  }

  /** Returns the requests about the stream. */
  public StreamMailbox ofStream() {
    return new StreamMailbox(folder.resolve("stream"));
  }

  /** Stores a record, and returns its file, which exists until the demo has read it. */
  public Path leave(long number, InputRow row) {
    byte[] bytes =
        Trees.toJson(
            Fields.empty()
                .put("v", 1)
                .put("key", row.key())
                .put("hashKey", row.hashKey(), KeyHash::toDecimal)
                .put("data", Base64.getEncoder().encodeToString(row.data())));
    Path file = folder.resolve(String.format(Locale.ROOT, "%020d.json", number));
    Path whole = folder.resolve(file.getFileName() + ".part");
    try {
      Files.createDirectories(folder);
      Files.write(whole, bytes);
      return Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** A stored record, and its file. */
  public record StoredRow(Path file, InputRow row) {}

  /** Returns the records that the demo has not read yet, in the order in which they were stored. */
  public List<StoredRow> waiting() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".json"))
          .sorted()
          .map(Mailbox::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static StoredRow read(Path file) {
    try {
      Fields fields = Trees.fromJson(Files.readAllBytes(file));
      byte[] data = Base64.getDecoder().decode(fields.text("data"));
      Optional<KeyHash> hashKey = fields.optionalText("hashKey").map(KeyHash::ofDecimal);
      return new StoredRow(file, new InputRow(fields.text("key"), hashKey, data));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The record is in the stream. */
  public void taken(StoredRow left) {
    try {
      Files.deleteIfExists(left.file());
    } catch (IOException e) {
      throw new UncheckedIOException(left.file() + " cannot be deleted: " + e.getMessage(), e);
    }
  }
}

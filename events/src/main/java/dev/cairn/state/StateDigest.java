package dev.cairn.state;

import dev.cairn.id.Position;
import dev.cairn.storage.Sha256;
import java.nio.charset.StandardCharsets;

/**
 * A hash that distinguishes snapshots of a subtask: it is equal if they hold the same cells at the
 * same position, in files of the same content. A snapshot without new data has the digest of the
 * previous one, although it may have its own state file.
 */
public final class StateDigest {
  private StateDigest() {}

  public static Sha256 of(Position position, Counts counts, Manifest manifest) {
    StringBuilder text = new StringBuilder();
    text.append(position).append(' ').append(counts.applied()).append(' ');
    text.append(counts.deadLettered()).append('\n');
    for (RunRef run : manifest.runs()) {
      text.append(run.file().sha256().hex()).append(' ').append(run.range()).append('\n');
    }
    manifest.schemas().forEach(schema -> text.append(schema.name()).append('\n'));
    return Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}

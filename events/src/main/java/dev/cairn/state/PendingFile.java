package dev.cairn.state;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.storage.FileRef;
import java.util.List;
import java.util.Optional;

/**
 * A file of an S3 sink that becomes visible when its checkpoint has completed.
 *
 * @param sink the sink's name
 * @param object where the file will be: a bucket and a key that contains the epoch
 * @param epoch the epoch that uploaded it
 * @param tag the first checkpoint that lists the file; empty until one does
 * @param upload the multipart upload that is completed to make it visible; empty before it began
 * @param parts the file's bytes in the job's own storage, in their order
 */
public record PendingFile(
    String sink,
    String object,
    Epoch epoch,
    Optional<CheckpointId> tag,
    Optional<String> upload,
    List<FileRef> parts) {
  public PendingFile {
    parts = List.copyOf(parts);
  }
}

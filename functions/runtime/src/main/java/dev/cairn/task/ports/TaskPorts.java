package dev.cairn.task.ports;

import dev.cairn.id.EntryId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import dev.cairn.state.BlockChecksum;
import dev.cairn.storage.FileStorage;
import dev.cairn.stream.StreamReader;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * All ports of a task.
 *
 * @param ids creates an id for each attempt, unique across all containers
 */
public record TaskPorts(
    Journal journal,
    CheckpointStore checkpoints,
    FileStorage storage,
    StreamReader stream,
    BlockChecksum checksum,
    InstantSource clock,
    Supplier<EntryId> ids,
    DeadLetterListener deadLetters) {

  /** Creates the ports of a task without a listener for dead letters. */
  public TaskPorts(
      Journal journal,
      CheckpointStore checkpoints,
      FileStorage storage,
      StreamReader stream,
      BlockChecksum checksum,
      InstantSource clock,
      Supplier<EntryId> ids) {
    this(journal, checkpoints, storage, stream, checksum, clock, ids, DeadLetterListener.SILENT);
  }
}

package dev.cairn.function;

import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.settings.StorageKind;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The storage in which a function's job keeps its checkpoints, like Flink's {@code
 * CheckpointStorage}. It overrides the storage that the deployment sets.
 *
 * <p>An instance only describes the storage. Tasks, coordinator, scrubber and {@code cairn} all
 * read the same files, but only tasks load the function. The interface is therefore sealed: each of
 * them can create both implementations from the description.
 */
public sealed interface CheckpointStorage
    permits FileSystemCheckpointStorage, JobManagerCheckpointStorage {

  /** Returns the settings with every option that determines where checkpoints are stored. */
  private Configuration settings(Configuration before) {
    return switch (this) {
      case FileSystemCheckpointStorage(String directory, OptionalInt threshold) -> {
        Configuration placed =
            before
                .with(Options.STORAGE, Optional.of(StorageKind.FILESYSTEM), SettingSource.CODE)
                .set(Options.CHECKPOINT_DIRECTORY.name(), directory, SettingSource.CODE);
        yield threshold.isPresent()
            ? placed.with(Options.DATA_INLINE_THRESHOLD, threshold.getAsInt(), SettingSource.CODE)
            : placed;
      }
      case JobManagerCheckpointStorage(int maxStateSize) ->
          before
              .with(Options.STORAGE, Optional.of(StorageKind.JOBMANAGER), SettingSource.CODE)
              .with(Options.CHECKPOINT_DIRECTORY, Optional.empty(), SettingSource.CODE)
              .with(Options.MAX_INLINE_STATE, maxStateSize, SettingSource.CODE);
    };
  }

  /** Returns the settings with this storage. */
  static Configuration applied(Configuration before, CheckpointStorage storage) {
    return storage.settings(before);
  }
}

package dev.cairn.function;

import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.settings.StorageKind;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a function keeps its checkpoints, as Flink's {@code CheckpointStorage} given as an
 * instance: it wins over whatever the deployment says.
 *
 * <p>An instance is a description. Tasks, coordinator, scrubber and {@code cairn} all have to reach
 * the same files, and of these only the tasks ever load a function; so there are no others than
 * these two, which each of them can make for itself.
 */
public sealed interface CheckpointStorage
    permits FileSystemCheckpointStorage, JobManagerCheckpointStorage {

  /** What has to be set for it, by the name of every option that says where checkpoints lie. */
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

  /** These settings with this storage. */
  static Configuration applied(Configuration before, CheckpointStorage storage) {
    return storage.settings(before);
  }
}

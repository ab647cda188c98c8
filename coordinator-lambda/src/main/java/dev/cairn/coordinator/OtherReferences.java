package dev.cairn.coordinator;

import dev.cairn.id.JobId;
import dev.cairn.storage.FilePath;
import java.util.Map;

/**
 * What refers to a job's files beside its own journals and checkpoints, such as a fork that shares
 * them. Read after the journals and checkpoints; whoever is to be found must have registered before
 * it relies on a file.
 */
@FunctionalInterface
public interface OtherReferences {
  OtherReferences NONE = job -> Map.of();

  Map<FilePath, Reference.Elsewhere> of(JobId job);
}

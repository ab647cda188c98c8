package dev.cairn.checkpoint;

import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.state.StateSchema;
import java.util.List;
import java.util.Optional;

/**
 * What a stage's code says of itself, for those who never load it.
 *
 * @param settings what it sets
 * @param states the states that it declares, by name
 * @param storage where it keeps the job's files, such as {@code s3://bucket/prefix}; empty if an
 *     earlier release registered it, which did not say
 */
public record Registration(
    JobId job,
    StageId stage,
    CodeVersion version,
    Configuration settings,
    List<StateSchema> states,
    Optional<String> storage) {

  public Registration {
    states = List.copyOf(states);
  }

  /**
   * A stage does not go on with another storage than it has files in.
   *
   * @param before the stage's registration until now
   * @throws StorageMovedException if that kept its files elsewhere
   */
  public void requireSameStorage(Registration before) {
    if (before.storage().isPresent() && storage.isPresent()) {
      StorageMovedException.require(job, before.storage().get(), storage.get());
    }
  }

  /**
   * Whether this one is to be registered where there is another: not if it is the same, nor if a
   * later version has spoken, as an older one may still have warm containers.
   */
  public boolean replaces(Registration other) {
    return !equals(other) && !version.isOlderThan(other.version());
  }
}

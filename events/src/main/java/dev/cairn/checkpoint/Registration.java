package dev.cairn.checkpoint;

import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.state.StateSchema;
import java.util.List;

/**
 * What a stage's code says of itself, for those who never load it.
 *
 * @param settings what it sets
 * @param states the states that it declares, by name
 */
public record Registration(
    JobId job,
    StageId stage,
    CodeVersion version,
    Configuration settings,
    List<StateSchema> states) {

  public Registration {
    states = List.copyOf(states);
  }

  /**
   * Whether this one is to be registered where there is another: not if it is the same, nor if a
   * later version has spoken, as an older one may still have warm containers.
   */
  public boolean replaces(Registration other) {
    return !equals(other) && !version.isOlderThan(other.version());
  }
}

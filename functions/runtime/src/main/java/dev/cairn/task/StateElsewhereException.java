package dev.cairn.task;

import dev.cairn.id.SubtaskId;
import java.util.Optional;

/**
 * A shard cannot be opened, because the state of its keys lies, or may lie, with another subtask of
 * the job: the stream was resharded, or created again with another number of shards.
 */
final class StateElsewhereException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<SubtaskId> holder;

  StateElsewhereException(String message, Optional<SubtaskId> holder) {
    super(message);
    this.holder = holder;
  }

  /** Returns the subtask that has or had keys of the shard; empty if none was opened. */
  Optional<SubtaskId> holder() {
    return holder;
  }
}

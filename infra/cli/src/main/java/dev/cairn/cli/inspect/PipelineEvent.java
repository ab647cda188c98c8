package dev.cairn.cli.inspect;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import java.time.Instant;

/** An event of a pipeline, derived from the table. */
public sealed interface PipelineEvent {

  /** Returns the time of the event, by the clock of the process that caused it. */
  Instant at();

  /**
   * An entry was appended.
   *
   * @param before the header of the entry before it; its own for the first that is seen
   */
  record Appended(SubtaskId subtask, Entry.Header before, Entry entry) implements PipelineEvent {
    @Override
    public Instant at() {
      return entry.header().writtenAt();
    }
  }

  /** A checkpoint was triggered, or came to its end. */
  record CheckpointMoved(Checkpoint checkpoint) implements PipelineEvent {
    @Override
    public Instant at() {
      return switch (checkpoint) {
        case Checkpoint.Pending p -> p.trigger().triggeredAt();
        case Checkpoint.Completed c -> c.completedAt();
        case Checkpoint.Aborted a -> a.abortedAt();
        case Checkpoint.Subsumed s -> s.completed().completedAt();
      };
    }
  }

  /**
   * The job's item has changed: its status, its epoch, or its requests.
   *
   * @param at when that was seen
   */
  record JobMoved(Job before, Job now, Instant at) implements PipelineEvent {}
}

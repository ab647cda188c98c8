package dev.cairn.coordinator.ports;

import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.TableEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;

/**
 * An event that the coordinator handles. Events may arrive twice, late or not at all; a tick makes
 * up for a lost event.
 */
public sealed interface Event {
  JobId job();

  static Event of(TableEvent event) {
    return switch (event) {
      case TableEvent.AcknowledgementWritten written ->
          new Acknowledged(written.job(), written.checkpoint(), Set.of(written.subtask()));
      case TableEvent.CheckpointDeclined declined ->
          new Declined(declined.job(), declined.checkpoint());
      case TableEvent.Requested requested -> new Requested(requested.job());
    };
  }

  /**
   * Removes duplicates, and merges the acknowledgements of one checkpoint into one event at the
   * place of the first.
   */
  static SequencedSet<Event> together(Iterable<Event> events) {
    Map<Event, Set<SubtaskId>> acknowledgements = new HashMap<>();
    for (Event event : events) {
      if (event instanceof Acknowledged one) {
        acknowledgements
            .computeIfAbsent(one.ofNobody(), checkpoint -> new HashSet<>())
            .addAll(one.subtasks());
      }
    }
    SequencedSet<Event> together = new LinkedHashSet<>();
    for (Event event : events) {
      together.add(
          event instanceof Acknowledged one
              ? new Acknowledged(
                  one.job(),
                  one.checkpoint(),
                  acknowledgements.getOrDefault(one.ofNobody(), one.subtasks()))
              : event);
    }
    return together;
  }

  /** The schedule's periodic event. */
  record Tick(JobId job) implements Event {}

  /** Subtasks have acknowledged a checkpoint. */
  record Acknowledged(JobId job, CheckpointId checkpoint, Set<SubtaskId> subtasks)
      implements Event {
    public Acknowledged {
      subtasks = Set.copyOf(subtasks);
    }

    private Acknowledged ofNobody() {
      return new Acknowledged(job, checkpoint, Set.of());
    }
  }

  /** A subtask has declined a checkpoint, because it cannot store its state. */
  record Declined(JobId job, CheckpointId checkpoint) implements Event {}

  /** A user has put a request on the job's item. */
  record Requested(JobId job) implements Event {}
}

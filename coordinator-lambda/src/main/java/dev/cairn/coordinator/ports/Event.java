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
 * Why the coordinator runs. Each may come twice, late, or not at all: a tick does what a lost one
 * would have done.
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

  /** Each thing once, and the answers to one checkpoint as one event in the first one's place. */
  static SequencedSet<Event> together(Iterable<Event> events) {
    Map<Event, Set<SubtaskId>> answers = new HashMap<>();
    for (Event event : events) {
      if (event instanceof Acknowledged one) {
        answers
            .computeIfAbsent(one.ofNobody(), checkpoint -> new HashSet<>())
            .addAll(one.subtasks());
      }
    }
    SequencedSet<Event> together = new LinkedHashSet<>();
    for (Event event : events) {
      together.add(
          event instanceof Acknowledged one
              ? new Acknowledged(
                  one.job(), one.checkpoint(), answers.getOrDefault(one.ofNobody(), one.subtasks()))
              : event);
    }
    return together;
  }

  /** The schedule's: time has passed. */
  record Tick(JobId job) implements Event {}

  /** Subtasks have answered a checkpoint. */
  record Acknowledged(JobId job, CheckpointId checkpoint, Set<SubtaskId> subtasks)
      implements Event {
    public Acknowledged {
      subtasks = Set.copyOf(subtasks);
    }

    private Acknowledged ofNobody() {
      return new Acknowledged(job, checkpoint, Set.of());
    }
  }

  /** A subtask has answered that it cannot store its state. */
  record Declined(JobId job, CheckpointId checkpoint) implements Event {}

  /** A user has asked for something on the job's item. */
  record Requested(JobId job) implements Event {}
}

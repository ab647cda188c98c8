package dev.cairn.simulation;

import dev.cairn.coordinator.CoordinatorGuards;
import dev.cairn.coordinator.checkpointing.CheckpointGuards;
import dev.cairn.coordinator.collecting.CollectionGuards;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.restoring.RestoreGuards;
import dev.cairn.inmemory.dynamodb.InMemoryTable;
import dev.cairn.state.BlockChecksum;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.subtask.StateMemory;
import dev.cairn.task.subtask.SubtaskCache;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Everything in which the protocol's guards lie. The simulation is run with the real ones, and, to
 * see whether it would notice, with one of them replaced by one that guards nothing.
 */
public record Guards(
    TaskDecisions task,
    CoordinatorGuards coordinator,
    BlockChecksum checksum,
    Function<StateMemory, SubtaskCache<String>> cache,
    Function<InstantSource, InMemoryTable> table,
    UnaryOperator<byte[]> answer) {

  public static Guards all() {
    return new Guards(
        new TaskDecisions(),
        CoordinatorGuards.ALL,
        new BlockChecksum(),
        SubtaskCache::new,
        InMemoryTable::new,
        answer -> answer);
  }

  public Guards with(TaskDecisions task) {
    return new Guards(task, coordinator, checksum, cache, table, answer);
  }

  public Guards with(JournalGuards journals) {
    return with(coordinator.with(journals));
  }

  public Guards with(CollectionGuards collecting) {
    return with(coordinator.with(collecting));
  }

  public Guards with(CheckpointGuards checkpointing) {
    return with(coordinator.with(checkpointing));
  }

  public Guards with(RestoreGuards restoring) {
    return with(coordinator.with(restoring));
  }

  private Guards with(CoordinatorGuards guards) {
    return new Guards(task, guards, checksum, cache, table, answer);
  }

  public Guards with(BlockChecksum checksum) {
    return new Guards(task, coordinator, checksum, cache, table, answer);
  }

  public Guards withCache(Function<StateMemory, SubtaskCache<String>> cache) {
    return new Guards(task, coordinator, checksum, cache, table, answer);
  }

  public Guards withTable(Function<InstantSource, InMemoryTable> table) {
    return new Guards(task, coordinator, checksum, cache, table, answer);
  }

  /**
   * With something else on the task's way back.
   *
   * @param answer what becomes of a task's answer on its way to the mapping
   */
  public Guards withResponse(UnaryOperator<byte[]> answer) {
    return new Guards(task, coordinator, checksum, cache, table, answer);
  }
}

package dev.cairn.simulation;

import dev.cairn.coordinator.CoordinatorGuards;
import dev.cairn.state.BlockChecksum;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.subtask.StateMemory;
import dev.cairn.task.subtask.SubtaskCache;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * All guards of the protocol. The simulation runs with the real ones and, to prove that it detects
 * their absence, with one of them replaced by a predicate that always agrees.
 */
public record Guards(
    TaskDecisions task,
    CoordinatorGuards coordinator,
    BlockChecksum checksum,
    Function<StateMemory, SubtaskCache<String>> cache,
    UnaryOperator<DynamoDbClient> table,
    UnaryOperator<byte[]> response) {

  public static Guards all() {
    return new Guards(
        new TaskDecisions(),
        CoordinatorGuards.ALL,
        new BlockChecksum(),
        SubtaskCache::new,
        table -> table,
        response -> response);
  }

  public Guards with(TaskDecisions task) {
    return new Guards(task, coordinator, checksum, cache, table, response);
  }

  /**
   * Returns a copy in which one guard of the coordinator is replaced.
   *
   * @param type the guard's interface, of which the coordinator's guards have one component
   */
  public <G> Guards with(Class<G> type, G guard) {
    return new Guards(
        task, Replacement.in(coordinator, type, guard), checksum, cache, table, response);
  }

  public Guards with(BlockChecksum checksum) {
    return new Guards(task, coordinator, checksum, cache, table, response);
  }

  public Guards withCache(Function<StateMemory, SubtaskCache<String>> cache) {
    return new Guards(task, coordinator, checksum, cache, table, response);
  }

  public Guards withTable(UnaryOperator<DynamoDbClient> table) {
    return new Guards(task, coordinator, checksum, cache, table, response);
  }

  /**
   * Returns a copy that modifies the task's responses.
   *
   * @param response modifies a task's response on its way to the mapping
   */
  public Guards withResponse(UnaryOperator<byte[]> response) {
    return new Guards(task, coordinator, checksum, cache, table, response);
  }
}

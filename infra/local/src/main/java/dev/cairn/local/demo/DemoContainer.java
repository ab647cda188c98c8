package dev.cairn.local.demo;

import dev.cairn.id.EntryId;
import dev.cairn.inmemory.lambda.Handler;
import dev.cairn.inmemory.lambda.LocalInvocation;
import dev.cairn.lambda.CodeRegistration;
import dev.cairn.lambda.TaskEndpoint;
import dev.cairn.task.Task;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * One container of the task's function: its own task, and its own adapters to everything outside.
 */
final class DemoContainer implements Handler {
  private final Function<String, Task<Object>> starting;
  private final CodeRegistration codeRegistration;
  private final LastFailure lastFailure;
  private Optional<TaskEndpoint> started = Optional.empty();

  /**
   * @param starting creates the container's task from the container's name
   * @param codeRegistration registers the code's settings with the coordinator
   * @param lastFailure stores the last failure of all containers
   */
  DemoContainer(
      Function<String, Task<Object>> starting,
      CodeRegistration codeRegistration,
      LastFailure lastFailure) {
    this.starting = starting;
    this.codeRegistration = codeRegistration;
    this.lastFailure = lastFailure;
  }

  @Override
  public void handle(InputStream event, OutputStream response, LocalInvocation invocation)
      throws Exception {
    try {
      TaskEndpoint endpoint =
          started.orElseGet(() -> new TaskEndpoint(starting.apply(invocation.container())));
      started = Optional.of(endpoint);
      codeRegistration.make();
      endpoint.handle(event, response, invocation::remaining);
    } catch (Exception e) {
      lastFailure.set(e.toString());
      throw e;
    }
  }

  static EntryId newId() {
    return new EntryId(UUID.randomUUID().toString());
  }
}

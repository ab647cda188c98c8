package dev.cairn.local.demo;

import dev.cairn.coordinator.Coordinator;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.id.JobId;
import dev.cairn.inmemory.world.World;
import dev.cairn.local.dynamodb.TableStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Invokes the coordinator: at the rule's ticks, and for events of the table's stream in between.
 */
final class Schedule {
  private static final Duration STREAM_POLL = Duration.ofMillis(100);

  private final World world;
  private final Coordinator coordinator;
  private final TableStream stream;
  private final JobId job;
  private final Duration tick;
  private final LastFailure lastFailure;

  Schedule(
      World world,
      Coordinator coordinator,
      TableStream stream,
      JobId job,
      Duration tick,
      LastFailure lastFailure) {
    this.world = world;
    this.coordinator = coordinator;
    this.stream = stream;
    this.job = job;
    this.tick = tick;
    this.lastFailure = lastFailure;
  }

  void start() {
    world.start(Pipeline.COORDINATOR, this::run);
  }

  private void run() {
    Instant nextTick = world.now();
    while (true) {
      try {
        Set<Event> events = new LinkedHashSet<>();
        stream.poll(event -> events.add(Event.of(event)));
        if (!world.now().isBefore(nextTick)) {
          nextTick = nextTick.plus(tick);
          events.add(new Event.Tick(job));
        }
        Event.together(events).forEach(coordinator::on);
      } catch (RuntimeException e) {
        // As in AWS: the invocation failed, and the next tick does what it would have done.
        lastFailure.set("the coordinator: " + e);
      }
      world.sleep(STREAM_POLL);
    }
  }
}

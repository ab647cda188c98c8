package dev.cairn.contracts;

import dev.cairn.id.SequenceNumber;
import dev.cairn.inmemory.lambda.Handler;
import dev.cairn.inmemory.lambda.LocalInvocation;
import dev.cairn.inmemory.world.World;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The {@link Script} in a world's containers. One for all of them. */
final class ScriptedFunction implements Handler, Script.Surroundings {
  private final World world;
  private final Script script;
  private final Map<SequenceNumber, Integer> seen = new HashMap<>();
  private final List<Delivered> deliveries = new ArrayList<>();

  ScriptedFunction(World world, Duration stall) {
    this.world = world;
    this.script = new Script(this, stall);
  }

  synchronized List<Delivered> deliveries() {
    return List.copyOf(deliveries);
  }

  @Override
  public void handle(InputStream event, OutputStream response, LocalInvocation invocation)
      throws IOException {
    response.write(script.answer(event));
  }

  @Override
  public Instant now() {
    return world.now();
  }

  @Override
  public void sleep(Duration duration) {
    world.sleep(duration);
  }

  @Override
  public synchronized int timesSeen(SequenceNumber record) {
    return seen.merge(record, 1, Integer::sum);
  }

  @Override
  public void delivered(Delivered batch) {
    synchronized (this) {
      deliveries.add(batch);
    }
    world.changed();
  }
}

package dev.cairn.inmemory.lambda;

import dev.cairn.inmemory.world.World;
import java.time.Duration;
import java.time.Instant;

/** The context of an invocation for its handler. */
public final class LocalInvocation {
  private final World world;
  private final String requestId;
  private final String container;
  private final Instant deadline;

  LocalInvocation(World world, String requestId, String container, Instant deadline) {
    this.world = world;
    this.requestId = requestId;
    this.container = container;
    this.deadline = deadline;
  }

  /** A UUID, as Lambda's are. */
  public String requestId() {
    return requestId;
  }

  /** The container's name, which is also that of the task in which it runs. */
  public String container() {
    return container;
  }

  /** Returns the time until Lambda abandons this invocation; zero afterwards. */
  public Duration remaining() {
    Duration left = Duration.between(world.now(), deadline);
    return left.isNegative() ? Duration.ZERO : left;
  }
}

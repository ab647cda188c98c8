package dev.cairn.inmemory.lambda;

import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.inmemory.world.World;
import dev.cairn.stream.Shard;
import java.util.Map;
import java.util.TreeMap;

/**
 * The event source mapping of one function on one stream: ParallelizationFactor 1,
 * ReportBatchItemFailures, no discarding.
 *
 * <p>Each shard has a task of its own, {@code mapping/<shard>}; a child's starts when all its
 * parents are delivered to their end.
 */
public final class LocalMapping {
  private final World world;
  private final LocalStream stream;
  private final LambdaFunction function;
  private final MappingSettings settings;
  private final Delivery delivery;
  private final TreeMap<ShardId, Progress> progress = new TreeMap<>();
  private final Map<ShardId, Position> answered = new TreeMap<>();
  private long responses;
  private boolean stopping;
  private boolean disabled;
  private int running;

  /**
   * How far a shard has been delivered.
   *
   * @param cursor the position up to which the mapping considers records done
   * @param batches deliveries whose response counted, successful or not
   * @param retries those of them that did not move the cursor to the batch's end
   */
  public record Progress(Position cursor, long batches, long retries) {
    static final Progress NONE = new Progress(Position.beginning(), 0, 0);

    Progress delivered(Position reached, boolean whole) {
      return new Progress(reached, batches + 1, whole ? retries : retries + 1);
    }
  }

  public LocalMapping(
      World world,
      LocalStream stream,
      LambdaFunction function,
      MappingSettings settings,
      Delivery delivery) {
    this.world = world;
    this.stream = stream;
    this.function = function;
    this.settings = settings;
    this.delivery = delivery;
  }

  /** Starts to deliver from the oldest record kept. */
  public void start() {
    startReady();
  }

  /**
   * Starts no more invocations. Running ones continue; {@link #isStopped} returns whether they have
   * ended.
   */
  public void stop() {
    synchronized (this) {
      stopping = true;
    }
    world.changed();
  }

  /** Enables delivery, from where each shard stopped. */
  public void enable() {
    set(false);
  }

  /** Disables delivery, and keeps the cursor in each shard. */
  public void disable() {
    set(true);
  }

  private void set(boolean off) {
    synchronized (this) {
      disabled = off;
    }
    world.changed();
  }

  public synchronized boolean isDisabled() {
    return disabled;
  }

  public synchronized boolean isStopping() {
    return stopping;
  }

  public synchronized boolean isStopped() {
    return stopping && running == 0;
  }

  /** Returns the progress of each shard for which delivery has begun. */
  public synchronized Map<ShardId, Progress> progress() {
    return new TreeMap<>(progress);
  }

  public synchronized Progress progress(ShardId shard) {
    return progress.getOrDefault(shard, Progress.NONE);
  }

  /** Whether every record in the stream is delivered and done. */
  public boolean isCaughtUp() {
    for (Shard shard : stream.listed()) {
      if (stream.hasAfter(shard.id(), progress(shard.id()).cursor())) {
        return false;
      }
    }
    return true;
  }

  /** Starts shards that have not begun and no longer wait for a parent. */
  public void startReady() {
    for (Shard shard : stream.listed()) {
      if (begin(shard)) {
        ShardDelivery deliverer =
            new ShardDelivery(world, stream, function, settings, delivery, this, shard.id());
        run("mapping/" + shard.id(), deliverer::deliver);
      }
    }
  }

  private synchronized boolean begin(Shard shard) {
    boolean ready =
        progress.containsKey(shard.id())
            || !delivery.waitsForParents(shard.id())
            || shard.parents().stream()
                .allMatch(
                    parent ->
                        !stream.isKnown(parent)
                            || progress(parent).cursor().equals(Position.end()));
    return ready && !stopping && progress.putIfAbsent(shard.id(), Progress.NONE) == null;
  }

  /**
   * The position up to which a function has answered that records are done. A shard whose records
   * are all done has ended for the mapping, which no function has said.
   */
  public synchronized Position answered(ShardId shard) {
    return answered.getOrDefault(shard, Position.beginning());
  }

  /** Counts the responses so far; {@link #answered} changes only with one of them. */
  public synchronized long responses() {
    return responses;
  }

  void advance(ShardId shard, Progress reached) {
    synchronized (this) {
      responses++;
      if (!(reached.cursor() instanceof Position.End)) {
        answered.put(shard, reached.cursor());
      }
      progress.put(shard, reached);
    }
    world.changed();
  }

  void ended(ShardId shard) {
    advance(
        shard, new Progress(Position.end(), progress(shard).batches(), progress(shard).retries()));
    startReady();
  }

  /** Runs one of the mapping's own tasks, counted until it ends. */
  void run(String task, Runnable body) {
    synchronized (this) {
      running++;
    }
    world.start(
        task,
        () -> {
          try {
            body.run();
          } finally {
            synchronized (this) {
              running--;
            }
            world.changed();
          }
        });
  }
}

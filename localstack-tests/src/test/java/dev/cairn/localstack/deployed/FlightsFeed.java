package dev.cairn.localstack.deployed;

import dev.cairn.stream.Shard;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Sends flights without a pause until it is closed. */
final class FlightsFeed implements AutoCloseable {
  private static final long PERIOD_MILLIS = 250;
  private static final int COUNT_OF_EACH = 10;

  private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /**
   * @param shards as the flights know them; Kinesis routes each record to the open shard
   */
  static FlightsFeed of(Flights flights, List<Shard> shards) {
    FlightsFeed feed = new FlightsFeed();
    var unused =
        feed.sender.scheduleAtFixedRate(
            () -> feed.send(flights, shards), 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return feed;
  }

  private void send(Flights flights, List<Shard> shards) {
    try {
      flights.send(COUNT_OF_EACH, shards);
    } catch (RuntimeException | AssertionError e) {
      failure.set(e);
      // The executor stops a task that throws.
      throw e;
    }
  }

  @Override
  public void close() {
    sender.close();
    if (failure.get() != null) {
      throw new AssertionError("the feed failed", failure.get());
    }
  }
}

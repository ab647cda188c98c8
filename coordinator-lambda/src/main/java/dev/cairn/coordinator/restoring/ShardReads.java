package dev.cairn.coordinator.restoring;

import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.parallel.OutOfTimeException;
import dev.cairn.stream.ShardScan;
import dev.cairn.stream.ShardScan.Step;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * Reads shards as far as necessary to find a record, or the end that Kinesis reports. If the time
 * is too short the result is unknown, which is never treated as the end.
 *
 * <p>A page covers five minutes of a shard, and Kinesis allows five pages per second for all
 * readers. A coordinator therefore reads a quiet shard for less time than there is between two
 * ticks, and continues at the next one. If a scan outlasted a tick, each tick would begin a further
 * scan beside the unfinished ones, no scan would get far, and no checkpoint would be taken
 * meanwhile.
 */
public final class ShardReads {
  /** A quiet day of a shard takes a minute to read, and the coordinator runs for 15 at most. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** Less than the minute between two ticks, which have other work to do as well. */
  private static final Duration LONGEST_IN_A_TICK = Duration.ofSeconds(40);

  /** Clocks differ, and Kinesis's times of arrival are approximate. */
  private static final Duration CLOCK_MARGIN = Duration.ofMinutes(2);

  private static final int MOST_REFUSED_PAGES = 20;

  // A page has up to 10 MB, and many shards are read in the memory of one function.
  private static final int LARGE_PAGES_AT_ONCE = 4;

  private final StreamReader stream;
  private final InstantSource clock;
  private final Duration longestQuiet;
  private final QuietStretches quiet = new QuietStretches();
  private final Semaphore largePages = new Semaphore(LARGE_PAGES_AT_ONCE);

  private ShardReads(StreamReader stream, InstantSource clock, Duration longestQuiet) {
    this.stream = stream;
    this.clock = clock;
    this.longestQuiet = longestQuiet;
  }

  /** Creates reads for a coordinator, which continues at its next tick. */
  public static ShardReads inTicks(CoordinatorPorts ports) {
    return new ShardReads(ports.topology().source().stream(), ports.clock(), LONGEST_IN_A_TICK);
  }

  /** Creates reads for a caller that runs only once. */
  public static ShardReads immediately(CoordinatorPorts ports) {
    return new ShardReads(ports.topology().source().stream(), ports.clock(), LONGEST);
  }

  StreamReader stream() {
    return stream;
  }

  Instant now() {
    return clock.instant();
  }

  /** Returns when the oldest kept records arrived. */
  Instant horizon() {
    return now().minus(stream.retention());
  }

  /** Returns the first record from there on; empty if the shard has none. */
  public Optional<StreamRecord> first(ShardId shard, From from) {
    return first(shard, from, 1).stream().findFirst();
  }

  /** Returns the first records from there on; fewer if the shard has no more. */
  public List<StreamRecord> first(ShardId shard, From from, int count) {
    List<StreamRecord> first = new ArrayList<>();
    read(
        shard,
        from,
        count,
        Optional.empty(),
        record -> {
          first.add(record);
          return first.size() < count;
        });
    return first;
  }

  /** Returns the last record before a time, of those from there on; empty if there is none. */
  Optional<StreamRecord> lastBefore(ShardId shard, Instant time, From from) {
    Last last = new Last(time);
    readAll(shard, from, Optional.of(time), last);
    return last.record;
  }

  private static final class Last implements Predicate<StreamRecord> {
    private final Instant time;
    private Optional<StreamRecord> record = Optional.empty();

    private Last(Instant time) {
      this.time = time;
    }

    @Override
    public boolean test(StreamRecord found) {
      if (!found.arrival().isBefore(time)) {
        return false;
      }
      record = Optional.of(found);
      return true;
    }
  }

  /**
   * Passes every record from there on to a reader, until it returns false.
   *
   * @param until a time after which records need not be read; empty to read to the end
   * @param reader returns whether to continue
   */
  public void readAll(
      ShardId shard, From from, Optional<Instant> until, Predicate<StreamRecord> reader) {
    largePages.acquireUninterruptibly();
    try {
      read(shard, from, ShardScan.LARGEST_PAGE, until, reader);
    } finally {
      largePages.release();
    }
  }

  private void read(
      ShardId shard,
      From from,
      int limit,
      Optional<Instant> until,
      Predicate<StreamRecord> reader) {
    ShardScan scan = new ShardScan(stream, clock, shard, quiet.start(shard, from), limit);
    Instant started = now();
    Instant givenUp = started.plus(LONGEST);
    boolean hasFound = false;
    int refused = 0;
    while (now().isBefore(givenUp)) {
      Step step;
      try {
        step = scan.step();
      } catch (StreamException e) {
        // One failed page of hundreds is retried; otherwise the others would have to be read again.
        if (++refused == MOST_REFUSED_PAGES) {
          throw e;
        }
        continue;
      }
      switch (step) {
        case Step.Records(var records) -> {
          for (StreamRecord record : records) {
            // A scan that continues a quiet stretch begins at a time, which may be before its
            // record.
            if (isBefore(record, from)) {
              continue;
            }
            hasFound = true;
            if (!reader.test(record)) {
              return;
            }
          }
        }
        case Step.Quiet q -> {}
        case Step.Tip t -> {
          return;
        }
      }
      if (until.isPresent() && hasPassed(scan, until.get())) {
        return;
      }
      if (!hasFound) {
        scan.reached().ifPresent(reached -> quiet.remember(shard, from, reached));
        if (!now().isBefore(started.plus(longestQuiet))) {
          throw new OutOfTimeException(
              "reading shard "
                  + shard
                  + " without finding a record"
                  + scan.reached().map(reached -> " from before " + reached).orElse(""));
        }
      }
    }
    throw new StreamException(
        "shard "
            + shard
            + " could not be read far enough within "
            + LONGEST.toMinutes()
            + " minutes: reading a quiet day takes a minute, a busy day takes longer; the"
            + " next tick tries again");
  }

  private static boolean isBefore(StreamRecord record, From from) {
    return from instanceof From.At(SequenceNumber first)
        && record.sequenceNumber().compareTo(first) < 0;
  }

  /** Whether all records that arrived before a time have been read. */
  private boolean hasPassed(ShardScan scan, Instant time) {
    return scan.reached().map(reached -> reached.minus(CLOCK_MARGIN).isAfter(time)).orElse(false);
  }
}

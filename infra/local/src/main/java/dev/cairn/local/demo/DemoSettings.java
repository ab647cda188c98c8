package dev.cairn.local.demo;

import dev.cairn.cli.input.InputException;
import dev.cairn.deployment.StorageLocation;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The settings of a demo.
 *
 * @param interval from one checkpoint to the next
 * @param recordsPerSecond how fast records are fed
 * @param keep whether the pipeline stays after the comparison
 * @param port where DynamoDB Local listens; 0 for any that is free
 * @param directory what stands for S3; empty to keep checkpoints inside the table
 */
public record DemoSettings(
    JobId job,
    StageId stage,
    int shards,
    Duration interval,
    double recordsPerSecond,
    boolean keep,
    int port,
    Optional<Path> directory,
    long seed) {
  public static final String TABLE = "cairn";
  static final int CHECKPOINTS = 8;
  static final int RETAINED = 5;

  /** More than a demo needs for its checkpoints, because mishaps delay some, and one is aborted. */
  private static final int INTERVALS = 11;

  private static final int FEWEST_INTERVALS = 10;

  public DemoSettings {
    if (shards < 1 || shards > 64) {
      throw new InputException(
          "the demo's stream has 1 to 64 shards, not " + shards + " (--shards)");
    }
    if (port < 0 || port > 65_535) {
      throw new InputException("a port is from 0 to 65535, not " + port + " (--port)");
    }
    if (!(recordsPerSecond > 0) || Double.isInfinite(recordsPerSecond)) {
      throw new InputException(
          "the rate must be above 0 records per second, not " + recordsPerSecond + " (--rate)");
    }
    if (interval.toMillis() < 50) {
      throw new InputException(
          "checkpoints each "
              + interval.toMillis()
              + " ms are too many for one machine: take --interval 50ms or more");
    }
  }

  /** Where the job's files are, as the other commands are told it. */
  public String storage() {
    return directory.map(Path::toString).orElse(StorageLocation.INLINE);
  }

  /** Returns the rate at which a file of this many records lasts long enough for the demo. */
  public static double paced(int records, Duration interval) {
    return records * 1000.0 / interval.multipliedBy(INTERVALS).toMillis();
  }

  /**
   * Requires that the file lasts long enough for the checkpoints that the demo promises.
   *
   * @throws InputException if it does not
   */
  void requireTimeFor(int records) {
    double lastsMillis = records * 1000.0 / recordsPerSecond;
    long neededMillis = interval.multipliedBy(FEWEST_INTERVALS).toMillis();
    if (lastsMillis < neededMillis) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "at %,.0f records/s the file lasts %.1f s, too short for %d checkpoints each %.1f s:"
                  + " take --rate %d or less, or --interval %dms",
              recordsPerSecond,
              lastsMillis / 1000,
              CHECKPOINTS,
              interval.toMillis() / 1000.0,
              Math.max(1, records * 1000L / neededMillis),
              Math.max(50, (long) lastsMillis / FEWEST_INTERVALS)));
    }
  }

  /**
   * After which an invocation is given up; short, so that the demo need not wait for long when it
   * lets one run into it.
   */
  Duration functionTimeout() {
    Duration most = Duration.ofSeconds(3);
    Duration least = Duration.ofMillis(1200);
    Duration fitting = interval.compareTo(most) < 0 ? interval : most;
    return fitting.compareTo(least) < 0 ? least : fitting;
  }

  Duration checkpointTimeout() {
    Duration several = interval.multipliedBy(4);
    Duration least = Duration.ofSeconds(15);
    return several.compareTo(least) < 0 ? least : several;
  }

  /** How often the coordinator looks whether something is due. */
  Duration tick() {
    Duration most = Duration.ofSeconds(1);
    Duration part = interval.dividedBy(3);
    return part.compareTo(most) < 0 ? part : most;
  }
}

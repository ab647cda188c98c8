package dev.cairn.simulation;

import dev.cairn.inmemory.kinesis.LocalStream;
import dev.cairn.simulation.SeededWorld.Happening;
import dev.cairn.simulation.audit.FaultTally;
import dev.cairn.simulation.audit.SimulatedFault;
import dev.cairn.simulation.audit.SimulatedRace;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The faults of one run, drawn from its seed: how long each call takes, which process dies or
 * freezes where, which response is lost. Each run has its own mix of faults.
 */
final class Faults {
  /**
   * How many further pages of a scan have together as many process faults as one other call.
   *
   * <p>A process dies, freezes or gets slow after some time, not after a number of calls. On AWS, a
   * scan of hundreds of pages takes a minute of the fifteen that a coordinator has, and hardly any
   * process dies in it. If each page had the faults of a call, no scan of a quiet shard would end
   * while there are faults, and no restore would finish.
   */
  private static final int PAGES = 100;

  private final SplittableRandom random;
  private final FaultTally tally;
  private final double slow;
  private final double freeze;
  private final double kill;
  private final double lostAnswer;
  private final double refused;
  private final NarrowWindows windows;
  private boolean calm;
  private boolean killed;

  Faults(SplittableRandom random, FaultTally tally) {
    this.random = random;
    this.tally = tally;
    this.windows = new NarrowWindows(random.split(), tally);
    this.slow = scale(0.10);
    this.freeze = scale(0.012);
    this.kill = scale(0.008);
    this.lostAnswer = scale(0.03);
    this.refused = scale(0.03);
  }

  private double scale(double most) {
    return random.nextInt(4) == 0 ? 0 : most * random.nextDouble();
  }

  /** Ends all faults, so that the pipeline can catch up. */
  void calm() {
    calm = true;
  }

  boolean isCalm() {
    return calm;
  }

  Happening at(String task, String point) {
    boolean container = task.contains("/container-");
    double draw = random.nextDouble() * (point.startsWith(LocalStream.NEXT_PAGE) ? PAGES : 1);
    killed = !calm && container && draw < kill;
    if (killed) {
      tally.count(SimulatedFault.PROCESS_KILLED, group(point));
      return new Happening.Kill();
    }
    if (!calm && container && draw < kill + freeze) {
      tally.count(SimulatedFault.PROCESS_FROZEN, group(point));
      return new Happening.Delay(
          Duration.ofSeconds(5 + random.nextLong(random.nextInt(4) == 0 ? 1800 : 60)));
    }
    Optional<Duration> window = calm ? Optional.empty() : windows.delay(task, point);
    if (window.isPresent()) {
      return new Happening.Delay(window.get());
    }
    if (!calm && draw < kill + freeze + slow) {
      return new Happening.Delay(Duration.ofMillis(50 + random.nextLong(3000)));
    }
    return new Happening.Delay(Duration.ofNanos(500_000 + random.nextLong(20_000_000)));
  }

  private static String group(String point) {
    int dot = point.indexOf('.');
    return dot < 0 ? point : point.substring(0, dot);
  }

  /**
   * Whether a write arrives only after its sender saw it fail, and may have read or written again.
   */
  boolean landsLate() {
    return !calm && random.nextDouble() < lostAnswer * 0.7;
  }

  /** Whether a write arrives although its sender was killed just now. */
  boolean isLateWrite() {
    return killed && random.nextInt(3) == 0;
  }

  /** Returns the delay of a late write, at most as long as its signature is valid. */
  Duration lateness() {
    return Duration.ofMillis(50 + random.nextLong(random.nextInt(6) == 0 ? 300_000 : 8000));
  }

  /**
   * Returns the remaining time as a container sees it: its clock may have been temporarily wrong.
   */
  Duration read(Duration remaining) {
    if (!chance(0.04)) {
      return remaining;
    }
    count(SimulatedFault.THE_REMAINING_TIME_WAS_MISREAD);
    return remaining.minus(Duration.ofMillis(1 + random.nextLong(15_000)));
  }

  boolean hasCollectorListed() {
    return windows.hasCollectorListed();
  }

  boolean isCollectorAsleep() {
    return windows.isCollectorAsleep();
  }

  boolean losesResponse() {
    return !calm && random.nextDouble() < lostAnswer;
  }

  boolean resends() {
    return !calm && random.nextDouble() < lostAnswer / 2;
  }

  boolean refuses() {
    return !calm && random.nextDouble() < refused;
  }

  boolean chance(double probability) {
    return !calm && random.nextDouble() < probability;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  SplittableRandom random() {
    return random;
  }

  void count(String what) {
    tally.count(what);
  }

  void count(SimulatedFault fault) {
    tally.count(fault);
  }

  void count(SimulatedFault fault, String detail) {
    tally.count(fault, detail);
  }

  void count(SimulatedRace race) {
    tally.count(race);
  }

  void count(SimulatedRace race, String detail) {
    tally.count(race, detail);
  }
}

package dev.cairn.local.simulation;

import dev.cairn.local.simulation.SeededWorld.Happening;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * The faults of one run, drawn from its seed: how long each call takes, which process dies or
 * freezes where, which answer is lost. A run has its own mix, so that some are stormy in one way
 * and calm in the others.
 */
final class Faults {
  private final SplittableRandom random;
  private final Tally tally;
  private final double slow;
  private final double freeze;
  private final double kill;
  private final double lostAnswer;
  private final double refused;
  private boolean calm;

  Faults(SplittableRandom random, Tally tally) {
    this.random = random;
    this.tally = tally;
    this.slow = scale(0.10);
    this.freeze = scale(0.012);
    this.kill = scale(0.008);
    this.lostAnswer = scale(0.03);
    this.refused = scale(0.03);
  }

  private double scale(double most) {
    return random.nextInt(4) == 0 ? 0 : most * random.nextDouble();
  }

  /** No more faults: whatever is left has to come right now. */
  void calm() {
    calm = true;
  }

  boolean isCalm() {
    return calm;
  }

  Happening at(String task, String point) {
    boolean container = task.contains("/container-");
    double draw = random.nextDouble();
    if (!calm && container && draw < kill) {
      tally.count("fault: process killed at " + group(point));
      return new Happening.Kill();
    }
    if (!calm && container && draw < kill + freeze) {
      tally.count("fault: process frozen at " + group(point));
      return new Happening.Delay(
          Duration.ofSeconds(5 + random.nextLong(random.nextInt(4) == 0 ? 1800 : 60)));
    }
    // A window that is short and rarely stood in: between choosing what to subsume and doing it.
    if (!calm && point.equals("table.subsume") && random.nextInt(3) == 0) {
      return new Happening.Delay(Duration.ofMillis(1000 + random.nextLong(4000)));
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

  boolean losesAnswer() {
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
}

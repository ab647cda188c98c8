package dev.cairn.function;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A span of time as older Flink programs write it. Newer programs use {@link Duration}. */
public record Time(Duration duration) {

  public static Time of(long size, TimeUnit unit) {
    return new Time(Duration.of(size, unit.toChronoUnit()));
  }

  public static Time milliseconds(long milliseconds) {
    return of(milliseconds, TimeUnit.MILLISECONDS);
  }

  public static Time seconds(long seconds) {
    return of(seconds, TimeUnit.SECONDS);
  }

  public static Time minutes(long minutes) {
    return of(minutes, TimeUnit.MINUTES);
  }

  public static Time hours(long hours) {
    return of(hours, TimeUnit.HOURS);
  }

  public static Time days(long days) {
    return of(days, TimeUnit.DAYS);
  }

  public Duration toDuration() {
    return duration;
  }
}

package dev.cairn.coordinator.checkpointing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Times are seconds after noon, which is a point of every grid here. */
class CheckpointScheduleTest {
  private static final JobId JOB = new JobId("delays");
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration TOLERANCE = Duration.ofSeconds(5);

  /** At which of the ticks a checkpoint is triggered, each of them complete at once. */
  private record Course(String name, long intervalSeconds, double[] ticks, double... triggered) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Course> courses() {
    return Stream.of(
        new Course("the first at once", 60, at(17), 17),
        new Course("each minute, whenever the rule ticks", 60, at(17, 77, 137), 17, 77, 137),
        new Course("a little early, a little late", 60, at(17, 75, 139, 195), 17, 75, 139, 195),
        new Course(
            "around a point of the grid",
            60,
            at(54.8, 115.2, 174.9, 235.1),
            54.8,
            115.2,
            174.9,
            235.1),
        new Course("a tick that comes twice counts once", 60, at(0, 0.5, 60, 60.3), 0, 60),
        new Course("one every ten minutes", 600, minutes(0, 21), 0, 600, 1200),
        new Course(
            "late ones delay no others",
            10,
            at(0, 11.9, 20.1, 31.9, 40.1),
            0,
            11.9,
            20.1,
            31.9,
            40.1),
        new Course(
            "90 s by ticks of 60 s: two of three", 90, minutes(0, 9), 0, 120, 180, 300, 360, 480),
        new Course(
            "after an outage one, not many, and then on the grid again",
            600,
            Stream.of(minutes(0, 1), minutes(47, 63))
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray(),
            0,
            2820,
            3120,
            3600),
        new Course(
            "a clock that jumps ahead for one tick",
            60,
            at(0, 60, 90000, 120, 180, 240),
            0,
            60,
            90000,
            120,
            180,
            240),
        new Course(
            "a clock that jumps back goes on",
            60,
            at(0, 60, -7200, -7140, -7080),
            0,
            60,
            -7200,
            -7140,
            -7080),
        new Course(
            "a clock that jumps ahead and stays", 60, at(0, 60, 90000, 90060), 0, 60, 90000, 90060),
        new Course("a clock that trembles makes no storm", 60, at(60, 58, 61, 59, 62, 57, 60), 60));
  }

  private static double[] at(double... ticks) {
    return ticks;
  }

  private static double[] minutes(int from, int to) {
    return IntStream.range(from, to).mapToDouble(minute -> minute * 60).toArray();
  }

  @ParameterizedTest
  @MethodSource("courses")
  void aCourseOfTicks(Course course) {
    CheckpointSchedule schedule = schedule(course.intervalSeconds(), 0, 1);
    List<Checkpoint> checkpoints = new ArrayList<>();
    List<Double> triggered = new ArrayList<>();
    for (double tick : course.ticks()) {
      if (schedule.isDue(checkpoints, time(tick))) {
        triggered.add(tick);
        checkpoints.add(completed(checkpoints.size() + 1, tick, tick));
      }
    }
    assertThat(triggered)
        .containsExactly(
            IntStream.range(0, course.triggered().length)
                .mapToObj(i -> course.triggered()[i])
                .toArray(Double[]::new));
  }

  @ParameterizedTest(name = "{0} s after one at {1}, {2} s tolerated: {3}")
  @CsvSource({
    // the grid's points are at 0, 30, 60
    "29.9, 0,    0,  false",
    "30,   0,    0,  true",
    "25,   0,    5,  true",
    "24.9, 0,    5,  false",
    "30,   12,   0,  true",
    "30,   16,   0,  false",
    "31,   16,   0,  true",
    // never by more than half an interval
    "15,   0,    20, true",
    "14.9, 0,    20, false"
  })
  void aTickMayComeALittleEarly(double now, double last, long tolerated, boolean due) {
    CheckpointSchedule schedule =
        new CheckpointSchedule(
            Duration.ofSeconds(30), Duration.ZERO, 1, Duration.ofSeconds(tolerated));
    assertThat(schedule.isDue(List.of(completed(1, last, last)), time(now))).isEqualTo(due);
  }

  @ParameterizedTest(name = "a pause of {0} s after {1}, at {2}: {3}")
  @CsvSource({
    "20, 50,    60,   false",
    "20, 50,    69.9, false",
    "20, 50,    70,   true",
    "0,  60,    60,   true",
    // an end in the future was written by a clock that was off
    "20, 86400, 60,   true"
  })
  void aPauseCountsFromTheEndOfTheLast(long pause, double ended, double now, boolean due) {
    CheckpointSchedule schedule = schedule(60, pause, 1);

    assertThat(schedule.isDue(List.of(completed(1, 0, ended)), time(now))).isEqualTo(due);
    assertThat(schedule.isDue(List.of(aborted(1, 0, ended)), time(now))).isEqualTo(due);
    assertThat(schedule.isDue(List.of(new Checkpoint.Subsumed(completed(1, 0, ended))), time(now)))
        .isEqualTo(due);
  }

  @ParameterizedTest(name = "{0} of {1} pending: {2}")
  @CsvSource({"1, 1, false", "1, 2, true", "2, 2, false", "0, 1, true"})
  void noMoreArePendingThanMayBe(int pending, int most, boolean due) {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (int n = 1; n <= pending; n++) {
      checkpoints.add(new Checkpoint.Pending(triggering(n, 0), new TreeSet<>()));
    }
    assertThat(schedule(60, 0, most).isDue(checkpoints, time(60))).isEqualTo(due);
  }

  @Test
  void nothingFollowsASavepointThatIsPending() {
    Checkpoint.Triggering scheduled = triggering(1, 0);
    Checkpoint.Triggering asked =
        new Checkpoint.Triggering(
            scheduled.job(),
            scheduled.id(),
            scheduled.epoch(),
            scheduled.triggeredAt(),
            scheduled.expected(),
            Optional.of(new Checkpoint.Savepoint(Optional.empty(), FilePath.of("savepoints", "1"))),
            "savepoint");

    assertThat(
            schedule(60, 0, 9)
                .isDue(List.of(new Checkpoint.Pending(asked, new TreeSet<>())), time(60)))
        .isFalse();
  }

  @Test
  void oneThatWaitedForItsTurnIsDueAtOnce() {
    assertThat(schedule(60, 0, 1).isDue(List.of(completed(1, 0, 200)), time(200))).isTrue();
  }

  @Test
  void overADayOfMinutesNoneIsMissedAndNoneTooMany() {
    CheckpointSchedule schedule = schedule(60, 0, 1);
    Checkpoint last = completed(1, 0, 0);
    int triggered = 0;
    for (int minute = 1; minute <= 1440; minute++) {
      // Up to 4 s early or late, in a pattern that meets every side of the grid.
      double tick = minute * 60 + (minute * 7919 % 81 - 40) / 10.0 + minute / 24.0;
      if (schedule.isDue(List.of(last), time(tick))) {
        last = completed(++triggered + 1, tick, tick);
      }
    }
    assertThat(triggered).isBetween(1438, 1440);
  }

  @Test
  void thereIsNoneWithoutAnInterval() {
    assertThat(CheckpointSchedule.of(CheckpointSettings.DEFAULTS, TOLERANCE)).isEmpty();
    assertThat(
            CheckpointSchedule.of(
                new CheckpointSettings(
                    Optional.of(Duration.ofSeconds(7)), Duration.ofMinutes(1), 1),
                TOLERANCE))
        .contains(new CheckpointSchedule(Duration.ofSeconds(7), Duration.ZERO, 1, TOLERANCE));
  }

  private static CheckpointSchedule schedule(long interval, long pause, int concurrent) {
    return new CheckpointSchedule(
        Duration.ofSeconds(interval), Duration.ofSeconds(pause), concurrent, TOLERANCE);
  }

  private static Instant time(double seconds) {
    return NOON.plusMillis(Math.round(seconds * 1000));
  }

  private static Checkpoint.Triggering triggering(long n, double at) {
    return new Checkpoint.Triggering(
        JOB, new CheckpointId(n), new Epoch(1), time(at), ExpectedSubtasks.of(new TreeSet<>()));
  }

  private static Checkpoint.Completed completed(long n, double at, double ended) {
    FileRef metadata =
        new FileRef(Layout.metadata(JOB, new CheckpointId(n)), 0, Sha256.of(new byte[0]));
    return new Checkpoint.Completed(triggering(n, at), time(ended), metadata, 0, 0);
  }

  private static Checkpoint aborted(long n, double at, double ended) {
    return new Checkpoint.Aborted(
        triggering(n, at), time(ended), Failure.of(FailureReason.EXPIRED, "for this test"));
  }
}

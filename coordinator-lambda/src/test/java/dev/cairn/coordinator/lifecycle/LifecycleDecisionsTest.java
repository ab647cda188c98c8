package dev.cairn.coordinator.lifecycle;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.SECOND;
import static dev.cairn.coordinator.Samples.aborted;
import static dev.cairn.coordinator.Samples.advanced;
import static dev.cairn.coordinator.Samples.completed;
import static dev.cairn.coordinator.Samples.failed;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.opened;
import static dev.cairn.coordinator.Samples.snapshotted;
import static dev.cairn.coordinator.Samples.tail;
import static dev.cairn.coordinator.Samples.toleratingOne;
import static dev.cairn.coordinator.Samples.view;
import static dev.cairn.coordinator.Samples.withoutGap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Isolation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of what was read and when → whether a job goes on, fails, or restores itself. */
class LifecycleDecisionsTest {
  private static final Duration LONGEST_INVOCATION = Duration.ofMinutes(15);
  private static final Entry.Base OPENED = opened(1);

  private final LifecycleDecisions decisions = new LifecycleDecisions(JournalGuards.ALL);

  private record Damaged(String name, boolean damaged, JournalTail tail) {
    @Override
    public String toString() {
      return name + " → " + (damaged ? "damaged" : "not damaged");
    }
  }

  static Stream<Damaged> damaged() {
    return Stream.of(
        new Damaged("no failure", false, tail(FIRST, OPENED)),
        new Damaged(
            "a file is missing once, which may be right the next time",
            false,
            tail(FIRST, OPENED, failed(2, FailureReason.DAMAGED, 1, false))),
        new Damaged(
            "a file is missing twice in a row",
            true,
            tail(FIRST, OPENED, failed(2, FailureReason.DAMAGED, 2, false))),
        new Damaged(
            "attempts failed twice for another reason",
            false,
            tail(FIRST, OPENED, failed(2, FailureReason.STORAGE, 2, false))));
  }

  @ParameterizedTest
  @MethodSource
  void damaged(Damaged row) {
    assertThat(decisions.damaged(List.of(row.tail)))
        .isEqualTo(row.damaged ? List.of(row.tail) : List.of());
  }

  private record Gone(
      String name, Optional<FailureReason> fails, List<Checkpoint> checkpoints, JournalTail tail) {
    @Override
    public String toString() {
      return name + " → " + fails.map(FailureReason::toString).orElse("goes on");
    }
  }

  static Stream<Gone> failing() {
    List<Checkpoint> one = List.of(aborted(3, NOON));
    List<Checkpoint> twice = List.of(aborted(2, NOON), aborted(3, NOON));
    JournalTail sound = tail(FIRST, OPENED);
    return Stream.of(
        new Gone("all is well", Optional.empty(), List.of(), sound),
        new Gone(
            "a shard fails and is tried again",
            Optional.empty(),
            List.of(),
            tail(FIRST, OPENED, failed(2, FailureReason.USER_CODE, 3, false))),
        new Gone(
            "a shard was given up",
            Optional.of(FailureReason.USER_CODE),
            List.of(),
            tail(FIRST, OPENED, failed(2, FailureReason.USER_CODE, 3, true))),
        new Gone("as many failed checkpoints as are tolerated", Optional.empty(), one, sound),
        new Gone(
            "one more failed checkpoint than is tolerated",
            Optional.of(FailureReason.TOO_MANY_FAILED_CHECKPOINTS),
            twice,
            sound),
        new Gone(
            "a checkpoint was completed after them",
            Optional.empty(),
            List.of(twice.getFirst(), twice.getLast(), completed(4, NOON, FIRST)),
            sound));
  }

  @ParameterizedTest
  @MethodSource
  void failing(Gone row) {
    Optional<Halt> halt = decisions.failed(view(toleratingOne(), row.checkpoints, row.tail));

    assertThat(halt.map(LifecycleDecisionsTest::reason)).isEqualTo(row.fails);
  }

  private static FailureReason reason(Halt halt) {
    assertThat(halt).isInstanceOf(Halt.Failed.class);
    return ((Halt.Failed) halt).failure().reason();
  }

  @Test
  void checkpointsThatFailedInAnEarlierEpochDoNotCount() {
    Job later = job(RUNNING, 2, Optional.empty(), toleratingOne().settings());

    assertThat(
            decisions.failed(
                view(later, List.of(aborted(2, NOON), aborted(3, NOON)), tail(FIRST, OPENED))))
        .isEmpty();
  }

  private record Stuck(String name, boolean stuck, Instant now, JournalTail tail) {
    @Override
    public String toString() {
      return name + " → " + (stuck ? "may be stuck" : "is not stuck");
    }
  }

  static Stream<Stuck> stuck() {
    Instant later = NOON.plus(LONGEST_INVOCATION);
    Entry.Header head = withoutGap(2);
    return Stream.of(
        new Stuck("silent for the longest invocation", true, later, tail(FIRST, OPENED)),
        new Stuck("written to since", false, later.minusMillis(1), tail(FIRST, OPENED)),
        new Stuck(
            "the job halts", false, later, tail(FIRST, OPENED, new Entry.Suspended(head.halted()))),
        new Stuck(
            "it looks for the record already",
            false,
            later,
            tail(
                FIRST,
                OPENED,
                new Entry.Suspected(head.with(Optional.of(new Isolation.Suspicion()))))),
        new Stuck(
            "given up",
            false,
            later,
            tail(FIRST, OPENED, failed(2, FailureReason.USER_CODE, 3, true))),
        new Stuck(
            "carried forward, so that the journal does not say when a task wrote last",
            true,
            NOON,
            tail(FIRST, snapshotted(head.next(head.id(), Entry.Writer.COORDINATOR, NOON), 1))));
  }

  @ParameterizedTest
  @MethodSource
  void stuck(Stuck row) {
    assertThat(decisions.mayBeStuck(job(RUNNING), row.tail, LONGEST_INVOCATION, row.now))
        .isEqualTo(row.stuck);
  }

  @Test
  void failuresAreToldByTheNameOfTheirSubtask() {
    List<JournalTail> tails =
        List.of(
            tail(FIRST, OPENED, advanced(2)),
            tail(SECOND, OPENED, failed(2, FailureReason.USER_CODE, 3, false)));

    assertThat(decisions.failing(tails)).isEqualTo(1);
    assertThat(decisions.failures(tails)).containsOnlyKeys(SECOND.name());
    assertThat(decisions.failures(tails).values())
        .extracting(Failure::message)
        .containsExactly(
            "delay/shardId-000000000001 failed 3 times in a row at the record after 600:"
                + " for this test");
  }
}

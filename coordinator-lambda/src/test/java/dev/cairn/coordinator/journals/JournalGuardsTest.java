package dev.cairn.coordinator.journals;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.ORIGIN;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.SECOND;
import static dev.cairn.coordinator.Samples.advanced;
import static dev.cairn.coordinator.Samples.header;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.opened;
import static dev.cairn.coordinator.Samples.snapshotted;
import static dev.cairn.coordinator.Samples.tail;
import static dev.cairn.coordinator.Samples.triggered;
import static dev.cairn.coordinator.Samples.withoutGap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Counts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of a journal's tail → what it says of its subtask. */
class JournalGuardsTest {
  private static final Epoch CURRENT = new Epoch(1);

  private final JournalGuards guards = JournalGuards.ALL;

  private record Entered(String name, boolean hasEntered, JournalTail tail) {
    @Override
    public String toString() {
      return name + " → " + (hasEntered ? "has entered" : "has not entered");
    }
  }

  static Stream<Entered> entered() {
    Header coordinators = header(1, 1, Writer.COORDINATOR);
    return Stream.of(
        new Entered("of the job's epoch", true, tail(FIRST, opened(1))),
        new Entered(
            "of another epoch",
            false,
            tail(FIRST, new Entry.Opened(header(1, 2, Writer.MAPPING), ORIGIN))),
        new Entered(
            "opened by a restore that has not put its state there yet",
            false,
            tail(FIRST, new Entry.Opened(coordinators.halted(), ORIGIN))));
  }

  @ParameterizedTest
  @MethodSource
  void entered(Entered row) {
    assertThat(guards.hasEntered().test(job(RUNNING), row.tail)).isEqualTo(row.hasEntered);
  }

  @Test
  void aRestoreIsOverOnceEveryJournalHasItsEpochAndNoGap() {
    JournalTail closed = tail(FIRST, snapshotted(withoutGap(3), 1));
    JournalTail behind = tail(SECOND, opened(1));
    JournalTail ofBefore =
        tail(SECOND, new Entry.Opened(header(1, 2, Writer.MAPPING), ORIGIN), advanced(2, 2));

    assertThat(guards.isReplayed().test(CURRENT, List.of(closed))).isTrue();
    assertThat(guards.isReplayed().test(CURRENT, List.of(closed, behind))).isFalse();
    assertThat(guards.isReplayed().test(CURRENT, List.of(closed, ofBefore))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"4999, false", "5000, true", "-5000, false", "-5001, true"})
  void aSubtaskIsSilentAfterAWhileOrIfItsClockIsOff(long millisSinceLastEntry, boolean silent) {
    JournalTail tail = tail(FIRST, opened(1), advanced(2), triggered(3, 1));
    Instant now = NOON.plusMillis(millisSinceLastEntry);

    assertThat(guards.isSilent().test(tail, Duration.ofSeconds(5), now)).isEqualTo(silent);
  }

  @Test
  void theFrontierIsTheFurthestEverApplied() {
    Header back = header(5, 2, Writer.COORDINATOR);
    Position further = Position.after(new SequenceNumber("700"));
    Header ahead = back.at(further, new SequenceNumber("1"), Counts.NONE);

    assertThat(guards.frontier().of(back)).isEqualTo(back.frontier());
    assertThat(guards.frontier().of(ahead)).isEqualTo(further);
  }
}

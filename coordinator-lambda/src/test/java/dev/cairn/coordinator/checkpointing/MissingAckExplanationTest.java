package dev.cairn.coordinator.checkpointing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.ShardFailure;
import dev.cairn.restart.FailureHistory;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A journal → why its subtask gave no answer to checkpoint 7. */
class MissingAckExplanationTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final SubtaskId SUBTASK =
      new SubtaskId(new JobId("delays"), new StageId("delay"), new ShardId("shardId-0"));
  private static final Failure EXPIRED =
      Failure.of(
          FailureReason.EXPIRED, SUBTASK, "delay/shardId-0 sent no acknowledgement in 60.0 s");

  /** What may follow the base, in the words of the table. */
  private enum Step {
    ASKED(Writer.COORDINATOR),
    ASKED_FOR_SIX(Writer.COORDINATOR),
    APPLIED(Writer.MAPPING),
    REPLAYED(Writer.WAKE),
    FAILED(Writer.MAPPING);

    private final Writer writer;

    Step(Writer writer) {
      this.writer = writer;
    }
  }

  private record Row(List<Step> since, Optional<FailureReason> reason) {
    static Row of(String reason, Step... since) {
      return new Row(
          List.of(since),
          reason.isEmpty() ? Optional.empty() : Optional.of(FailureReason.valueOf(reason)));
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        Row.of(""),
        Row.of("", Step.APPLIED),
        Row.of("", Step.ASKED),
        Row.of("", Step.APPLIED, Step.ASKED),
        Row.of("", Step.ASKED_FOR_SIX, Step.APPLIED),
        Row.of("", Step.ASKED_FOR_SIX, Step.APPLIED, Step.ASKED),
        Row.of("SUBTASK_TIMEOUT", Step.ASKED, Step.APPLIED),
        Row.of("SUBTASK_TIMEOUT", Step.ASKED, Step.REPLAYED),
        Row.of("OUT_OF_MEMORY", Step.FAILED),
        Row.of("OUT_OF_MEMORY", Step.ASKED, Step.APPLIED, Step.FAILED),
        // It went on after the failure.
        Row.of("", Step.FAILED, Step.APPLIED, Step.ASKED));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void goesByTheJournal(Row row) {
    Checkpoint.Pending pending =
        new Checkpoint.Pending(
            new Checkpoint.Triggering(
                SUBTASK.job(),
                new CheckpointId(7),
                new Epoch(1),
                NOON,
                ExpectedSubtasks.of(new TreeSet<>(List.of(SUBTASK)))),
            new TreeSet<>(List.of(SUBTASK)));

    Optional<Failure> found = MissingAckExplanation.explain(pending, tail(row.since), EXPIRED);

    assertThat(found.map(Failure::reason)).isEqualTo(row.reason);
    found.ifPresent(
        failure ->
            assertThat(failure.message())
                .startsWith(EXPIRED.message() + "; delay/shardId-0 ")
                .contains(
                    failure.reason() == FailureReason.OUT_OF_MEMORY
                        ? "at attempt 3: Java heap space"
                        : "was triggered and has applied records since"));
  }

  private static JournalTail tail(List<Step> steps) {
    Entry.Base base =
        new Entry.Opened(header(1), new Origin(new StartPosition.TrimHorizon(), HashRange.ALL));
    List<Entry> since = new ArrayList<>();
    Header head = base.header();
    for (Step step : steps) {
      Header next =
          head.next(
              new EntryId("e" + (since.size() + 2)), step.writer, NOON.plusSeconds(since.size()));
      Entry entry =
          switch (step) {
            case ASKED -> Entry.Triggered.of(next, new CheckpointId(7), Optional.empty());
            case ASKED_FOR_SIX -> Entry.Triggered.of(next, new CheckpointId(6), Optional.empty());
            case APPLIED, REPLAYED ->
                Entry.Advanced.of(
                    next.at(next.position(), new SequenceNumber("5"), Counts.NONE),
                    head.position(),
                    Payload.NONE,
                    List.of(),
                    List.of());
            case FAILED ->
                new Entry.Failed(
                    next.with(
                        new ShardFailure(
                            FailureReason.OUT_OF_MEMORY,
                            "Java heap space",
                            new FailureHistory(3, NOON, NOON, Duration.ZERO, List.of()),
                            false)));
          };
      since.add(entry);
      head = entry.header();
    }
    return new JournalTail(SUBTASK, base, since);
  }

  private static Header header(long revision) {
    return new Header(
        new Revision(revision),
        new EntryId("e" + revision),
        Optional.empty(),
        new Epoch(1),
        Position.beginning(),
        Position.beginning(),
        Optional.empty(),
        Counts.NONE,
        Writer.MAPPING,
        NOON,
        Optional.empty(),
        false,
        Optional.empty());
  }
}

package dev.cairn.coordinator.resharding;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.ORIGIN;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.SECOND;
import static dev.cairn.coordinator.Samples.header;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.subtask;
import static dev.cairn.coordinator.Samples.tail;
import static dev.cairn.coordinator.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.resharding.ReshardDecisions.Wakes;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.state.Channels;
import dev.cairn.state.HashRange;
import dev.cairn.state.Origin;
import dev.cairn.state.StateHandle;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of journals and listed shards → the shards that are woken. */
class ReshardDecisionsTest {
  private static final Duration IDLE = Duration.ofSeconds(5);
  private static final Instant LATER = NOON.plus(IDLE);
  private static final SubtaskId THIRD = subtask(2);

  private final ReshardDecisions decisions = new ReshardDecisions(JournalGuards.ALL);

  private record Row(
      String name,
      List<SubtaskId> opened,
      List<SubtaskId> drained,
      List<Shard> listed,
      Instant now,
      List<JournalTail> tails) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Row> rows() {
    JournalTail live = tail(FIRST, live(false));
    JournalTail forgotten = tail(FIRST, live(true));
    JournalTail closed = tail(FIRST, closed());
    List<SubtaskId> none = List.of();
    List<SubtaskId> first = List.of(FIRST);
    List<Shard> split = List.of(shard(FIRST), shard(SECOND, FIRST), shard(THIRD, FIRST));
    return Stream.of(
        row("an open shard is let be", none, none, List.of(shard(FIRST)), LATER, live),
        row("a parent that nobody reads is drained", none, first, split, LATER, live),
        row("a parent that somebody reads is not", none, none, split, NOON, live),
        row("children open when it is closed", List.of(SECOND, THIRD), none, split, LATER, closed),
        row(
            "a child that is open is not opened again",
            List.of(THIRD),
            none,
            split,
            LATER,
            closed,
            tail(SECOND, live(false))),
        row(
            "a parent without a journal is opened if its child is to open again",
            none,
            List.of(SECOND),
            List.of(shard(FIRST), shard(SECOND, FIRST), shard(THIRD, SECOND)),
            LATER,
            closed,
            tail(THIRD, unopened(SECOND))),
        row(
            "a parent without a journal is retired if its child is open",
            none,
            none,
            List.of(shard(FIRST), shard(SECOND, FIRST), shard(THIRD, SECOND)),
            LATER,
            closed,
            tail(THIRD, live(false))),
        row(
            "a shard that the stream has forgotten is closed if a user accepts the loss",
            none,
            first,
            List.of(shard(SECOND)),
            LATER,
            forgotten),
        row("without that, it stays", none, none, List.of(shard(SECOND)), LATER, live),
        row(
            "a stream that did not answer has forgotten no shard",
            none,
            none,
            List.of(),
            LATER,
            forgotten),
        row("a job that has applied nothing waits for a record", none, none, split, LATER));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void wakesWhoIsLeft(Row row) {
    Wakes wakes =
        decisions.wakes(view(job(RUNNING), List.of(), row.tails()), row.listed(), IDLE, row.now());

    assertThat(wakes).isEqualTo(new Wakes(row.opened(), row.drained()));
  }

  private static Row row(
      String name,
      List<SubtaskId> opened,
      List<SubtaskId> drained,
      List<Shard> listed,
      Instant now,
      JournalTail... tails) {
    return new Row(name, opened, drained, listed, now, List.of(tails));
  }

  private static Entry.Opened live(boolean mayBeMissing) {
    Entry.Header header = header(1, 1, Writer.MAPPING);
    return new Entry.Opened(mayBeMissing ? header.acceptingGap() : header, ORIGIN);
  }

  private static Entry.Closed closed() {
    return new Entry.Closed(header(1, 1, Writer.WAKE), ORIGIN, StateHandle.EMPTY, Channels.EMPTY);
  }

  private static Entry.Restored unopened(SubtaskId parent) {
    return new Entry.Restored(
        header(1, 1, Writer.COORDINATOR),
        Optional.empty(),
        Entry.Restored.Mode.UNOPENED,
        ClaimMode.NO_CLAIM,
        Optional.empty(),
        new Origin(ORIGIN.start(), HashRange.ALL, List.of(parent.shard())),
        StateHandle.EMPTY,
        Channels.EMPTY);
  }

  private static Shard shard(SubtaskId subtask, SubtaskId... parents) {
    return new Shard(
        subtask.shard(), HashRange.ALL, Arrays.stream(parents).map(SubtaskId::shard).toList());
  }
}

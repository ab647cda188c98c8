package dev.cairn.coordinator.resharding;

import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.opened;
import static dev.cairn.coordinator.Samples.subtask;
import static dev.cairn.coordinator.Samples.tail;
import static dev.cairn.coordinator.Samples.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.coordinator.journals.JobView;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.ports.Announcement.Resharding;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry;
import dev.cairn.state.Channels;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Origin;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateHandle;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a tick announces of the splits and merges that a job has not followed yet. */
class ReshardDelaysTest {
  private static final ReshardDecisions DECISIONS = new ReshardDecisions(JournalGuards.ALL);
  private static final Duration IDLE_AFTER = Duration.ofMinutes(1);
  private static final HashRange LOWER =
      new HashRange(HashRange.ALL.from(), new KeyHash(Long.MAX_VALUE, -1));
  private static final HashRange UPPER =
      new HashRange(new KeyHash(Long.MIN_VALUE, 0), HashRange.ALL.to());

  private static Shard shard(int number, HashRange range, Integer... parents) {
    return new Shard(id(number), range, Arrays.stream(parents).map(ReshardDelaysTest::id).toList());
  }

  private static ShardId id(int number) {
    return subtask(number).shard();
  }

  private static JournalTail open(int number, HashRange range, Integer... parents) {
    return tail(subtask(number), new Entry.Opened(opened(1).header(), origin(range, parents)));
  }

  private static JournalTail closed(int number, HashRange range) {
    return tail(
        subtask(number),
        new Entry.Closed(
            opened(1).header().ended(), origin(range), StateHandle.EMPTY, Channels.EMPTY));
  }

  private static Origin origin(HashRange range, Integer... parents) {
    return new Origin(
        new StartPosition.TrimHorizon(),
        range,
        Arrays.stream(parents).map(ReshardDelaysTest::id).toList());
  }

  private static Arguments row(
      String what, List<JournalTail> tails, List<Shard> listed, Instant now, Resharding... found) {
    return Arguments.of(what, tails, listed, now, Arrays.stream(found).findFirst());
  }

  static Stream<Arguments> streams() {
    Instant later = NOON.plus(Duration.ofHours(1));
    List<Shard> split = List.of(shard(0, HashRange.ALL), shard(1, LOWER, 0), shard(2, UPPER, 0));
    return Stream.of(
        row(
            "a stream that was never split, whose shards have no journal",
            List.of(),
            List.of(shard(0, LOWER)),
            later),
        row(
            "a parent at which a task is at work",
            List.of(open(0, HashRange.ALL)),
            split,
            NOON,
            new Resharding(0, 2, 0, 0)),
        row(
            "a parent that nobody applies",
            List.of(open(0, HashRange.ALL)),
            split,
            later,
            new Resharding(1, 2, 0, 0)),
        row(
            "a split of which one child is open",
            List.of(closed(0, HashRange.ALL), open(1, LOWER, 0)),
            split,
            later,
            new Resharding(0, 1, 0, 0)),
        row(
            "a split whose children are open",
            List.of(closed(0, HashRange.ALL), open(1, LOWER, 0), open(2, UPPER, 0)),
            split,
            later),
        row(
            "a parent that the stream has forgotten",
            List.of(open(0, HashRange.ALL)),
            split.subList(1, 3),
            later,
            new Resharding(0, 2, 1, 0)),
        row(
            "a child that is not listed",
            List.of(closed(0, HashRange.ALL), open(1, LOWER, 0)),
            split.subList(0, 2),
            later,
            new Resharding(0, 0, 0, 1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("streams")
  void whatHoldsUpASplitIsCounted(
      String what,
      List<JournalTail> tails,
      List<Shard> listed,
      Instant now,
      Optional<Resharding> found) {
    JobView view = view(job(RUNNING), List.of(), tails);
    assertThat(
            ReshardDecisions.delays(view, listed, DECISIONS.wakes(view, listed, IDLE_AFTER, now)))
        .as(what)
        .isEqualTo(found);
  }
}

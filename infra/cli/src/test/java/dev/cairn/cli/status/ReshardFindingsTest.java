package dev.cairn.cli.status;

import static dev.cairn.cli.status.ReshardScene.LOWER;
import static dev.cairn.cli.status.ReshardScene.UPPER;
import static dev.cairn.cli.status.ReshardScene.ago;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.cli.status.Finding.Kind;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.ShardFailure;
import dev.cairn.restart.FailureHistory;
import dev.cairn.state.HashRange;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReshardFindingsTest {
  private static Arguments row(String what, ReshardScene scene, Kind... kinds) {
    return Arguments.of(what, scene.facts(), List.of(kinds));
  }

  /** Shard 0 was split into 1 and 2. */
  private static ReshardScene split() {
    return new ReshardScene().lists(0, HashRange.ALL).lists(1, LOWER, 0).lists(2, UPPER, 0);
  }

  private static Entry lostRecords(Entry last) {
    FailureHistory failures =
        new FailureHistory(3, ago(90), ago(10), Duration.ofSeconds(4), List.of());
    return new Entry.Failed(
        last.header()
            .next(new EntryId("failed"), Entry.Writer.MAPPING, ago(10))
            .with(new ShardFailure(FailureReason.RECORDS_LOST, "records expired", failures, true)));
  }

  private static Entry gapAccepted(Entry last) {
    return new Entry.Resumed(
        last.header().resumed(new EntryId("accepted"), new Epoch(2), true, ago(400)));
  }

  static Stream<Arguments> pipelines() {
    return Stream.of(
        row(
            "a split whose children are open",
            split().closed(0, HashRange.ALL, 900).open(1, LOWER, 5, 0).open(2, UPPER, 5, 0)),
        row(
            "a parent that a task drains",
            split().closedLongAgo(0).open(0, HashRange.ALL, 5),
            Kind.SHARDS_WAIT),
        row(
            "a parent that was closed just now, of a quiet shard",
            split().open(0, HashRange.ALL, 9_000),
            Kind.SHARDS_WAIT),
        row(
            "a parent that nobody drains",
            split().closedLongAgo(0).open(0, HashRange.ALL, 301),
            Kind.PARENT_NOT_DRAINED,
            Kind.SHARDS_WAIT),
        row(
            "a parent that nobody drains while records wait in it and in its child",
            split()
                .closedLongAgo(0)
                .open(0, HashRange.ALL, 301)
                .lag(0, Duration.ofMinutes(9))
                .lag(1, Duration.ofMinutes(9)),
            Kind.PARENT_NOT_DRAINED,
            Kind.SHARDS_WAIT),
        row(
            "a parent that was closed before any record came",
            split().closedLongAgo(0),
            Kind.PARENT_NOT_DRAINED,
            Kind.SHARDS_WAIT),
        row(
            "a split to before which a restore has gone back",
            split()
                .open(0, HashRange.ALL, 5)
                .unopened(1, LOWER, 0)
                .unopened(2, UPPER, 0)
                .withoutStream(),
            Kind.SHARDS_WAIT),
        row(
            "a merge of which one parent is closed",
            new ReshardScene()
                .lists(0, LOWER)
                .lists(1, UPPER)
                .lists(2, HashRange.ALL, 0, 1)
                .closed(0, LOWER, 9)
                .open(1, UPPER, 9),
            Kind.SHARDS_WAIT),
        row(
            "children that can open, because their parent is closed",
            split().closed(0, HashRange.ALL, 9)),
        row(
            "a parent that the stream has forgotten",
            new ReshardScene().lists(1, LOWER, 0).lists(2, UPPER, 0).open(0, HashRange.ALL, 900),
            Kind.RECORDS_EXPIRED,
            Kind.SHARDS_WAIT),
        row(
            "a parent that the stream has forgotten, which a user accepts",
            new ReshardScene()
                .lists(1, LOWER, 0)
                .lists(2, UPPER, 0)
                .open(0, HashRange.ALL, 900)
                .then(0, ReshardFindingsTest::gapAccepted),
            Kind.SHARDS_WAIT),
        row(
            "a parent of which records have expired",
            split().open(0, HashRange.ALL, 900).then(0, ReshardFindingsTest::lostRecords),
            Kind.RECORDS_EXPIRED,
            Kind.SHARDS_WAIT),
        row(
            "an open shard of which records have expired",
            new ReshardScene()
                .lists(0, HashRange.ALL)
                .open(0, HashRange.ALL, 900)
                .then(0, ReshardFindingsTest::lostRecords),
            Kind.SHARD_FAILING),
        row(
            "a child of a parent that nobody ever read, and whose keys another shard had",
            new ReshardScene()
                .lists(3, LOWER, 2)
                .lists(1, UPPER)
                .closed(0, LOWER, 900)
                .open(1, UPPER, 9),
            Kind.RECORDS_EXPIRED),
        row(
            "a child of a parent that nobody ever read, and whose keys nobody had",
            new ReshardScene().lists(3, LOWER, 2).lists(1, UPPER).open(1, UPPER, 9)),
        row(
            "a part of the hash space that nobody has",
            new ReshardScene()
                .lists(0, HashRange.ALL)
                .lists(1, LOWER, 0)
                .closed(0, HashRange.ALL, 121)
                .open(1, LOWER, 9, 0),
            Kind.HASH_RANGE_UNCOVERED),
        row(
            "a part of the hash space that will be listed in a moment",
            new ReshardScene()
                .lists(0, HashRange.ALL)
                .lists(1, LOWER, 0)
                .closed(0, HashRange.ALL, 119)
                .open(1, LOWER, 9, 0)),
        row(
            "a part of the hash space of which the journals alone know nothing",
            new ReshardScene().closed(0, HashRange.ALL, 900).open(1, LOWER, 9, 0).withoutStream()),
        row(
            "a job that is halted",
            split()
                .closedLongAgo(0)
                .open(0, HashRange.ALL, 900)
                .status(new JobStatus.Halted(new Halt.Cancelled(false))),
            Kind.HALTED));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pipelines")
  void whatKeepsAJobFromFollowingItsStreamIsFoundAndNothingElse(
      String what, PipelineFacts facts, List<Kind> kinds) {
    assertThat(StatusDecisions.findings(facts)).extracting(Finding::kind).as(what).isEqualTo(kinds);
  }

  /** A closed subtask has no entry about the checkpoints that hold it. */
  @Test
  void aClosedShardIsNewOnlyUntilACheckpointHoldsIt() {
    PipelineFacts facts = split().closed(0, HashRange.ALL, 900).facts();

    assertThat(facts.newSince()).contains(ago(900));
    assertThat(facts.subtasks().getFirst().newSince(Optional.of(checkpoint(5, 899)))).isEmpty();
    assertThat(facts.subtasks().getFirst().newSince(Optional.of(checkpoint(5, 901))))
        .contains(ago(900));
    // Checkpoint 4 is the one that the shard stored a state for before it was closed.
    SubtaskFacts stored =
        split().closedAfter(4, 0, HashRange.ALL, 900).facts().subtasks().getFirst();
    assertThat(stored.newSince(Optional.of(checkpoint(4, 899)))).contains(ago(900));
    assertThat(stored.newSince(Optional.of(checkpoint(5, 899)))).isEmpty();
  }

  private static Checkpoint.Completed checkpoint(long id, long secondsAgo) {
    return new Checkpoint.Completed(
        new Checkpoint.Triggering(
            ReshardScene.JOB,
            new CheckpointId(id),
            ReshardScene.EPOCH,
            ago(secondsAgo + 1),
            ExpectedSubtasks.of(new TreeSet<>())),
        ago(secondsAgo),
        new FileRef(new FilePath("flights/chk/_metadata"), 1, Sha256.of(new byte[0])),
        1,
        1);
  }

  @Test
  void aSplitMayTakeMoreInvocationsThanAreReserved() {
    PipelineFacts facts =
        split().closed(0, HashRange.ALL, 900).open(1, LOWER, 5, 0).open(2, UPPER, 5, 0).facts();

    assertThat(ConcurrencyFindings.of(facts, Optional.empty())).isEmpty();
    assertThat(ConcurrencyFindings.of(facts, Optional.of(3))).isEmpty();
    assertThat(ConcurrencyFindings.of(facts, Optional.of(2)))
        .containsExactly(
            new Finding(
                Kind.MORE_SHARDS_THAN_CONCURRENCY,
                "2 invocations of the task may run at the same time, its reserved concurrency,"
                    + " which is too few for 2 shards and a wake: batches are throttled, and wait",
                "reserve 3 or more in the deployment: reservedConcurrency(3)"));
    assertThat(ConcurrencyFindings.of(split().open(0, HashRange.ALL, 5).facts(), Optional.of(2)))
        .as("the children wait for their parent")
        .isEmpty();
  }

  private static Finding only(Kind kind, ReshardScene scene) {
    return StatusDecisions.findings(scene.facts()).stream()
        .filter(finding -> finding.kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFindingNamesTheShardAndThoseThatWaitForIt() {
    assertThat(
            only(Kind.PARENT_NOT_DRAINED, split().closedLongAgo(0).open(0, HashRange.ALL, 600))
                .problem())
        .isEqualTo(
            "shard shardId-000000000000 was closed by a split or a merge, and is not applied to"
                + " its end: the last entry by a task is of 10 min ago; shardId-000000000001 and"
                + " shardId-000000000002 wait for it");
    assertThat(only(Kind.PARENT_NOT_DRAINED, split().closedLongAgo(0)).problem())
        .contains("is not applied to its end: no task has opened it; ");
    assertThat(only(Kind.SHARDS_WAIT, split().open(0, HashRange.ALL, 5)).problem())
        .isEqualTo(
            "2 shards wait until their parents in a split or a merge are applied to their end:"
                + " shardId-000000000001 for shardId-000000000000, shardId-000000000002 for"
                + " shardId-000000000000");
  }

  @Test
  void expiredRecordsOfAParentAreAcceptedByName() {
    Finding ofParent =
        only(
            Kind.RECORDS_EXPIRED,
            new ReshardScene().lists(1, HashRange.ALL, 0).open(0, HashRange.ALL, 900));
    assertThat(ofParent.problem())
        .startsWith("the stream no longer lists shard shardId-000000000000, ")
        .contains("has applied it to 20 only")
        .endsWith("; shardId-000000000001 waits for it");
    assertThat(ofParent.remedy())
        .startsWith("accept the loss with: cairn accept-gap shardId-000000000000; or restore");
    Finding ofChild =
        only(
            Kind.RECORDS_EXPIRED,
            new ReshardScene().lists(3, HashRange.ALL, 2).closed(0, LOWER, 900));
    assertThat(ofChild.problem())
        .startsWith("shard shardId-000000000003 came from shardId-000000000002, which the stream");
    assertThat(ofChild.remedy())
        .startsWith("accept the loss with: cairn accept-gap shardId-000000000003; ");
  }

  @Test
  void anUncoveredRangeIsNamedByItsHashKeys() {
    assertThat(
            only(Kind.HASH_RANGE_UNCOVERED, new ReshardScene().lists(2, UPPER).open(2, UPPER, 5))
                .problem())
        .startsWith(
            "no shard is open or waits to be opened for the hash keys from 0 to"
                + " 170141183460469231731687303715884105727: ");
    assertThat(
            only(Kind.HASH_RANGE_UNCOVERED, new ReshardScene().lists(1, LOWER).open(1, LOWER, 5))
                .problem())
        .contains(
            "from 170141183460469231731687303715884105728 to"
                + " 340282366920938463463374607431768211455: ");
  }
}

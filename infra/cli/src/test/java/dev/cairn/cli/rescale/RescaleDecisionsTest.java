package dev.cairn.cli.rescale;

import static dev.cairn.cli.rescale.ScalableStream.Mode.ON_DEMAND;
import static dev.cairn.cli.rescale.ScalableStream.Mode.PROVISIONED;
import static dev.cairn.cli.rescale.ScalableStream.Status.ACTIVE;
import static dev.cairn.cli.rescale.ScalableStream.Status.CREATING;
import static dev.cairn.cli.rescale.ScalableStream.Status.DELETING;
import static dev.cairn.cli.rescale.ScalableStream.Status.UPDATING;
import static dev.cairn.cli.status.ReshardScene.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.rescale.RescaleDecisions.Next;
import dev.cairn.cli.rescale.RescaleDecisions.Reason;
import dev.cairn.cli.rescale.RescaleDecisions.Sent;
import dev.cairn.cli.rescale.RescaleDecisions.Situation;
import dev.cairn.cli.status.Lag;
import dev.cairn.id.ShardId;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The next step of a rescale to 8 shards. */
class RescaleDecisionsTest {
  private static final int TARGET = 8;
  private static final JobStatus RUNNING = new JobStatus.Running();

  private static ScalableStream stream(ScalableStream.Status status, int openShards) {
    return new ScalableStream("orders", PROVISIONED, status, openShards);
  }

  /** The stages of shards 0, 1, 2 and so on. */
  private static ReshardProgress stages(ShardStage... stages) {
    SortedMap<ShardId, ShardStage> shards = new TreeMap<>();
    Map<ShardId, Lag> lags = new HashMap<>();
    for (int i = 0; i < stages.length; i++) {
      shards.put(id(i), stages[i]);
      lags.put(id(i), new Lag.Behind(Duration.ofSeconds(10 + i)));
    }
    return new ReshardProgress(shards, Map.of(), lags, List.of());
  }

  private static ReshardProgress all(int count, ShardStage stage) {
    return stages(Stream.generate(() -> stage).limit(count).toArray(ShardStage[]::new));
  }

  private static Situation situation(
      ScalableStream stream, JobStatus job, Optional<ReshardProgress> progress, Sent... sent) {
    return new Situation(
        stream, job, progress, TARGET, Stream.of(sent).findFirst(), KinesisQuotas.DEFAULTS);
  }

  private static Next next(ScalableStream stream, ReshardProgress progress, Sent... sent) {
    return RescaleDecisions.next(situation(stream, RUNNING, Optional.of(progress), sent));
  }

  private static String words(Next next) {
    return switch (next) {
      case Next.Wait(Reason reason, String text) -> reason + " " + text;
      case Next.Request(int shards) -> "REQUEST " + shards;
      case Next.Done done -> "DONE";
      case Next.Stop(String text) -> "STOP " + text;
    };
  }

  static List<Arguments> rows() {
    return List.of(
        // open shards, the job's shards, the last request → what is next
        row(4, all(4, ShardStage.OPEN), "REQUEST 8"),
        row(4, all(4, ShardStage.CAUGHT_UP), "REQUEST 8"),
        row(3, all(3, ShardStage.OPEN), "REQUEST 6"),
        row(20, all(20, ShardStage.OPEN), "REQUEST 10"),
        row(8, all(8, ShardStage.CAUGHT_UP), "DONE"),
        row(8, all(8, ShardStage.OPEN), "DONE"),
        // A child that is behind delays the end, and not the next request.
        row(4, all(4, ShardStage.OPENED), "REQUEST 8"),
        row(8, all(8, ShardStage.OPENED), "CATCHING_UP records wait in …0007 (17.0 s)"),
        // The list of shards lags behind the stream.
        row(8, all(4, ShardStage.OPEN), "LISTING the list of shards has 4 open shards"),
        // An earlier split is not followed yet.
        row(
            4,
            stages(ShardStage.DRAINING, ShardStage.WAITING, ShardStage.WAITING),
            "DRAINING …0000 to be applied to the end, then …0001 …0002 to be opened; the next"
                + " request"),
        row(
            8,
            stages(ShardStage.CLOSED, ShardStage.WAITING, ShardStage.OPENED),
            "DRAINING …0001 to be opened"));
  }

  private static Arguments row(int open, ReshardProgress progress, String expected) {
    return Arguments.of(open, progress, expected);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anActiveStreamOfARunningJob(int open, ReshardProgress progress, String expected) {
    assertThat(words(next(stream(ACTIVE, open), progress))).startsWith(expected);
  }

  @Test
  void aStreamThatIsBeingUpdatedIsWaitedFor() {
    for (ScalableStream.Status status : List.of(UPDATING, CREATING)) {
      assertThat(words(next(stream(status, 4), all(4, ShardStage.OPEN))))
          .isEqualTo(
              "UPDATING stream orders is "
                  + status
                  + ": Kinesis accepts a request when it is ACTIVE again");
    }
  }

  @Test
  void anAcceptedRequestMayNotBeVisibleYet() {
    assertThat(words(next(stream(ACTIVE, 4), all(4, ShardStage.OPEN), new Sent(4, 8))))
        .startsWith(
            "UPDATING Kinesis has accepted the request for 8 open shards and has not begun");
    assertThat(words(next(stream(ACTIVE, 4), all(4, ShardStage.OPEN), new Sent(2, 4))))
        .isEqualTo("REQUEST 8");
  }

  @Test
  void aNumberThatNobodyHereRequestedEndsTheRescale() {
    assertThat(words(next(stream(ACTIVE, 5), all(5, ShardStage.OPEN), new Sent(4, 8))))
        .startsWith("STOP stream orders has 5 open shards, although 8 were requested: another")
        .endsWith("call cairn rescale 8 again: it continues from there");
  }

  @Test
  void anOnDemandStreamIsRefusedByName() {
    ScalableStream onDemand = new ScalableStream("orders", ON_DEMAND, ACTIVE, 4);

    assertThat(words(next(onDemand, all(4, ShardStage.OPEN))))
        .startsWith("STOP stream orders is in on-demand mode: Kinesis itself splits and merges")
        .contains("Nothing has to be done");
    assertThat(words(next(stream(DELETING, 4), all(4, ShardStage.OPEN))))
        .startsWith("STOP stream orders is being deleted");
  }

  @Test
  void aHaltedJobFollowsNothing() {
    Optional<ReshardProgress> progress = Optional.of(all(4, ShardStage.OPEN));
    JobStatus cancelled = new JobStatus.Halted(new Halt.Cancelled(false));

    assertThat(words(RescaleDecisions.next(situation(stream(ACTIVE, 4), cancelled, progress))))
        .startsWith("STOP the job is CANCELLED: no task applies its shards")
        .contains("cairn resume", "cairn rescale 8 --no-wait");
    assertThat(
            words(
                RescaleDecisions.next(
                    situation(stream(ACTIVE, 4), new JobStatus.Resuming(), progress))))
        .startsWith("JOB the job is RESUMING");
  }

  @Test
  void expiredRecordsNeedAUser() {
    ReshardProgress expired =
        new ReshardProgress(
            stages(ShardStage.DRAINING, ShardStage.WAITING).stages(),
            Map.of(),
            Map.of(),
            List.of(id(0)));

    assertThat(words(next(stream(ACTIVE, 4), expired)))
        .startsWith("STOP records of …0000 expired before they were applied")
        .contains("cairn accept-gap shardId-000000000000");
  }

  @Test
  void aStreamThatDoesNotListItsShardsIsReadAgain() {
    assertThat(
            words(RescaleDecisions.next(situation(stream(ACTIVE, 4), RUNNING, Optional.empty()))))
        .isEqualTo("LISTING stream orders does not list its shards now");
  }

  @Test
  void manyShardsAreCountedRatherThanNamed() {
    assertThat(words(next(stream(ACTIVE, 4), all(9, ShardStage.DRAINING))))
        .startsWith("DRAINING …0000 …0001 …0002 …0003 …0004 …0005 and 3 more to be applied");
  }
}

package dev.cairn.cli.rescale;

import static dev.cairn.cli.status.ReshardScene.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.rescale.KinesisQuotas.AccountShards;
import dev.cairn.cli.rescale.RescaleDecisions.Next.Wait;
import dev.cairn.cli.rescale.RescaleDecisions.Sent;
import dev.cairn.cli.rescale.RescaleRun.Result;
import dev.cairn.cli.rescale.RescaleRun.Settings;
import dev.cairn.cli.rescale.ReshardProgress.Change;
import dev.cairn.cli.rescale.ScalableStream.Mode;
import dev.cairn.cli.rescale.ScalableStream.Status;
import dev.cairn.cli.status.Lag;
import dev.cairn.cli.status.ReshardScene;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.job.Halt;
import dev.cairn.job.JobStatus;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A rescale in virtual time, on a stream of roots whose updates take 30 seconds. */
class RescaleRunTest {
  private static final Duration UPDATE = Duration.ofSeconds(30);

  private final List<String> told = new ArrayList<>();
  private final Deque<StreamScaling.Response> refusals = new ArrayDeque<>();
  private final ScriptedStream stream = new ScriptedStream();
  private Instant now = NOW;
  private JobStatus status = new JobStatus.Running();
  private boolean isDeleted;

  private final class ScriptedStream implements StreamScaling {
    private int open = 2;
    private int next = 2;
    private Instant ready = NOW;
    private Mode mode = Mode.PROVISIONED;

    @Override
    public ScalableStream describe() {
      boolean isReady = !now.isBefore(ready);
      open = isReady ? next : open;
      return new ScalableStream("orders", mode, isReady ? Status.ACTIVE : Status.UPDATING, open);
    }

    @Override
    public Optional<AccountShards> account(ScalableStream described) {
      return Optional.empty();
    }

    @Override
    public Response request(int shards) {
      if (!refusals.isEmpty()) {
        return refusals.removeFirst();
      }
      next = shards;
      ready = now.plus(UPDATE);
      return new Response.Accepted();
    }
  }

  /** The job has always followed the stream. */
  private final class Followed implements FollowedShards {
    @Override
    public Optional<View> read() {
      ReshardScene scene = new ReshardScene();
      BigInteger width = BigInteger.ONE.shiftLeft(128).divide(BigInteger.valueOf(stream.open));
      for (int i = 0; i < stream.open; i++) {
        BigInteger from = width.multiply(BigInteger.valueOf(i));
        HashRange range =
            new HashRange(KeyHash.of(from), KeyHash.of(from.add(width).subtract(BigInteger.ONE)));
        scene.lists(i, range).open(i, range, 1);
      }
      ShardTree tree = scene.facts().shards().orElse(new ShardTree(new TreeMap<>()));
      return isDeleted ? Optional.empty() : Optional.of(new View(status, Optional.of(tree)));
    }

    @Override
    public Lag lag(Node shard) {
      return new Lag.None();
    }
  }

  private final RescaleListener listener =
      new RescaleListener() {
        @Override
        public void requested(Sent request) {
          told.add(seconds() + " " + request.from() + "→" + request.to());
        }

        @Override
        public void changed(Change change) {
          // Roots have one stage.
        }

        @Override
        public void waiting(Wait wait) {
          told.add(seconds() + " " + wait.reason());
        }
      };

  private long seconds() {
    return Duration.between(NOW, now).toSeconds();
  }

  private RescaleRun run() {
    return new RescaleRun(
        stream, new Followed(), () -> now, pause -> now = now.plus(pause), listener);
  }

  private Result rescale(int target) throws InterruptedException {
    return run()
        .run(
            new Settings(
                target, KinesisQuotas.DEFAULTS, Duration.ofMinutes(5), Duration.ofSeconds(2)));
  }

  @Test
  void theNextRequestIsSentWhenTheStreamIsActiveAgain() throws InterruptedException {
    assertThat(rescale(8)).isEqualTo(new Result.Done(2));

    assertThat(told).containsExactly("0 2→4", "2 UPDATING", "30 4→8", "32 UPDATING");
    assertThat(seconds()).isEqualTo(60);
  }

  @Test
  void aCommandThatIsCalledAgainContinuesWhereTheStreamIs() throws InterruptedException {
    assertThat(rescale(4)).isEqualTo(new Result.Done(1));
    told.clear();

    assertThat(rescale(8)).isEqualTo(new Result.Done(1));
    assertThat(told).containsExactly("30 4→8", "32 UPDATING");
    assertThat(rescale(8)).as("again").isEqualTo(new Result.Done(0));
  }

  @Test
  void aRequestOfSomebodyElseIsWaitedFor() throws InterruptedException {
    stream.request(4);

    assertThat(rescale(4)).isEqualTo(new Result.Done(0));
    assertThat(told).containsExactly("0 UPDATING");
  }

  @Test
  void aStreamInUseIsTriedAgain() throws InterruptedException {
    refusals.add(new StreamScaling.Response.Busy("Stream orders not ACTIVE"));
    refusals.add(new StreamScaling.Response.Busy("Stream orders not ACTIVE"));

    assertThat(rescale(4)).isEqualTo(new Result.Done(1));
    assertThat(told).containsExactly("0 BUSY", "4 2→4", "6 UPDATING");
  }

  @Test
  void aStreamThatIsAlwaysInUseEndsWithTheTime() throws InterruptedException {
    for (int i = 0; i < 1_000; i++) {
      refusals.add(new StreamScaling.Response.Busy("Stream orders not ACTIVE"));
    }

    assertThat(rescale(4))
        .isEqualTo(
            new Result.TimedOut("Kinesis does not accept a request now: Stream orders not ACTIVE"));
    assertThat(seconds()).isEqualTo(300);
  }

  @Test
  void anExceededQuotaSaysHowFarItCame() throws InterruptedException {
    assertThat(rescale(4)).isEqualTo(new Result.Done(1));
    refusals.add(new StreamScaling.Response.LimitExceeded("more than 10 times"));

    assertThat(rescale(16))
        .isInstanceOfSatisfying(
            Result.Stopped.class,
            stopped ->
                assertThat(stopped.text())
                    .contains(
                        "Kinesis refused the request for 8 open shards (more than 10 times)",
                        "within 24 hours",
                        "The stream has 4 open shards",
                        "call cairn rescale 16 again"));
  }

  @Test
  void aStreamThatBecomesOnDemandEndsIt() throws InterruptedException {
    refusals.add(new StreamScaling.Response.OnDemand());
    stream.mode = Mode.ON_DEMAND;

    assertThat(rescale(4))
        .isInstanceOfSatisfying(
            Result.Stopped.class,
            stopped -> assertThat(stopped.text()).contains("is in on-demand mode"));
    assertThat(run().requestOnly(4, KinesisQuotas.DEFAULTS)).isInstanceOf(Result.Stopped.class);
  }

  @Test
  void aJobThatHaltsOrIsDeletedEndsIt() throws InterruptedException {
    status = new JobStatus.Halted(new Halt.Cancelled(false));
    assertThat(rescale(4)).isInstanceOf(Result.Stopped.class);
    isDeleted = true;
    assertThat(rescale(4))
        .isEqualTo(new Result.Stopped("the job was deleted: nobody follows the shards"));
    assertThat(told).isEmpty();
  }

  @Test
  void theFirstRequestAloneWaitsForNothing() {
    status = new JobStatus.Halted(new Halt.Cancelled(false));

    assertThat(run().requestOnly(8, KinesisQuotas.DEFAULTS)).isEqualTo(new Result.Sent(1));
    assertThat(told).containsExactly("0 2→4");
    assertThat(run().requestOnly(2, KinesisQuotas.DEFAULTS)).isEqualTo(new Result.Unneeded());
    refusals.add(new StreamScaling.Response.Busy("Stream orders not ACTIVE"));
    assertThat(run().requestOnly(8, KinesisQuotas.DEFAULTS))
        .isEqualTo(
            new Result.Stopped(
                "Kinesis does not accept a request now: Stream orders not ACTIVE: try again"
                    + " later"));
  }
}

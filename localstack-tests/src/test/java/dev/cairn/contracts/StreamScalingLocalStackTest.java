package dev.cairn.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.cli.rescale.FollowedShards;
import dev.cairn.cli.rescale.KinesisQuotas;
import dev.cairn.cli.rescale.KinesisStreamScaling;
import dev.cairn.cli.rescale.RescaleDecisions.Next.Wait;
import dev.cairn.cli.rescale.RescaleDecisions.Sent;
import dev.cairn.cli.rescale.RescaleListener;
import dev.cairn.cli.rescale.RescaleRun;
import dev.cairn.cli.rescale.RescaleRun.Result;
import dev.cairn.cli.rescale.ReshardProgress.Change;
import dev.cairn.cli.rescale.ScalableStream;
import dev.cairn.cli.rescale.StreamScaling;
import dev.cairn.cli.rescale.StreamScaling.Response;
import dev.cairn.cli.status.Lag;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.coordinator.resharding.ShardTree.Node;
import dev.cairn.id.Epoch;
import dev.cairn.id.ShardId;
import dev.cairn.inmemory.world.Interference;
import dev.cairn.inmemory.world.WallClockWorld;
import dev.cairn.job.JobStatus;
import dev.cairn.retry.Backoff;
import dev.cairn.stream.Shard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** UpdateShardCount on LocalStack, by a rescale of a job that follows at once. */
@EnabledIf("dev.cairn.contracts.LocalStackServices#isAvailable")
final class StreamScalingLocalStackTest {

  @Test
  void aStreamIsScaledUpAndDownInSeveralRequests() throws InterruptedException {
    try (WallClockWorld world = new WallClockWorld(1, Interference.NONE);
        LocalStackStream stream = new LocalStackStream(world, 1)) {
      StreamScaling scaling =
          new KinesisStreamScaling(LocalStackServices.kinesis(), stream.name(), Backoff.sleeping());
      List<String> requests = new ArrayList<>();
      assertThat(scaling.describe())
          .isEqualTo(
              new ScalableStream(
                  stream.name(), ScalableStream.Mode.PROVISIONED, ScalableStream.Status.ACTIVE, 1));
      assertThat(scaling.account(scaling.describe()))
          .as("LocalStack knows the account's quota")
          .hasValueSatisfying(account -> assertThat(account.limit()).isPositive());
      assertThat(scaling.request(3)).isInstanceOf(Response.LimitExceeded.class);

      assertThat(rescale(scaling, stream, world, 3, requests)).isEqualTo(new Result.Done(2));
      assertThat(scaling.describe().openShards()).isEqualTo(3);
      assertThat(open(stream)).hasSize(3);
      // Not to one shard: LocalStack accepts that, and merges a shard only with one that it lists
      // later and that has higher hashes.
      assertThat(rescale(scaling, stream, world, 2, requests)).isEqualTo(new Result.Done(1));

      assertThat(requests).containsExactly("1→2", "2→3", "3→2");
      assertThat(open(stream)).hasSize(2);
    }
  }

  private static Result rescale(
      StreamScaling scaling,
      LocalStackStream stream,
      WallClockWorld world,
      int target,
      List<String> requests)
      throws InterruptedException {
    RescaleListener listener =
        new RescaleListener() {
          @Override
          public void requested(Sent request) {
            requests.add(request.from() + "→" + request.to());
          }

          @Override
          public void changed(Change change) {}

          @Override
          public void waiting(Wait wait) {}
        };
    return new RescaleRun(scaling, followedAtOnce(stream), world::now, world::sleep, listener)
        .run(
            new RescaleRun.Settings(
                target, KinesisQuotas.DEFAULTS, Duration.ofSeconds(30), Duration.ofMillis(50)));
  }

  /** Shows each open shard as one that came from no other. */
  private static FollowedShards followedAtOnce(LocalStackStream stream) {
    return new FollowedShards() {
      @Override
      public Optional<View> read() {
        List<Shard> roots =
            open(stream).stream()
                .map(shard -> new Shard(shard.id(), shard.range(), List.of()))
                .toList();
        return Optional.of(
            new View(
                new JobStatus.Running(),
                Optional.of(ShardTree.of(new Epoch(1), List.of(), roots))));
      }

      @Override
      public Lag lag(Node shard) {
        return new Lag.None();
      }
    };
  }

  private static List<Shard> open(LocalStackStream stream) {
    List<Shard> listed = stream.shards();
    Set<ShardId> ended =
        listed.stream().flatMap(shard -> shard.parents().stream()).collect(Collectors.toSet());
    return listed.stream().filter(shard -> !ended.contains(shard.id())).toList();
  }
}

package dev.cairn.cli.rescale;

import dev.cairn.cli.output.Elision;
import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.rescale.RescaleDecisions.Next.Done;
import dev.cairn.cli.rescale.RescaleDecisions.Next.Request;
import dev.cairn.cli.rescale.RescaleDecisions.Next.Stop;
import dev.cairn.cli.rescale.RescaleDecisions.Next.Wait;
import dev.cairn.cli.status.Lag;
import dev.cairn.id.ShardId;
import dev.cairn.job.JobStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides what a rescale does next, from what was read of the stream and of the job. The next
 * request is sent when the job has followed the one before: a shard that is split while it waits
 * for its parents would have its children wait for several drains.
 */
public final class RescaleDecisions {
  private static final int MOST_NAMES = 6;

  private RescaleDecisions() {}

  /**
   * The facts from which the next step follows.
   *
   * @param progress the job's shards; empty if the stream did not list its shards this time
   * @param sent the last request of this command that Kinesis has accepted
   */
  public record Situation(
      ScalableStream stream,
      JobStatus job,
      Optional<ReshardProgress> progress,
      int target,
      Optional<Sent> sent,
      KinesisQuotas quotas) {}

  /** A request that Kinesis has accepted. */
  public record Sent(int from, int to) {}

  /** The next step of a rescale. */
  public sealed interface Next {
    /**
     * Look again later.
     *
     * @param text what is waited for
     */
    record Wait(Reason reason, String text) implements Next {}

    /** Request this number of shards. */
    record Request(int shards) implements Next {}

    /** The stream has the number of shards, and all of them have caught up. */
    record Done() implements Next {}

    /** It cannot continue without a user. The text says why, and what to do. */
    record Stop(String text) implements Next {}
  }

  /** The reason for which a rescale waits. */
  public enum Reason {
    BUSY,
    UPDATING,
    LISTING,
    JOB,
    DRAINING,
    CATCHING_UP
  }

  public static Next next(Situation now) {
    ScalableStream stream = now.stream();
    Optional<String> refusal = refusal(stream).or(() -> refusal(now.job(), now.target()));
    if (refusal.isPresent()) {
      return new Stop(refusal.get());
    }
    if (stream.status() != ScalableStream.Status.ACTIVE) {
      return new Wait(
          Reason.UPDATING,
          "stream "
              + stream.name()
              + " is "
              + stream.status()
              + ": Kinesis accepts a request when it is ACTIVE again");
    }
    if (now.sent().filter(sent -> stream.openShards() == sent.from()).isPresent()) {
      return new Wait(
          Reason.UPDATING,
          "Kinesis has accepted the request for "
              + shards(now.sent().get().to())
              + " and has not begun");
    }
    if (now.sent().filter(sent -> stream.openShards() != sent.to()).isPresent()) {
      return new Stop(changedByOthers(now));
    }
    if (!now.job().isRunning()) {
      return new Wait(
          Reason.JOB, "the job is " + now.job().label() + ": its shards are followed afterwards");
    }
    return now.progress()
        .map(progress -> follow(now, progress))
        .orElseGet(
            () ->
                new Wait(
                    Reason.LISTING, "stream " + stream.name() + " does not list its shards now"));
  }

  /** Returns why Kinesis would refuse any request for the stream. */
  public static Optional<String> refusal(ScalableStream stream) {
    if (stream.mode() == ScalableStream.Mode.ON_DEMAND) {
      return Optional.of(
          "stream "
              + stream.name()
              + " is in on-demand mode: Kinesis itself splits and merges its shards as its traffic"
              + " changes, and accepts no number from others. Nothing has to be done: the job"
              + " follows each split and merge, and cairn shards shows them. For a fixed number,"
              + " switch the stream to provisioned mode first");
    }
    if (stream.status() == ScalableStream.Status.DELETING) {
      return Optional.of(
          "stream " + stream.name() + " is being deleted: check --stream, and the deployment");
    }
    return Optional.empty();
  }

  /** Returns why nobody would follow a split or a merge. */
  static Optional<String> refusal(JobStatus job, int target) {
    return job instanceof JobStatus.Halted
        ? Optional.of(
            "the job is "
                + job.label()
                + ": no task applies its shards, so that no parent would be drained and no child"
                + " opened. Resume it first with cairn resume, or only request the shards with"
                + " cairn rescale "
                + target
                + " --no-wait: the job follows when it is resumed")
        : Optional.empty();
  }

  private static String changedByOthers(Situation now) {
    return "stream "
        + now.stream().name()
        + " has "
        + shards(now.stream().openShards())
        + ", although "
        + now.sent().map(Sent::to).orElseThrow()
        + " were requested: another command, a deployment or an auto-scaler has changed it"
        + " meanwhile. Find out which, then call cairn rescale "
        + now.target()
        + " again: it continues from there";
  }

  private static Next follow(Situation now, ReshardProgress progress) {
    if (!progress.expired().isEmpty()) {
      return new Stop(
          "records of "
              + names(progress.expired())
              + " expired before they were applied, so that other shards wait: accept the loss"
              + " with cairn accept-gap "
              + progress.expired().getFirst()
              + ", then call cairn rescale "
              + now.target()
              + " again");
    }
    if (!progress.isFollowed()) {
      return new Wait(Reason.DRAINING, unfollowed(now, progress));
    }
    if (progress.openShards() != now.stream().openShards()) {
      return new Wait(
          Reason.LISTING,
          "the list of shards has "
              + shards(progress.openShards())
              + " that are open, and the stream has "
              + now.stream().openShards());
    }
    return switch (RescalePlan.of(now.stream().openShards(), now.target(), now.quotas())) {
      case RescalePlan.Requests(List<Integer> requests) -> new Request(requests.getFirst());
      case RescalePlan.BeyondQuota(String reason) -> new Stop(reason);
      case RescalePlan.Unchanged unchanged ->
          progress.isCaughtUp()
              ? new Done()
              : new Wait(Reason.CATCHING_UP, "records wait in " + behind(progress));
    };
  }

  private static String unfollowed(Situation now, ReshardProgress progress) {
    List<ShardId> draining = progress.in(ShardStage.DRAINING);
    List<ShardId> waiting = progress.in(ShardStage.WAITING);
    List<String> steps = new ArrayList<>();
    if (!draining.isEmpty()) {
      steps.add(names(draining) + " to be applied to the end");
    }
    if (!waiting.isEmpty()) {
      steps.add(names(waiting) + " to be opened");
    }
    String text = String.join(", then ", steps);
    return now.stream().openShards() == now.target()
        ? text
        : text + "; the next request is sent afterwards";
  }

  private static String behind(ReshardProgress progress) {
    return progress.in(ShardStage.OPENED).stream()
        .sorted(Comparator.comparing((ShardId shard) -> age(progress.lags(), shard)).reversed())
        .limit(MOST_NAMES)
        .map(shard -> Elision.shards(shard.value()) + " (" + lag(progress.lags(), shard) + ")")
        .collect(Collectors.joining(", "));
  }

  private static Duration age(Map<ShardId, Lag> lags, ShardId shard) {
    return lags.get(shard) instanceof Lag.Behind(Duration age) ? age : Duration.ZERO;
  }

  private static String lag(Map<ShardId, Lag> lags, ShardId shard) {
    return switch (lags.getOrDefault(shard, new Lag.Unknown("not measured yet"))) {
      case Lag.None none -> "none";
      case Lag.Behind(Duration age) -> Sizes.age(age);
      case Lag.Unknown(String why) -> "unknown: " + why;
    };
  }

  /** Returns the names of the first shards for people, and how many more there are. */
  static String names(List<ShardId> shards) {
    String first =
        shards.stream()
            .limit(MOST_NAMES)
            .map(shard -> Elision.shards(shard.value()))
            .collect(Collectors.joining(" "));
    return shards.size() <= MOST_NAMES
        ? first
        : first + " and " + Sizes.count(shards.size() - MOST_NAMES) + " more";
  }

  static String shards(int count) {
    return Sizes.count(count) + (count == 1 ? " open shard" : " open shards");
  }
}

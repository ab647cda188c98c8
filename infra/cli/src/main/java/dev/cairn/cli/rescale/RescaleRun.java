package dev.cairn.cli.rescale;

import dev.cairn.cli.rescale.RescaleDecisions.Next;
import dev.cairn.cli.rescale.RescaleDecisions.Reason;
import dev.cairn.cli.rescale.RescaleDecisions.Situation;
import dev.cairn.cli.rescale.StreamScaling.Response;
import dev.cairn.cli.status.Lag;
import dev.cairn.coordinator.resharding.ShardTree;
import dev.cairn.id.ShardId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings a stream to a number of shards: looks at the stream and the job, decides, acts, and looks
 * again, until the number is reached and the job has followed. It keeps nothing: another run
 * continues from what the stream and the job's journals say.
 */
public final class RescaleRun {
  private final StreamScaling scaling;
  private final FollowedShards followed;
  private final InstantSource clock;
  private final Pause pause;
  private final RescaleListener listener;

  private ReshardProgress progress = ReshardProgress.NONE;
  private Optional<RescaleDecisions.Sent> sent = Optional.empty();
  private Optional<Next.Wait> waitsFor = Optional.empty();
  private int requests;

  /** Waits between two looks. */
  @FunctionalInterface
  public interface Pause {
    void between(Duration looks) throws InterruptedException;
  }

  /**
   * The number of shards to reach, and how the job is followed.
   *
   * @param timeout how long it is followed
   * @param every the time between two looks
   */
  public record Settings(int target, KinesisQuotas quotas, Duration timeout, Duration every) {}

  /** How a run ended. */
  public sealed interface Result {
    /** The stream has the number of shards, and the job has caught up. */
    record Done(int requests) implements Result {}

    /**
     * The first request was sent, and nothing was waited for.
     *
     * @param left how many requests are still needed
     */
    record Sent(int left) implements Result {}

    /** The stream has the number of shards already, and nothing was waited for. */
    record Unneeded() implements Result {}

    /** A user has to act. */
    record Stopped(String text) implements Result {}

    /** The time is over. */
    record TimedOut(String text) implements Result {}
  }

  public RescaleRun(
      StreamScaling scaling,
      FollowedShards followed,
      InstantSource clock,
      Pause pause,
      RescaleListener listener) {
    this.scaling = scaling;
    this.followed = followed;
    this.clock = clock;
    this.pause = pause;
    this.listener = listener;
  }

  public Result run(Settings settings) throws InterruptedException {
    Instant deadline = clock.instant().plus(settings.timeout());
    while (true) {
      Optional<Result> end = step(settings);
      if (end.isPresent()) {
        return end.get();
      }
      if (!clock.instant().isBefore(deadline)) {
        return new Result.TimedOut(waitsFor.map(Next.Wait::text).orElse("the last request"));
      }
      pause.between(settings.every());
    }
  }

  /** Sends the first request that leads to a number of shards, and does not wait for its effect. */
  public Result requestOnly(int target, KinesisQuotas quotas) {
    ScalableStream stream = scaling.describe();
    Optional<String> refusal = RescaleDecisions.refusal(stream);
    if (refusal.isPresent()) {
      return new Result.Stopped(refusal.get());
    }
    return switch (RescalePlan.of(stream.openShards(), target, quotas)) {
      case RescalePlan.Unchanged unchanged -> new Result.Unneeded();
      case RescalePlan.BeyondQuota(String reason) -> new Result.Stopped(reason);
      case RescalePlan.Requests(List<Integer> shards) ->
          request(shards.getFirst(), target)
              .or(() -> waitsFor.map(wait -> new Result.Stopped(wait.text() + ": try again later")))
              .orElseGet(() -> new Result.Sent(shards.size() - 1));
    };
  }

  private Optional<Result> step(Settings settings) {
    // The stream first: a shard that is listed later can only make the job seem further behind.
    ScalableStream stream = scaling.describe();
    Optional<FollowedShards.View> view = followed.read();
    if (view.isEmpty()) {
      return Optional.of(new Result.Stopped("the job was deleted: nobody follows the shards"));
    }
    Optional<ReshardProgress> looked = view.get().shards().map(this::look);
    Next next =
        RescaleDecisions.next(
            new Situation(
                stream, view.get().status(), looked, settings.target(), sent, settings.quotas()));
    return switch (next) {
      case Next.Done done -> Optional.of(new Result.Done(requests));
      case Next.Stop(String text) -> Optional.of(new Result.Stopped(text));
      case Next.Request(int shards) -> request(shards, settings.target());
      case Next.Wait wait -> {
        waitFor(wait);
        yield Optional.empty();
      }
    };
  }

  private ReshardProgress look(ShardTree tree) {
    Map<ShardId, Lag> lags = new HashMap<>();
    progress.needLag(tree).forEach(shard -> lags.put(shard.id(), followed.lag(shard)));
    ReshardProgress before = progress;
    progress = before.next(tree, lags, clock.instant());
    progress.since(before).forEach(listener::changed);
    return progress;
  }

  private Optional<Result> request(int shards, int target) {
    ScalableStream before = scaling.describe();
    return switch (scaling.request(shards)) {
      case Response.Accepted accepted -> {
        RescaleDecisions.Sent request = new RescaleDecisions.Sent(before.openShards(), shards);
        sent = Optional.of(request);
        waitsFor = Optional.empty();
        requests++;
        listener.requested(request);
        yield Optional.empty();
      }
      case Response.Busy(String words) -> {
        // Another request was faster; afterwards the stream is read again, and decided about anew.
        sent = Optional.empty();
        waitFor(new Next.Wait(Reason.BUSY, "Kinesis does not accept a request now: " + words));
        yield Optional.empty();
      }
      case Response.LimitExceeded(String words) ->
          Optional.of(new Result.Stopped(limit(before, shards, target, words)));
      case Response.OnDemand onDemand ->
          RescaleDecisions.refusal(scaling.describe()).map(Result.Stopped::new);
    };
  }

  /** Returns the reason and the way out of a request that exceeds a quota. */
  static String limit(ScalableStream stream, int shards, int target, String words) {
    return "Kinesis refused the request for "
        + RescaleDecisions.shards(shards)
        + " ("
        + words
        + "): it accepts 10 requests for a stream within 24 hours, each at most the double and at"
        + " least the half, and no more shards than the account's quota, unless these were raised."
        + " The stream has "
        + RescaleDecisions.shards(stream.openShards())
        + ", and the job follows them. Have the quota raised (Service Quotas), or call cairn"
        + " rescale "
        + target
        + " again when the oldest request is a day old: it continues from there";
  }

  private void waitFor(Next.Wait wait) {
    boolean isNews = waitsFor.filter(before -> before.reason() == wait.reason()).isEmpty();
    waitsFor = Optional.of(wait);
    if (isNews) {
      listener.waiting(wait);
    }
  }
}

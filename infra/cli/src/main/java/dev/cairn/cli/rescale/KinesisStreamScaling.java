package dev.cairn.cli.rescale;

import dev.cairn.cli.rescale.KinesisQuotas.AccountShards;
import dev.cairn.retry.Backoff;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.DescribeLimitsResponse;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/**
 * Scales a Kinesis stream. It needs {@code kinesis:DescribeStreamSummary} and {@code
 * kinesis:UpdateShardCount}, and reads the account's quota if {@code kinesis:DescribeLimits} is
 * allowed. SDK exceptions for a missing permission are passed on.
 */
public final class KinesisStreamScaling implements StreamScaling {
  /** The code of exceeded rates is that of exceeded quotas; only the words differ. */
  private static final String THROTTLED = "Rate exceeded";

  private final KinesisClient client;
  private final String stream;
  private final Backoff backoff;

  public KinesisStreamScaling(KinesisClient client, String stream, Backoff backoff) {
    this.client = client;
    this.stream = stream;
    this.backoff = backoff;
  }

  @Override
  public ScalableStream describe() {
    StreamDescriptionSummary summary =
        backoff
            .call(
                () -> client.describeStreamSummary(describe -> describe.streamName(stream)),
                LimitExceededException.class::isInstance)
            .streamDescriptionSummary();
    return new ScalableStream(stream, mode(summary), status(summary), summary.openShardCount());
  }

  private static ScalableStream.Mode mode(StreamDescriptionSummary summary) {
    return summary.streamModeDetails() != null
            && summary.streamModeDetails().streamMode() == StreamMode.ON_DEMAND
        ? ScalableStream.Mode.ON_DEMAND
        : ScalableStream.Mode.PROVISIONED;
  }

  private static ScalableStream.Status status(StreamDescriptionSummary summary) {
    StreamStatus status = summary.streamStatus();
    return switch (status) {
      case CREATING -> ScalableStream.Status.CREATING;
      case ACTIVE -> ScalableStream.Status.ACTIVE;
      case DELETING -> ScalableStream.Status.DELETING;
      // A status that this SDK does not know is one in which nothing may be requested.
      case UPDATING, UNKNOWN_TO_SDK_VERSION -> ScalableStream.Status.UPDATING;
    };
  }

  @Override
  public Optional<AccountShards> account(ScalableStream described) {
    try {
      DescribeLimitsResponse limits = client.describeLimits();
      return Optional.of(
          new AccountShards(
              Math.max(0, limits.openShardCount() - described.openShards()), limits.shardLimit()));
    } catch (KinesisException e) {
      // One request a second and account is allowed, and few roles have the permission.
      return Optional.empty();
    }
  }

  @Override
  public Response request(int shards) {
    try {
      client.updateShardCount(
          update ->
              update
                  .streamName(stream)
                  .targetShardCount(shards)
                  .scalingType(ScalingType.UNIFORM_SCALING));
      return new Response.Accepted();
    } catch (ResourceInUseException e) {
      return new Response.Busy(words(e));
    } catch (LimitExceededException e) {
      return words(e).contains(THROTTLED)
          ? new Response.Busy(words(e))
          : new Response.LimitExceeded(words(e));
    } catch (InvalidArgumentException e) {
      // LocalStack's response to a number beyond the double or the half.
      return new Response.LimitExceeded(words(e));
    } catch (ValidationException e) {
      // Documented for streams in on-demand mode alone; DescribeStreamSummary tells.
      if (describe().mode() == ScalableStream.Mode.ON_DEMAND) {
        return new Response.OnDemand();
      }
      throw e;
    }
  }

  private static String words(AwsServiceException e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().errorMessage() == null
        ? String.valueOf(e.getMessage())
        : e.awsErrorDetails().errorMessage();
  }
}

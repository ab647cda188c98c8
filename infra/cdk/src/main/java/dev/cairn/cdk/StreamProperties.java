package dev.cairn.cdk;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.kinesis.CfnStream;
import software.amazon.awscdk.services.kinesis.IStream;

/**
 * The properties of a stream that are known at synthesis: those of a stream created elsewhere in
 * the app, none of an imported one.
 */
record StreamProperties(
    Optional<Duration> retention, Optional<Integer> shards, boolean isOnDemand) {

  static StreamProperties of(IStream stream) {
    return stream.getNode().getDefaultChild() instanceof CfnStream made
        ? new StreamProperties(
            Optional.ofNullable(made.getRetentionPeriodHours())
                .map(hours -> Duration.ofHours(hours.longValue())),
            shards(made),
            isOnDemand(made))
        : new StreamProperties(Optional.empty(), Optional.empty(), false);
  }

  /** Empty for an on-demand stream, and for a number that only the deployment knows. */
  private static Optional<Integer> shards(CfnStream stream) {
    return Optional.ofNullable(stream.getShardCount())
        .filter(shards -> !Boolean.TRUE.equals(Token.isUnresolved(shards)))
        .map(Number::intValue);
  }

  private static boolean isOnDemand(CfnStream stream) {
    return Stack.of(stream).resolve(stream.getStreamModeDetails()) instanceof Map<?, ?> details
        && "ON_DEMAND".equals(details.get("streamMode"));
  }
}

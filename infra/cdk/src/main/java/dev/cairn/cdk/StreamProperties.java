package dev.cairn.cdk;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.kinesis.CfnStream;
import software.amazon.awscdk.services.kinesis.IStream;

/**
 * What synthesis can know of a stream that is made elsewhere in the app; of an imported one,
 * nothing.
 */
record StreamProperties(Optional<Duration> retention, boolean isOnDemand) {

  static StreamProperties of(IStream stream) {
    return stream.getNode().getDefaultChild() instanceof CfnStream made
        ? new StreamProperties(
            Optional.ofNullable(made.getRetentionPeriodHours())
                .map(hours -> Duration.ofHours(hours.longValue())),
            isOnDemand(made))
        : new StreamProperties(Optional.empty(), false);
  }

  private static boolean isOnDemand(CfnStream stream) {
    return Stack.of(stream).resolve(stream.getStreamModeDetails()) instanceof Map<?, ?> details
        && "ON_DEMAND".equals(details.get("streamMode"));
  }
}

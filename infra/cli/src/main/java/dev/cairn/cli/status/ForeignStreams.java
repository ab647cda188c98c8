package dev.cairn.cli.status;

import dev.cairn.cli.output.Sizes;
import dev.cairn.cli.status.Finding.Kind;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Finds other streams whose records a job's tasks have recently refused. */
public final class ForeignStreams {
  // A mapping repeats its batch, and each container notes it every five minutes.
  private static final Duration OF_LATE = Duration.ofMinutes(15);

  private ForeignStreams() {}

  public static List<Finding> findings(List<Registration> registrations, Instant now) {
    return registrations.stream()
        .flatMap(
            one ->
                one.refused().stream()
                    .filter(refused -> now.isBefore(refused.at().plus(OF_LATE)))
                    .map(refused -> finding(one, refused, now)))
        .toList();
  }

  private static Finding finding(Registration stage, RefusedStream refused, Instant now) {
    String own = stage.stream().orElse("another one");
    return new Finding(
        Kind.FOREIGN_STREAM,
        "records of stream "
            + refused.stream()
            + " were refused "
            + Sizes.age(Duration.between(refused.at(), now))
            + " ago; "
            + refused.how()
            + " brought them to stage "
            + stage.stage()
            + ", which reads stream "
            + own
            + ". Nothing of them was applied",
        "delete that mapping, or deploy the job with stream "
            + own
            + " again; see docs/operations.md, \"Another stream under the same job\"");
  }
}

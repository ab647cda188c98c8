package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.StreamMode;

/** A user is warned of settings that are allowed and probably mistakes. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class WarningsTest {
  private static final String STREAM = "AWS::Kinesis::Stream";

  @Test
  void anImportedStreamIsReadAndItsRetentionAskedFor() {
    Stack stack = Synthesis.stack();
    IStream imported =
        software.amazon.awscdk.services.kinesis.Stream.fromStreamArn(
            stack, "Clicks", "arn:aws:kinesis:eu-central-1:111122223333:stream/clicks");
    CheckpointedFunction job =
        Synthesis.orders(stack).source(SourceStream.existing(imported)).build();
    Resources template = Synthesis.template(stack);

    assertThat(template.all(STREAM)).isEmpty();
    assertThat(job.getStream().getStreamName()).isEqualTo("clicks");
    assertThat(template.environment("OrdersTaskordersmain"))
        .containsEntry("CAIRN_STREAM", "clicks");
    assertThat(template.statements("OrdersTaskRole"))
        .anyMatch(
            statement ->
                statement.endsWith("arn:aws:kinesis:eu-central-1:111122223333:stream/clicks"));
    assertThat(warnings(stack))
        .containsExactly(
            "how long the stream keeps records is not known here: make sure that it is 24 h or"
                + " more, and say so with SourceStream.existing(stream).keeping(…) [ack:"
                + " cairn:unknownRetention]");
  }

  @Test
  void aStreamOfTheSameAppIsLookedAt() {
    Stack stack = Synthesis.stack();
    IStream onDemand =
        software.amazon.awscdk.services.kinesis.Stream.Builder.create(stack, "Clicks")
            .streamMode(StreamMode.ON_DEMAND)
            .retentionPeriod(software.amazon.awscdk.Duration.hours(48))
            .build();
    Synthesis.orders(stack)
        .source(SourceStream.existing(onDemand))
        .checkpointingInterval(Duration.ofHours(12))
        .checkpointingNumRetained(4)
        .build();

    assertThat(warnings(stack))
        .containsExactly(
            "the stream keeps records for 48 h, and restoring every retained checkpoint needs 97 h:"
                + " raise its retention, or retain fewer checkpoints [ack: cairn:shortRetention]");
  }

  @Test
  void aLimitThatAnOnDemandStreamMayOutgrowIsWarnedOf() {
    String warning =
        "the stream is on-demand, so Kinesis may split its shards at any time, and a reserved"
            + " concurrency of 64 is enough for 63: with more of them records wait; leave"
            + " reservedConcurrency(…) out, or watch TaskThrottlesAlarm and cairn status [ack:"
            + " cairn:onDemandConcurrency]";
    Stack made = Synthesis.stack();
    Synthesis.orders(made).source(SourceStream.onDemand()).reservedConcurrency(64).build();
    assertThat(warnings(made)).containsExactly(warning);

    Stack found = Synthesis.stack();
    IStream clicks =
        software.amazon.awscdk.services.kinesis.Stream.Builder.create(found, "Clicks")
            .streamMode(StreamMode.ON_DEMAND)
            .build();
    Synthesis.orders(found).source(SourceStream.existing(clicks)).reservedConcurrency(64).build();
    assertThat(warnings(found)).containsExactly(warning);

    Stack provisioned = Synthesis.stack();
    Synthesis.orders(provisioned).reservedConcurrency(64).build();
    assertThat(warnings(provisioned)).isEmpty();

    Stack unlimited = Synthesis.stack();
    Synthesis.orders(unlimited).source(SourceStream.onDemand()).build();
    assertThat(warnings(unlimited)).isEmpty();
  }

  @Test
  void whatIsAllowedAndLikelyAMistakeIsWarnedOf() {
    Stack stack = Synthesis.stack();
    CheckpointedFunction.Builder.create(stack, "Orders")
        .job("orders")
        .function(Synthesis.FUNCTION)
        .code(Synthesis.code(Synthesis.FUNCTION))
        .source(SourceStream.ofShards(2))
        .timeout(Duration.ofMinutes(5))
        .checkpointingTimeout(Duration.ofMinutes(2))
        .build();

    assertThat(warnings(stack))
        .containsExactlyInAnyOrder(
            "no checkpoints are taken, so nothing can be restored: set checkpointingInterval(…)"
                + " [ack: cairn:noInterval]",
            "a checkpoint is aborted after 2 min, and an invocation may take 5 min: make"
                + " checkpointingTimeout(…) the longer one [ack: cairn:shortCheckpointTimeout]");
    assertThat(Synthesis.template(stack).environment("OrdersCoordinator"))
        .doesNotContainKey("EXECUTION_CHECKPOINTING_INTERVAL");
  }

  @Test
  void nothingIsWarnedOfByDefault() {
    Stack stack = Synthesis.stack();
    Synthesis.orders(stack).build();

    assertThat(warnings(stack)).isEmpty();
  }

  private static List<String> warnings(Stack stack) {
    return Annotations.fromStack(stack).findWarning("*", Match.anyValue()).stream()
        .map(warning -> String.valueOf(warning.getEntry().getData()))
        .toList();
  }
}

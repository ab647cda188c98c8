package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.Stack;

/** A second job on the first one's table, bucket and stream. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class ForkedFunctionTest {

  /** Synthesized once for all that looks at a fork beside its parent. */
  private static final class Both {
    static final Resources TEMPLATE = synthesize();

    private static Resources synthesize() {
      Stack stack = Synthesis.stack();
      trial(stack, Synthesis.orders(stack).build()).build();
      return Synthesis.template(stack);
    }
  }

  private static CheckpointedFunction.Builder trial(Stack stack, CheckpointedFunction parent) {
    return CheckpointedFunction.Builder.create(stack, "Trial")
        .job("orders-trial")
        .function(Synthesis.FUNCTION)
        .code(Synthesis.code(Synthesis.FUNCTION))
        .checkpointingInterval(Duration.ofMinutes(1))
        .forkOf(parent);
  }

  @Test
  void aForkMakesNoStreamTableOrBucket() {
    for (String type : List.of("AWS::Kinesis::Stream", "AWS::DynamoDB::Table", "AWS::S3::Bucket")) {
      assertThat(Both.TEMPLATE.all(type)).as(type).hasSize(1);
    }
    assertThat(
            Resources.text(
                Both.TEMPLATE
                    .named("AWS::Lambda::EventSourceMapping", "TrialSourceMappingorderstrialmain")
                    .at("/Properties/EventSourceArn")))
        .isEqualTo("OrdersStream.Arn");
  }

  @Test
  void aForkReadsWhatItsParentSharesAndWritesItsOwn() {
    assertThat(Both.TEMPLATE.statements("TrialTaskRole"))
        .contains(
            "Allow Files: s3:GetObject s3:PutObject on OrdersBucket.Arn/orders-trial/*",
            "Allow ParentsFiles: s3:GetObject on OrdersBucket.Arn/orders/chk-*"
                + " OrdersBucket.Arn/orders/shared/* OrdersBucket.Arn/savepoints/orders/*")
        .noneMatch(statement -> statement.contains("PutObject") && statement.contains("/orders/"));
    assertThat(Both.TEMPLATE.statements("TrialCoordinatorRole"))
        .anyMatch(statement -> statement.startsWith("Allow ParentsFiles: s3:GetObject on "))
        .noneMatch(
            statement ->
                (statement.contains("DeleteObject") || statement.contains("PutObject"))
                    && statement.contains("/orders/"));
    assertThat(Both.TEMPLATE.statements("TrialScrubberRole"))
        .anyMatch(
            statement ->
                statement.startsWith("Allow Files: s3:GetObject on ")
                    && statement.contains("OrdersBucket.Arn/orders/shared/*"));
  }

  @Test
  void theParentsRolesStayAsTheyAre() {
    Resources alone = Synthesis.template(job -> job);
    for (String role : List.of("OrdersTaskRole", "OrdersCoordinatorRole", "OrdersScrubberRole")) {
      assertThat(Both.TEMPLATE.statements(role)).isEqualTo(alone.statements(role));
    }
  }

  @Test
  void aForkOfAForkReadsWhatBothShare() {
    Stack stack = Synthesis.stack();
    CheckpointedFunction first = trial(stack, Synthesis.orders(stack).build()).build();
    CheckpointedFunction.Builder.create(stack, "Second")
        .job("second")
        .function(Synthesis.FUNCTION)
        .code(Synthesis.code(Synthesis.FUNCTION))
        .forkOf(first)
        .build();

    assertThat(Synthesis.template(stack).statements("SecondTaskRole"))
        .contains(
            "Allow ParentsFiles: s3:GetObject on OrdersBucket.Arn/orders/chk-*"
                + " OrdersBucket.Arn/orders/shared/* OrdersBucket.Arn/savepoints/orders/*"
                + " OrdersBucket.Arn/orders-trial/chk-* OrdersBucket.Arn/orders-trial/shared/*"
                + " OrdersBucket.Arn/savepoints/orders-trial/*");
  }

  @Test
  void eachCoordinatorIsWokenByItsOwnJobsItemsOnly() {
    String trial =
        Both.TEMPLATE
            .named("AWS::Lambda::EventSourceMapping", "TrialTableStreamMapping")
            .at("/Properties/FilterCriteria")
            .toString();

    assertThat(trial).contains("ACK#orders-trial#", "JOB#orders-trial");
    assertThat(trial).doesNotContain("ACK#orders#", "JOB#orders\\");
  }

  @Test
  void aForkWithAStreamOfItsOwnOrItsParentsNameIsAMistake() {
    Stack stack = Synthesis.stack();
    CheckpointedFunction parent = Synthesis.orders(stack).build();

    assertThatThrownBy(
            () -> trial(stack, parent).job("orders").source(SourceStream.ofShards(1)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a fork reads the stream of the job that it began from")
        .hasMessageContaining("a fork called orders as the job that it began from");
  }
}

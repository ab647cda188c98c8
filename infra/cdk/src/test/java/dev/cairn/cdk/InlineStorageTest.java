package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.settings.Options;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.Stack;

/** A job whose checkpoints lie inside its table: what it has not, and what nobody is allowed. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class InlineStorageTest {
  private static final class Inline {
    static final Resources TEMPLATE =
        Synthesis.template(CheckpointedFunction.Builder::checkpointingWithoutBucket);
  }

  @Test
  void thereIsNoBucketAndNobodyIsToldOfOne() {
    assertThat(Inline.TEMPLATE.all("AWS::S3::Bucket")).isEmpty();
    assertThat(Inline.TEMPLATE.all("AWS::S3::BucketPolicy")).isEmpty();
    assertThat(Inline.TEMPLATE.template().get("Outputs").has("OrdersBucket")).isFalse();
    for (String function :
        new String[] {"OrdersTaskordersmain", "OrdersCoordinator", "OrdersScrubber"}) {
      assertThat(Inline.TEMPLATE.environment(function))
          .as(function)
          .containsEntry("EXECUTION_CHECKPOINTING_STORAGE", "jobmanager")
          .doesNotContainKeys("EXECUTION_CHECKPOINTING_DIR", "CAIRN_STORAGE");
    }
  }

  @Test
  void nobodyMayUseS3() {
    for (String role :
        new String[] {"OrdersTaskRole", "OrdersCoordinatorRole", "OrdersScrubberRole"}) {
      assertThat(Inline.TEMPLATE.statements(role)).as(role).noneMatch(text -> text.contains("s3:"));
    }
  }

  @Test
  void onlyTheCoordinatorMayDeleteFilesAndOnlyThese() {
    assertThat(Inline.TEMPLATE.statements("OrdersCoordinatorRole"))
        .contains("Allow Collection: dynamodb:DeleteItem on OrdersTable.Arn");
    assertThat(
            Inline.TEMPLATE
                .named("AWS::IAM::Role", "OrdersCoordinatorRole")
                .findParents("dynamodb:LeadingKeys")
                .stream()
                .map(condition -> condition.get("dynamodb:LeadingKeys"))
                .filter(keys -> keys.size() == 1)
                .map(keys -> keys.get(0).asText()))
        .containsExactly("JOB#orders", "FILE#orders#*");
    assertThat(Inline.TEMPLATE.statements("OrdersTaskRole"))
        .noneMatch(text -> text.contains("Delete"));
  }

  @Test
  void aLineOfAFlinkConfigurationSaysTheSame() {
    Resources template =
        Synthesis.template(job -> job.configuration("state.checkpoint-storage: jobmanager"));
    assertThat(template.names()).containsExactlyInAnyOrderElementsOf(Inline.TEMPLATE.names());
  }

  @Test
  void savepointsGoWhereTheSettingSaysAndOnlyThatIsAllowed() {
    Resources template =
        Synthesis.template(
            job ->
                job.checkpointingWithoutBucket()
                    .setting(Options.SAVEPOINT_DIRECTORY, Optional.of("s3://kept/all")));

    assertThat(template.all("AWS::S3::Bucket")).isEmpty();
    assertThat(template.statements("OrdersTaskRole"))
        .filteredOn(text -> text.contains("s3:"))
        .allMatch(text -> text.contains(":s3:::kept"))
        .anyMatch(text -> text.startsWith("Allow Savepoints: s3:GetObject s3:PutObject on "))
        .anyMatch(text -> text.startsWith("Allow MissingFiles: s3:ListBucket on "));
    assertThat(template.environment("OrdersCoordinator"))
        .containsEntry("EXECUTION_CHECKPOINTING_SAVEPOINT_DIR", "s3://kept/all");
  }

  @Test
  void whoAsksForTheBucketIsToldThatThereIsNone() {
    Stack stack = Synthesis.stack();
    assertThat(Synthesis.orders(stack).checkpointingWithoutBucket().build().getBucket()).isEmpty();
    Stack other = Synthesis.stack();
    assertThat(Synthesis.orders(other).build().getBucket()).isPresent();
  }
}

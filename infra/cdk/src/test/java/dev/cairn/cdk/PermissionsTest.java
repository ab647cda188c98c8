package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.settings.Options;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.services.kinesis.StreamEncryption;

/** Each role allows what its function does, and nothing else. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class PermissionsTest {
  private static final String ROLE = "AWS::IAM::Role";
  private static final String FUNCTION = "AWS::Lambda::Function";

  @Test
  void theTaskMayDoWhatItDoes() {
    assertThat(DefaultJob.TEMPLATE.statements("OrdersTaskRole"))
        .containsExactly(
            "Allow Journal: dynamodb:ConditionCheckItem dynamodb:GetItem dynamodb:Query on"
                + " OrdersTable.Arn",
            "Allow OwnItems: dynamodb:PutItem on OrdersTable.Arn",
            "Allow Files: s3:GetObject s3:PutObject on OrdersBucket.Arn/orders/*",
            "Allow Savepoints: s3:GetObject s3:PutObject on"
                + " OrdersBucket.Arn/savepoints/orders/*",
            "Allow MissingFiles: s3:ListBucket on OrdersBucket.Arn",
            "Allow Replay: kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards on"
                + " OrdersStream.Arn",
            "Allow SourceMapping: kinesis:DescribeStream kinesis:DescribeStreamSummary"
                + " kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards on"
                + " OrdersStream.Arn",
            "Allow Logs: logs:CreateLogStream logs:PutLogEvents on OrdersTaskLogs.Arn");
  }

  @Test
  void theCoordinatorMayDoWhatItDoes() {
    assertThat(DefaultJob.TEMPLATE.statements("OrdersCoordinatorRole"))
        .containsExactly(
            "Allow Checkpoints: dynamodb:ConditionCheckItem dynamodb:GetItem dynamodb:Query on"
                + " OrdersTable.Arn",
            "Allow OwnItems: dynamodb:PutItem dynamodb:UpdateItem on OrdersTable.Arn",
            "Allow Registrations: dynamodb:DeleteItem on OrdersTable.Arn",
            "Allow Files: s3:GetObject on OrdersBucket.Arn/orders/*",
            "Allow Metadata: s3:PutObject on OrdersBucket.Arn/orders/chk-*/_metadata",
            "Allow Collection: s3:DeleteObject on OrdersBucket.Arn/orders/chk-*"
                + " OrdersBucket.Arn/orders/dead-letters/* OrdersBucket.Arn/orders/shared/*"
                + " OrdersBucket.Arn/orders/taskowned/*",
            "Allow Savepoints: s3:DeleteObject s3:GetObject s3:PutObject on"
                + " OrdersBucket.Arn/savepoints/orders/*",
            "Allow MissingFiles: s3:ListBucket on OrdersBucket.Arn",
            "Allow Preflight: kinesis:DescribeStreamSummary kinesis:GetRecords"
                + " kinesis:GetShardIterator kinesis:ListShards on OrdersStream.Arn",
            "Allow Wakes: lambda:InvokeFunction on OrdersLiveordersmain",
            "Allow Halts: lambda:GetEventSourceMapping lambda:UpdateEventSourceMapping on"
                + " arn:AWS::Partition:lambda:AWS::Region:AWS::AccountId:event-source-mapping:OrdersSourceMappingordersmain",
            "Allow OtherMappings: lambda:ListEventSourceMappings on *",
            "Allow Ticks: sqs:SendMessage on OrdersTickQueue.Arn",
            "Allow TickQueueMapping: sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage on"
                + " OrdersTickQueue.Arn",
            "Allow TableStreamMapping: dynamodb:DescribeStream dynamodb:GetRecords"
                + " dynamodb:GetShardIterator on OrdersTable.StreamArn",
            "Allow TableStreams: dynamodb:ListStreams on OrdersTable.Arn/stream/*",
            "Allow Logs: logs:CreateLogStream logs:PutLogEvents on OrdersCoordinatorLogs.Arn");
  }

  /** What a function writes lies in partitions of its own job: the keys that TableLayout makes. */
  @Test
  void theTaskWritesItemsOfItsOwnJobOnly() {
    assertThat(leadingKeys("OrdersTaskRole", "OwnItems"))
        .isEqualTo(
            Synthesis.parse(
                """
                {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [
                  "ACK#orders#*", "FILE#orders#*", "JOB#orders", "JOURNAL#orders/*"
                ]}}
                """));
  }

  /** A fork's item is made by its parent's coordinator, whose name nobody knows yet. */
  @Test
  void theCoordinatorWritesNoOtherJobsJournalsOrFiles() {
    assertThat(leadingKeys("OrdersCoordinatorRole", "OwnItems"))
        .isEqualTo(
            Synthesis.parse(
                """
                {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [
                  "ACK#orders#*", "EXPECTED#orders#*", "FILE#orders#*", "HISTORY#orders", "JOB#*",
                  "JOURNAL#orders/*"
                ]}}
                """));
  }

  /** A retired subtask's registration is replaced by another item. */
  @Test
  void theCoordinatorDeletesItemsOfItsOwnJobsPartitionAlone() {
    assertThat(leadingKeys("OrdersCoordinatorRole", "Registrations"))
        .isEqualTo(
            Synthesis.parse(
                """
                {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["JOB#orders"]}}
                """));
  }

  private static JsonNode leadingKeys(String role, String purpose) {
    return statement(DefaultJob.TEMPLATE, role, purpose).get("Condition");
  }

  private static JsonNode statement(Resources template, String role, String purpose) {
    for (JsonNode one :
        template.named(ROLE, role).at("/Properties/Policies/0/PolicyDocument/Statement")) {
      if (one.get("Sid").asText().equals(purpose)) {
        return one;
      }
    }
    throw new AssertionError(role + " has no statement " + purpose);
  }

  @Test
  void savepointsElsewhereAreReachedWhereTheyAre() {
    Resources template =
        Synthesis.template(
            job ->
                job.setting(Options.SAVEPOINT_DIRECTORY, Optional.of("s3://backups/of-the-team")));
    String folder = "arn:AWS::Partition:s3:::backups/of-the-team/orders/*";
    assertThat(template.statements("OrdersTaskRole"))
        .contains("Allow Savepoints: s3:GetObject s3:PutObject on " + folder);
    assertThat(template.statements("OrdersCoordinatorRole"))
        .contains(
            "Allow Savepoints: s3:DeleteObject s3:GetObject s3:PutObject on " + folder,
            "Allow MissingFiles: s3:ListBucket on OrdersBucket.Arn"
                + " arn:AWS::Partition:s3:::backups");
  }

  @Test
  void theScrubberReadsEverythingAndWritesItsMarksOnly() {
    assertThat(DefaultJob.TEMPLATE.statements("OrdersScrubberRole"))
        .containsExactly(
            "Allow References: dynamodb:GetItem dynamodb:Query on OrdersTable.Arn",
            "Allow Marks: dynamodb:DeleteItem dynamodb:PutItem on OrdersTable.Arn",
            "Allow Files: s3:GetObject on OrdersBucket.Arn/orders/*"
                + " OrdersBucket.Arn/savepoints/orders/*",
            "Allow MissingFiles: s3:ListBucket on OrdersBucket.Arn",
            "Allow Logs: logs:CreateLogStream logs:PutLogEvents on OrdersScrubberLogs.Arn");
    JsonNode marks =
        DefaultJob.TEMPLATE
            .named(ROLE, "OrdersScrubberRole")
            .at("/Properties/Policies/0/PolicyDocument/Statement/1/Condition");
    assertThat(marks)
        .isEqualTo(
            Synthesis.parse(
                "{\"ForAllValues:StringEquals\": {\"dynamodb:LeadingKeys\": [\"SCRUB#orders\"]}}"));
  }

  @Test
  void nothingElseGrantsAnything() {
    assertThat(DefaultJob.TEMPLATE.names())
        .noneMatch(
            name ->
                name.startsWith("AWS::IAM::Policy")
                    || name.startsWith("AWS::IAM::ManagedPolicy")
                    || name.startsWith("Custom::"));
    assertThat(DefaultJob.TEMPLATE.all(ROLE)).hasSize(3);
    assertThat(DefaultJob.TEMPLATE.all(FUNCTION)).hasSize(3);
    for (JsonNode role : DefaultJob.TEMPLATE.all(ROLE)) {
      assertThat(Resources.properties(role).has("ManagedPolicyArns")).isFalse();
      assertThat(Resources.properties(role).get("Policies")).hasSize(1);
      for (JsonNode statement : role.at("/Properties/Policies/0/PolicyDocument/Statement")) {
        assertThat(statement.get("Action").toString()).doesNotContain("*");
        if (!statement.get("Sid").asText().equals("OtherMappings")) {
          assertThat(Resources.text(statement.get("Resource"))).isNotEqualTo("*");
        }
      }
    }
  }

  @Test
  void anEncryptedStreamIsReadByBothWithItsKey() {
    Resources template =
        Synthesis.template(
            job -> job.source(SourceStream.ofShards(1).encryptedBy(StreamEncryption.KMS)));

    String decrypt = "Allow EncryptedRecords: kms:Decrypt on OrdersStreamKey.Arn";
    assertThat(template.statements("OrdersTaskRole")).contains(decrypt);
    assertThat(template.statements("OrdersCoordinatorRole")).contains(decrypt);
  }
}

package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.RemovalPolicy;

/** The table, the bucket and the stream of a job. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class DataStoresTest {
  private static final String STREAM = "AWS::Kinesis::Stream";

  @Test
  void theTableHasItsStreamItsExpiryAndItsRecovery() {
    JsonNode table = DefaultJob.TEMPLATE.only("AWS::DynamoDB::Table");

    assertThat(Resources.properties(table))
        .isEqualTo(
            Synthesis.parse(
                """
                {
                  "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"},
                    {"AttributeName": "sk", "AttributeType": "S"}
                  ],
                  "BillingMode": "PAY_PER_REQUEST",
                  "DeletionProtectionEnabled": true,
                  "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"}
                  ],
                  "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
                  "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
                  "TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": true}
                }
                """));
  }

  @Test
  void theBucketIsPrivateEncryptedAndExpiresNothing() {
    assertThat(Resources.properties(DefaultJob.TEMPLATE.only("AWS::S3::Bucket")))
        .isEqualTo(
            Synthesis.parse(
                """
                {
                  "BucketEncryption": {"ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                  ]},
                  "LifecycleConfiguration": {"Rules": [{
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                    "Id": "IncompleteUploads",
                    "Status": "Enabled"
                  }]},
                  "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
                  "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": true,
                    "BlockPublicPolicy": true,
                    "IgnorePublicAcls": true,
                    "RestrictPublicBuckets": true
                  }
                }
                """));
  }

  @Test
  void theBucketTakesEachObjectOnceAndOnlyEncryptedCalls() {
    JsonNode statements =
        DefaultJob.TEMPLATE
            .only("AWS::S3::BucketPolicy")
            .at("/Properties/PolicyDocument/Statement");

    assertThat(statements).hasSize(2);
    assertThat(statements.get(0).at("/Condition"))
        .isEqualTo(Synthesis.parse("{\"Bool\": {\"aws:SecureTransport\": \"false\"}}"));
    assertThat(statements.get(0).get("Action").asText()).isEqualTo("s3:*");
    JsonNode writtenOnce = statements.get(1);
    assertThat(writtenOnce.get("Effect").asText()).isEqualTo("Deny");
    assertThat(writtenOnce.get("Action").asText()).isEqualTo("s3:PutObject");
    assertThat(writtenOnce.get("Principal")).isEqualTo(Synthesis.parse("{\"AWS\": \"*\"}"));
    assertThat(writtenOnce.get("Condition"))
        .isEqualTo(Synthesis.parse("{\"Null\": {\"s3:if-none-match\": \"true\"}}"));
    assertThat(Resources.text(writtenOnce.get("Resource"))).isEqualTo("OrdersBucket.Arn/*");
  }

  @Test
  void everythingThatHoldsDataIsRetainedByDefault() {
    for (String type :
        List.of("AWS::DynamoDB::Table", "AWS::S3::Bucket", STREAM, "AWS::Logs::LogGroup")) {
      assertThat(DefaultJob.TEMPLATE.all(type))
          .isNotEmpty()
          .allMatch(
              resource ->
                  resource.get("DeletionPolicy").asText().equals("Retain")
                      && resource.get("UpdateReplacePolicy").asText().equals("Retain"));
    }
  }

  @Test
  void everythingIsDestroyedTogetherIfOneChoosesSo() {
    Resources template = Synthesis.template(job -> job.removalPolicy(RemovalPolicy.DESTROY));

    for (String type :
        List.of("AWS::DynamoDB::Table", "AWS::S3::Bucket", STREAM, "AWS::Logs::LogGroup")) {
      assertThat(template.all(type))
          .isNotEmpty()
          .allMatch(resource -> resource.get("DeletionPolicy").asText().equals("Delete"));
    }
    assertThat(
            Resources.properties(template.only("AWS::DynamoDB::Table"))
                .get("DeletionProtectionEnabled")
                .asBoolean())
        .isFalse();
  }

  @Test
  void aNewStreamKeepsWhatTheRetainedCheckpointsNeed() {
    assertThat(Resources.properties(DefaultJob.TEMPLATE.only(STREAM)))
        .isEqualTo(
            Synthesis.parse(
                """
                {
                  "RetentionPeriodHours": 24,
                  "ShardCount": 2,
                  "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
                  "StreamModeDetails": {"StreamMode": "PROVISIONED"}
                }
                """));
    Resources template =
        Synthesis.template(
            job -> job.checkpointingInterval(Duration.ofHours(6)).checkpointingNumRetained(10));
    assertThat(Resources.properties(template.only(STREAM)).get("RetentionPeriodHours").asInt())
        .isEqualTo(121);
    Resources chosen =
        Synthesis.template(job -> job.source(SourceStream.ofShards(1).keeping(Duration.ofDays(7))));
    assertThat(Resources.properties(chosen.only(STREAM)).get("RetentionPeriodHours").asInt())
        .isEqualTo(168);
  }

  /**
   * CloudFormation changes mode and number of shards without interruption; of a stream's properties
   * only its name makes another stream.
   */
  @Test
  void aDeployedStreamBecomesOnDemandAndStaysTheSameResource() {
    Path code = Synthesis.code(Synthesis.FUNCTION);
    JsonNode before = resources(job -> job.code(code));
    JsonNode after = resources(job -> job.code(code).source(SourceStream.onDemand()));

    List<String> changed = new ArrayList<>();
    before
        .fieldNames()
        .forEachRemaining(
            id -> {
              if (!before.get(id).equals(after.get(id))) {
                changed.add(id);
              }
            });
    assertThat(after.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(before::fieldNames);
    // The coordinator is told with how many shards the stack creates the stream.
    assertThat(changed)
        .extracting(id -> before.get(id).get("Type").asText())
        .containsExactlyInAnyOrder(STREAM, "AWS::Lambda::Function");
    String stream =
        changed.stream()
            .filter(id -> before.get(id).get("Type").asText().equals(STREAM))
            .findFirst()
            .orElseThrow();
    assertThat(Resources.properties(after.get(stream)))
        .isEqualTo(
            Synthesis.parse(
                """
                {
                  "RetentionPeriodHours": 24,
                  "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
                  "StreamModeDetails": {"StreamMode": "ON_DEMAND"}
                }
                """));
  }

  private static JsonNode resources(UnaryOperator<CheckpointedFunction.Builder> change) {
    return Synthesis.template(change).template().get("Resources");
  }
}

package dev.cairn.cdk;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.BillingMode;
import software.amazon.awscdk.services.dynamodb.PointInTimeRecoverySpecification;
import software.amazon.awscdk.services.dynamodb.StreamViewType;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.iam.AnyPrincipal;
import software.amazon.awscdk.services.iam.Effect;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.Stream;
import software.amazon.awscdk.services.kinesis.StreamMode;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.constructs.Construct;

/** What holds a job's data, and is removed or retained together. */
record Stores(Construct scope, Settings settings) {

  /**
   * Each of them, once.
   *
   * @param bucket empty for a job whose checkpoints lie inside its table
   */
  record Made(IStream stream, Table table, Optional<Bucket> bucket) {}

  Made make() {
    return new Made(
        stream(), table(), settings.isInline() ? Optional.empty() : Optional.of(bucket()));
  }

  private IStream stream() {
    return switch (settings.source()) {
      case SourceStream.ExistingStream existing -> existing.stream();
      case SourceStream.NewStream made -> {
        Stream created =
            Stream.Builder.create(scope, "Stream")
                .streamMode(StreamMode.PROVISIONED)
                .shardCount(made.shards())
                .encryption(made.encryption())
                .retentionPeriod(
                    hours(made.retention().orElse(Retention.needed(settings.checkpointing()))))
                .build();
        created.applyRemovalPolicy(settings.removalPolicy());
        yield created;
      }
    };
  }

  private Table table() {
    return Table.Builder.create(scope, "Table")
        .partitionKey(Attribute.builder().name("pk").type(AttributeType.STRING).build())
        .sortKey(Attribute.builder().name("sk").type(AttributeType.STRING).build())
        .billingMode(BillingMode.PAY_PER_REQUEST)
        .stream(StreamViewType.NEW_AND_OLD_IMAGES)
        .timeToLiveAttribute("expiresAt")
        .pointInTimeRecoverySpecification(
            PointInTimeRecoverySpecification.builder().pointInTimeRecoveryEnabled(true).build())
        .deletionProtection(settings.removalPolicy() == RemovalPolicy.RETAIN)
        .removalPolicy(settings.removalPolicy())
        .build();
  }

  /**
   * Objects are never overwritten, and deleted only when nothing can refer to them any more: with
   * versions, each of those would stay and be paid for.
   */
  private Bucket bucket() {
    Bucket created =
        Bucket.Builder.create(scope, "Bucket")
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .objectOwnership(ObjectOwnership.BUCKET_OWNER_ENFORCED)
            .encryption(BucketEncryption.S3_MANAGED)
            .enforceSsl(true)
            .versioned(false)
            .lifecycleRules(
                List.of(
                    LifecycleRule.builder()
                        .id("IncompleteUploads")
                        .abortIncompleteMultipartUploadAfter(
                            software.amazon.awscdk.Duration.days(1))
                        .build()))
            .removalPolicy(settings.removalPolicy())
            .build();
    created.addToResourcePolicy(
        PolicyStatement.Builder.create()
            .sid("WrittenOnce")
            .effect(Effect.DENY)
            .principals(List.of(new AnyPrincipal()))
            .actions(List.of("s3:PutObject"))
            .resources(List.of(created.arnForObjects("*")))
            .conditions(Map.of("Null", Map.of("s3:if-none-match", "true")))
            .build());
    NagReasons.explain(
        created,
        new NagReasons.Reason(
            "AwsSolutions-S1",
            "The table says who wrote each object, when and for which checkpoint. Access logs would"
                + " be another bucket for each job; data events of CloudTrail show accesses."));
    return created;
  }

  private static software.amazon.awscdk.Duration hours(Duration duration) {
    return software.amazon.awscdk.Duration.hours(duration.toHours());
  }
}

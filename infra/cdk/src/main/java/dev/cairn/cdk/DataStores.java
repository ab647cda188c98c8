package dev.cairn.cdk;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.BillingMode;
import software.amazon.awscdk.services.dynamodb.PointInTimeRecoverySpecification;
import software.amazon.awscdk.services.dynamodb.StreamViewType;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.dynamodb.TableEncryption;
import software.amazon.awscdk.services.iam.AnyPrincipal;
import software.amazon.awscdk.services.iam.Effect;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kinesis.IStream;
import software.amazon.awscdk.services.kinesis.Stream;
import software.amazon.awscdk.services.kinesis.StreamEncryption;
import software.amazon.awscdk.services.kinesis.StreamMode;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.amazon.awscdk.services.s3.ObjectOwnership;
import software.constructs.Construct;

/** The stream, table and bucket of a job, which are removed or retained together. */
record DataStores(Construct scope, ConstructSettings settings) {

  /**
   * The created or given stores.
   *
   * @param bucket empty for a job whose checkpoints lie inside its table
   * @param key the key that encrypts table and bucket; empty for the services' own keys
   */
  record Made(IStream stream, Table table, Optional<Bucket> bucket, Optional<IKey> key) {}

  Made make() {
    settings.encryptionKey().ifPresent(this::allowLogs);
    return new Made(
        stream(),
        table(),
        settings.isInline() ? Optional.empty() : Optional.of(bucket()),
        settings.encryptionKey());
  }

  private IStream stream() {
    return switch (settings.source()) {
      case SourceStream.ExistingStream existing -> existing.stream();
      case SourceStream.NewStream made -> {
        Stream.Builder stream =
            Stream.Builder.create(scope, "Stream")
                .encryption(made.encryption())
                .retentionPeriod(
                    hours(
                        made.retention().orElse(StreamRetention.needed(settings.checkpointing()))));
        switch (made.capacity()) {
          case SourceStream.Capacity.Provisioned(int shards) ->
              stream.streamMode(StreamMode.PROVISIONED).shardCount(shards);
          case SourceStream.Capacity.OnDemand o -> stream.streamMode(StreamMode.ON_DEMAND);
        }
        streamKey(made)
            .ifPresent(key -> stream.encryption(StreamEncryption.KMS).encryptionKey(key));
        Stream created = stream.build();
        created.applyRemovalPolicy(settings.removalPolicy());
        streamKey(made)
            .ifPresent(
                key ->
                    NagReasons.explain(
                        created,
                        new NagReasons.Reason(
                            "AwsSolutions-KDS3",
                            "A customer's key was asked for, for all that the job stores.")));
        yield created;
      }
    };
  }

  /** Returns the job's key unless the stream sets its own encryption. */
  private Optional<IKey> streamKey(SourceStream.NewStream stream) {
    return settings.encryptionKey().filter(key -> stream.encryption() == StreamEncryption.MANAGED);
  }

  /**
   * CloudWatch Logs needs a grant in the key's own policy. The owner of an imported key has to add
   * it.
   */
  private void allowLogs(IKey key) {
    Stack stack = Stack.of(scope);
    var unused =
        key.addToResourcePolicy(
            PolicyStatement.Builder.create()
                .sid("Logs" + scope.getNode().getAddr().substring(0, 8))
                .effect(Effect.ALLOW)
                .principals(
                    List.of(
                        new ServicePrincipal(
                            "logs." + stack.getRegion() + "." + stack.getUrlSuffix())))
                .actions(
                    List.of(
                        "kms:Decrypt*",
                        "kms:Describe*",
                        "kms:Encrypt*",
                        "kms:GenerateDataKey*",
                        "kms:ReEncrypt*"))
                .resources(List.of("*"))
                .conditions(
                    Map.of(
                        "ArnLike",
                        Map.of(
                            "kms:EncryptionContext:aws:logs:arn",
                            stack.formatArn(
                                ArnComponents.builder()
                                    .service("logs")
                                    .resource("log-group")
                                    .resourceName("*")
                                    .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                                    .build()))))
                .build());
  }

  private Table table() {
    Table.Builder table = Table.Builder.create(scope, "Table");
    settings
        .encryptionKey()
        .ifPresent(key -> table.encryption(TableEncryption.CUSTOMER_MANAGED).encryptionKey(key));
    return table
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
   * The bucket has no versioning: objects are never overwritten and are deleted only when nothing
   * can refer to them, so old versions would only cost money.
   */
  private Bucket bucket() {
    Bucket.Builder bucket =
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
            .removalPolicy(settings.removalPolicy());
    settings
        .encryptionKey()
        .ifPresent(
            key ->
                bucket.encryption(BucketEncryption.KMS).encryptionKey(key).bucketKeyEnabled(true));
    Bucket created = bucket.build();
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

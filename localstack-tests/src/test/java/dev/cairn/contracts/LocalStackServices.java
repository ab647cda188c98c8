package dev.cairn.contracts;

import dev.cairn.dynamodb.CairnTable;
import dev.cairn.localstack.LocalStack;
import java.util.concurrent.atomic.AtomicInteger;
import org.testcontainers.localstack.LocalStackContainer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * LocalStack in a container, started for the first test that wants it; it ends with the process.
 */
final class LocalStackServices {
  static final String TABLE = "cairn";

  private static final AtomicInteger BUCKETS = new AtomicInteger();

  private LocalStackServices() {}

  /** Asked by JUnit: without an engine for containers, one line says what is skipped. */
  static boolean isAvailable() {
    return LocalStack.isAvailable("the contracts on LocalStack");
  }

  private static final class Started {
    private static final LocalStackContainer LOCALSTACK =
        LocalStack.container()
            // Its mapping polls one shard each second otherwise.
            .withEnv("LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC", "0.1")
            .withEnv("KINESIS_LATENCY", "100");
    private static final DynamoDbClient DYNAMODB;
    private static final S3Client S3;
    private static final KinesisClient KINESIS;
    private static final LambdaClient LAMBDA;

    static {
      LOCALSTACK.start();
      DYNAMODB = connected(DynamoDbClient.builder()).build();
      S3 = connected(S3Client.builder()).forcePathStyle(true).build();
      KINESIS = connected(KinesisClient.builder()).build();
      LAMBDA = connected(LambdaClient.builder()).build();
      CairnTable.create(DYNAMODB, TABLE);
    }

    private static <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> B connected(
        B builder) {
      return builder
          .endpointOverride(LOCALSTACK.getEndpoint())
          .region(Region.of(LOCALSTACK.getRegion()))
          .credentialsProvider(
              StaticCredentialsProvider.create(
                  AwsBasicCredentials.create(LOCALSTACK.getAccessKey(), LOCALSTACK.getSecretKey())))
          .httpClient(UrlConnectionHttpClient.create());
    }
  }

  static DynamoDbClient dynamoDb() {
    return Started.DYNAMODB;
  }

  static S3Client s3() {
    return Started.S3;
  }

  static KinesisClient kinesis() {
    return Started.KINESIS;
  }

  /** Returns a client whose requests pass an interceptor. */
  static KinesisClient kinesis(ExecutionInterceptor interceptor) {
    return Started.connected(KinesisClient.builder())
        .overrideConfiguration(configure -> configure.addExecutionInterceptor(interceptor))
        .build();
  }

  static LambdaClient lambda() {
    return Started.LAMBDA;
  }

  static String newBucket() {
    String bucket = "contract-" + BUCKETS.incrementAndGet();
    s3().createBucket(create -> create.bucket(bucket));
    return bucket;
  }
}

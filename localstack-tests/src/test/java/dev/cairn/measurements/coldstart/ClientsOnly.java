package dev.cairn.measurements.coldstart;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.cairn.deployment.DeployedClients;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A handler that does nothing, but has the clients that the task has: its constructor makes them,
 * as the task's does, and each invocation answers at once.
 */
public class ClientsOnly implements RequestStreamHandler {
  private final List<SdkClient> others;
  private final DynamoDbClient dynamoDb;

  public ClientsOnly() {
    this.dynamoDb = DeployedClients.configure(DynamoDbClient.builder()).build();
    this.others =
        List.of(
            DeployedClients.configure(S3Client.builder()).build(),
            DeployedClients.configure(KinesisClient.builder()).build());
  }

  @Override
  public final void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    input.readAllBytes();
    call(dynamoDb);
    if (others.size() != 2) {
      throw new IllegalStateException("clients are kept, as the task keeps its own");
    }
    output.write("{\"batchItemFailures\":[]}".getBytes(StandardCharsets.UTF_8));
  }

  void call(DynamoDbClient dynamoDb) {}
}

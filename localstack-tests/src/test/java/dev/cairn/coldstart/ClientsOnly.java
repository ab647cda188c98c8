package dev.cairn.coldstart;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import dev.cairn.deployment.DeployedClients;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A handler that does nothing, but has the clients that the task has: it makes them in its first
 * invocation, as the task does, and answers.
 */
public class ClientsOnly implements RequestStreamHandler {
  @Override
  public final void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    input.readAllBytes();
    try (DynamoDbClient dynamoDb = DeployedClients.configure(DynamoDbClient.builder()).build();
        S3Client s3 = DeployedClients.configure(S3Client.builder()).build();
        KinesisClient kinesis = DeployedClients.configure(KinesisClient.builder()).build()) {
      call(dynamoDb);
      output.write("{\"batchItemFailures\":[]}".getBytes(StandardCharsets.UTF_8));
    }
  }

  void call(DynamoDbClient dynamoDb) {}
}

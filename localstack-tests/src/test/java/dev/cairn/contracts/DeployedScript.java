package dev.cairn.contracts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.cairn.id.SequenceNumber;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The {@link Script} as a Lambda function. Its containers are processes, so what they share is in a
 * table. It speaks to it without the SDK, which would be most of its code and of its cold start.
 */
public final class DeployedScript implements Script.Surroundings {
  static final String HANDLER = DeployedScript.class.getName() + "::handle";

  /** The name of the table. */
  static final String TABLE = "NOTES_TABLE";

  /** The partition of this function's notes. */
  static final String PARTITION = "NOTES_PARTITION";

  /** How long to stall, as ISO-8601 says it. */
  static final String STALL = "STALL";

  /** A note of a batch. */
  static final String DELIVERED = "DELIVERED#";

  private static final String SEEN = "SEEN#";
  private static final JsonFactory JSON = new JsonFactory();

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI endpoint = URI.create(setting("AWS_ENDPOINT_URL"));
  private final String table = setting(TABLE);
  private final String partition = setting(PARTITION);
  private final Script script = new Script(this, Duration.parse(setting(STALL)));

  private static String setting(String name) {
    String value = System.getenv(name);
    if (value == null) {
      throw new IllegalStateException("the function's environment has no " + name);
    }
    return value;
  }

  public void handle(InputStream event, OutputStream response) throws IOException {
    response.write(script.answer(event));
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public int timesSeen(SequenceNumber record) {
    String answer =
        call(
            "UpdateItem",
            String.format(
                Locale.ROOT,
                """
                {"TableName":"%s","Key":{"pk":{"S":"%s"},"sk":{"S":"%s"}},\
                "UpdateExpression":"ADD seen :one","ExpressionAttributeValues":{":one":{"N":"1"}},\
                "ReturnValues":"UPDATED_NEW"}\
                """,
                table,
                partition,
                SEEN + record));
    return Integer.parseInt(numberIn(answer));
  }

  @Override
  public void delivered(Delivered batch) {
    call(
        "PutItem",
        String.format(
            Locale.ROOT,
            """
            {"TableName":"%s","Item":{"pk":{"S":"%s"},"sk":{"S":"%s"},"shard":{"S":"%s"},\
            "records":{"S":"%s"},"done":{"S":"%s"},"started":{"S":"%s"},"ended":{"S":"%s"}}}\
            """,
            table,
            partition,
            DELIVERED + UUID.randomUUID(),
            batch.shard(),
            spaced(batch.records()),
            spaced(batch.done()),
            batch.started(),
            batch.ended()));
  }

  private static String spaced(List<SequenceNumber> numbers) {
    return numbers.stream().map(SequenceNumber::digits).collect(Collectors.joining(" "));
  }

  private static String numberIn(String answer) {
    try (JsonParser json = JSON.createParser(answer)) {
      while (json.nextToken() != null) {
        if ("N".equals(json.currentName()) && json.currentToken().isScalarValue()) {
          return json.getText();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("there is no number in " + answer);
  }

  private String call(String operation, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(endpoint)
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("X-Amz-Target", "DynamoDB_20120810." + operation)
            // LocalStack reads the service and the account from it, and checks no signature.
            .header(
                "Authorization",
                String.format(
                    Locale.ROOT,
                    "AWS4-HMAC-SHA256 Credential=%s/20260101/%s/dynamodb/aws4_request,"
                        + " SignedHeaders=host, Signature=none",
                    setting("AWS_ACCESS_KEY_ID"),
                    setting("AWS_REGION")))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            operation + " answered " + response.statusCode() + ": " + response.body());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}

package dev.cairn.coordinator.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Sends events to EventBridge by its call {@code PutEvents}, signed with the SDK's signer. A single
 * request does not justify the jar of another client.
 */
final class SignedEventBus implements EventBus {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String SOURCE = "cairn";
  private static final String SERVICE = "events";

  private final SdkHttpClient http;
  private final Supplier<? extends AwsCredentialsIdentity> credentials;
  private final URI endpoint;
  private final String region;
  private final String bus;

  /**
   * @param http a client with short time-outs
   * @param bus the bus's name or ARN
   */
  SignedEventBus(
      SdkHttpClient http,
      Supplier<? extends AwsCredentialsIdentity> credentials,
      URI endpoint,
      String region,
      String bus) {
    this.http = http;
    this.credentials = credentials;
    this.endpoint = endpoint;
    this.region = region;
    this.bus = bus;
  }

  @Override
  public void put(String detailType, String detail) {
    ContentStreamProvider body = ContentStreamProvider.fromUtf8String(json(detailType, detail));
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(endpoint)
            .encodedPath("/")
            .putHeader("Content-Type", "application/x-amz-json-1.1")
            .putHeader("X-Amz-Target", "AWSEvents.PutEvents")
            .build();
    SignedRequest signed =
        AwsV4HttpSigner.create()
            .sign(
                sign ->
                    sign.identity(credentials.get())
                        .request(request)
                        .payload(body)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SERVICE)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region));
    try {
      HttpExecuteResponse response =
          http.prepareRequest(
                  HttpExecuteRequest.builder()
                      .request(signed.request())
                      .contentStreamProvider(signed.payload().orElse(body))
                      .build())
              .call();
      require(response);
    } catch (IOException e) {
      throw new UncheckedIOException("event bus " + bus + " did not answer", e);
    }
  }

  private void require(HttpExecuteResponse response) throws IOException {
    String text = "";
    if (response.responseBody().isPresent()) {
      try (InputStream body = response.responseBody().get()) {
        text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
    // The response to a request with a failed entry also has status 200.
    boolean taken =
        response.httpResponse().isSuccessful()
            && JsonTree.read(text).get("FailedEntryCount").text().equals(Optional.of("0"));
    if (!taken) {
      throw new IllegalStateException(
          "event bus "
              + bus
              + " did not accept an event: its status was "
              + response.httpResponse().statusCode()
              + " "
              + text
              + "; check that it exists and that the coordinator's role allows"
              + " events:PutEvents on it");
    }
  }

  private String json(String detailType, String detail) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeArrayFieldStart("Entries");
      out.writeStartObject();
      out.writeStringField("EventBusName", bus);
      out.writeStringField("Source", SOURCE);
      out.writeStringField("DetailType", detailType);
      out.writeStringField("Detail", detail);
      out.writeEndObject();
      out.writeEndArray();
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a writer in memory failed", e);
    }
    return text.toString();
  }
}

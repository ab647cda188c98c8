package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import dev.cairn.cli.output.Terminal;
import dev.cairn.s3.S3FileStorage;
import dev.cairn.storage.FilePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.s3.S3Client;

/** What a user reads when AWS says no, or nothing. */
class AwsFailuresTest {
  private static final ProfileFile NO_PROFILES = ProfileFile.aggregator().build();

  @TempDir private Path home;

  private HttpServer server;
  private volatile int status = 200;
  private volatile String body = "{}";

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] answer = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, answer.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(answer);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private String cairn(String... arguments) {
    StringWriter err = new StringWriter();
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(home, Map.of("CAIRN_TABLE", "flights", "CAIRN_JOB", "flights")),
            Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(new StringWriter())).setErr(new PrintWriter(err, true));
    assertThat(commands.execute(arguments)).isEqualTo(ExitCode.UNUSABLE);
    assertThat(err.toString()).startsWith("cairn: ").doesNotContain("\tat ", "Request ID");
    return err.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AccessDeniedException | User: arn:aws:iam::1:user/ada is not authorized to perform:"
            + " dynamodb:GetItem on resource: arn:aws:x | dynamodb:GetItem is not allowed on"
            + " arn:aws:x for these credentials: allow dynamodb:GetItem in the policy",
        "ExpiredTokenException | The security token included in the request is expired | the"
            + " credentials have expired (The security token included in the request is expired):"
            + " sign in again",
        "UnrecognizedClientException | The security token included in the request is invalid."
            + " | does not know these credentials",
        "InvalidSignatureException | Signature expired: 20260101T000000Z is now earlier than"
            + " 20261121T000000Z | and this machine's clock",
        "ResourceNotFoundException | Requested resource not found | there is no such table here"
            + " (Requested resource not found): check --table or CAIRN_TABLE, the region",
        "ValidationException | One of the keys is missing | refused the request:"
            + " ValidationException: One of the keys",
      })
  void whatDynamoDbRefusesIsSaidWithWhatToDo(String code, String message, String messageOf) {
    status = 400;
    body = "{\"__type\":\"com.amazonaws.dynamodb#" + code + "\",\"message\":\"" + message + "\"}";
    assertThat(cairn("status", "--endpoint", endpoint().toString())).contains(messageOf);
  }

  @Test
  void anEndpointInTheEnvironmentThatIsNoAddressIsNamed() {
    assertThat(
            AwsFailures.explain(
                new RuntimeException(
                    new URISyntaxException("localhost:", "Expected scheme-specific part"))))
        .hasValueSatisfying(
            messageOf ->
                assertThat(messageOf)
                    .contains("localhost:", "AWS_ENDPOINT_URL_DYNAMODB", "http://host:port"));
  }

  @Test
  void aServiceThatFailsIsNobodysFaultHere() {
    status = 500;
    body = "{\"__type\":\"com.amazonaws.dynamodb#InternalServerError\",\"message\":\"sorry\"}";
    assertThat(cairn("checkpoints", "--endpoint", endpoint().toString()))
        .contains("failed with 500 (sorry): nothing is wrong here; try again");
  }

  @Test
  void anEndpointWhereNothingListensIsNamed() {
    server.stop(0);
    assertThat(cairn("checkpoints", "--endpoint", endpoint().toString()))
        .contains("no connection to AWS (ConnectException", "AWS_ENDPOINT_URL");
  }

  @Test
  void aProfileThatIsNotThereIsNamed() {
    assertThat(
            cairn(
                "checkpoints",
                "--endpoint",
                endpoint().toString(),
                "--profile",
                "no-such-one",
                "--region",
                "eu-west-1"))
        .contains("the profile cannot be used", "no-such-one", "aws configure list-profiles");
  }

  @Test
  void missingCredentialsAndRegionAreSaid() {
    Throwable noCredentials =
        catchThrowable(
            () ->
                AwsCredentialsProviderChain.of(
                        ProfileCredentialsProvider.builder().profileFile(NO_PROFILES).build())
                    .resolveCredentials());
    assertThat(AwsFailures.explain(noCredentials).orElseThrow())
        .startsWith("no credentials were found: sign in with aws sso login");
    Throwable noRegion =
        catchThrowable(
            () ->
                new AwsRegionProviderChain(new AwsProfileRegionProvider(() -> NO_PROFILES, "none"))
                    .getRegion());
    assertThat(AwsFailures.explain(noRegion).orElseThrow())
        .startsWith("no region is set: give --region, set AWS_REGION");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404 | NoSuchBucket | The specified bucket does not exist | there is no such bucket (The"
            + " specified bucket does not exist)",
        "403 | AccessDenied | Access Denied | the request is not allowed for these credentials"
            + " (cannot get s3://b/p/f: Access Denied",
        "400 | ExpiredToken | The provided token has expired. | the credentials have expired",
        "403 | InvalidAccessKeyId | The AWS Access Key Id does not exist | S3 does not know these"
            + " credentials",
      })
  void whatS3RefusesIsSaidWithWhatToDo(int code, String name, String message, String messageOf) {
    status = code;
    body =
        "<?xml version=\"1.0\"?><Error><Code>"
            + name
            + "</Code><Message>"
            + message
            + "</Message></Error>";
    try (Aws aws = new Aws(Optional.of(endpoint()), Optional.empty(), Optional.empty())) {
      S3Client s3 = aws.s3();
      Throwable failure =
          catchThrowable(() -> new S3FileStorage(s3, "b", "p").get(new FilePath("f")));
      assertThat(AwsFailures.explain(failure).orElseThrow()).contains(messageOf);
    }
  }

  @Test
  void aMissingStreamIsSaid() {
    ResourceNotFoundException missing =
        (ResourceNotFoundException)
            ResourceNotFoundException.builder()
                .statusCode(400)
                .awsErrorDetails(
                    AwsErrorDetails.builder()
                        .serviceName("Kinesis")
                        .errorCode("ResourceNotFoundException")
                        .errorMessage("Stream s not found.")
                        .build())
                .build();
    assertThat(AwsFailures.explain(missing).orElseThrow())
        .startsWith("there is no such stream here (Stream s not found.): check --stream");
  }

  @Test
  void whatIsNotOfAwsIsLeftToOthers() {
    assertThat(AwsFailures.explain(new IllegalStateException("ours"))).isEmpty();
  }
}

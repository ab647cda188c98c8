package dev.cairn.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.output.Terminal;
import dev.cairn.storage.FilePath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import picocli.CommandLine;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Runs commands in this process on a demo that has run, and whose pipeline is still there. One demo
 * serves all classes of tests.
 */
@ExtendWith(FinishedDemo.ForAllTests.class)
abstract class CommandsOnDemo {
  static final ObjectMapper JSON = new ObjectMapper();

  /** The demo, which {@link FinishedDemo.ForAllTests} hands in. */
  @SuppressWarnings("NullAway.Init") // The extension runs before any test.
  static FinishedDemo demo;

  record Answer(int exitCode, String out, String err) {
    JsonNode json() throws IOException {
      return JSON.readTree(out);
    }
  }

  static Answer cairn(String... arguments) {
    return cairnAt(demo.home(), arguments);
  }

  static Answer cairnAt(Path folder, String... arguments) {
    return cairnIn(new CliEnvironment(folder, Map.of()), arguments);
  }

  static Answer cairnIn(CliEnvironment cliEnvironment, String... arguments) {
    return cairnOn(
        Terminal.plain(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)),
        cliEnvironment,
        arguments);
  }

  static Answer cairnOn(Terminal terminal, CliEnvironment cliEnvironment, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands = Cairn.commands(cliEnvironment, terminal);
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exitCode = commands.execute(arguments);
    return new Answer(exitCode, out.toString(), err.toString());
  }

  static DynamoDbClient demoClient() {
    return DynamoDbClient.builder()
        .endpointOverride(demo.endpoint())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
        .httpClient(UrlConnectionHttpClient.create())
        .build();
  }

  static String[] with(String[] options, String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of(options));
    return all.toArray(String[]::new);
  }

  static FilePath metadataOf(String id) throws IOException {
    return new FilePath(cairn("checkpoints", id, "--json").json().at("/metadata/path").asText());
  }

  static void assertFails(int exitCode, String message, String... arguments) {
    Answer answer = cairn(arguments);
    assertThat(answer.err()).contains(message).doesNotContain("\tat ");
    assertThat(answer.exitCode()).isEqualTo(exitCode);
  }

  static String latest() throws IOException {
    return cairn("checkpoints", "--json").json().get("latestCheckpoint").asText();
  }
}

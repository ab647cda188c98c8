package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.constructs.IConstruct;

/** The app that deploys the example, as it is deployed. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class FlightsAppTest {

  @Test
  void contextChangesWhatIsDeployed() {
    App app =
        Synthesis.app(
            Map.of(
                "stack", "Try",
                "job", "tried",
                "interval", "5 s",
                "numRetained", "3",
                "shards", "2",
                "timeout", "20 s",
                "start", "2026-11-21T14:00:00Z",
                "snapStart", "false",
                "removalPolicy", "destroy"));
    Stack stack = Stack.of(FlightsApp.stack(app));
    Resources template = Synthesis.template(stack);

    assertThat(stack.getStackName()).isEqualTo("Try");
    assertThat(template.environment("FlightsTasktriedaircraft"))
        .containsEntry("CAIRN_JOB", "tried")
        .containsEntry("CAIRN_START", "2026-11-21T14:00:00Z")
        .containsEntry("CAIRN_FUNCTION", "dev.cairn.flights.AircraftFunction");
    assertThat(template.environment("FlightsCoordinator"))
        .containsEntry("EXECUTION_CHECKPOINTING_INTERVAL", "5 s")
        .containsEntry("EXECUTION_CHECKPOINTING_NUM_RETAINED", "3")
        .containsEntry("CAIRN_STREAM_SHARDS", "2")
        .containsEntry("CAIRN_TASK_TIMEOUT", "20 s");
    assertThat(template.only("AWS::Kinesis::Stream").at("/Properties/ShardCount").asInt())
        .isEqualTo(2);
    assertThat(template.all("AWS::Lambda::Alias")).isEmpty();
    assertThat(template.only("AWS::S3::Bucket").get("DeletionPolicy").asText()).isEqualTo("Delete");
  }

  @Test
  void itsStreamIsOnDemandIfContextSaysSo() {
    CheckpointedFunction flights =
        FlightsApp.stack(Synthesis.app(Map.of("shards", "on-demand", "retention", "48 h")));
    Resources template = Synthesis.template(Stack.of(flights));

    assertThat(Resources.properties(template.only("AWS::Kinesis::Stream")))
        .isEqualTo(
            Synthesis.parse(
                """
                {
                  "RetentionPeriodHours": 48,
                  "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
                  "StreamModeDetails": {"StreamMode": "ON_DEMAND"}
                }
                """));
  }

  @Test
  void contextThatCannotBeUsedIsRefusedByName() {
    assertThatThrownBy(() -> FlightsApp.stack(Synthesis.app(Map.of("shards", "many"))))
        .hasMessage("-c shards=many cannot be used: give a whole number, or on-demand");
    assertThatThrownBy(() -> FlightsApp.stack(Synthesis.app(Map.of("interval", "soon"))))
        .hasMessage("-c interval=soon cannot be used: give a duration such as 30 s");
    assertThatThrownBy(() -> FlightsApp.stack(Synthesis.app(Map.of("snapStart", "1"))))
        .hasMessage("-c snapStart=1 cannot be used: give true or false");
    assertThatThrownBy(() -> FlightsApp.stack(Synthesis.app(Map.of("start", "LATEST"))))
        .hasMessage(
            "-c start=LATEST cannot be used: give TRIM_HORIZON or a time such as"
                + " 2026-11-21T14:00:00Z");
    assertThatThrownBy(() -> FlightsApp.stack(Synthesis.app(Map.of("failurePolicy", "drop"))))
        .hasMessage("-c failurePolicy=drop cannot be used: give one of [FAIL, DEAD_LETTER]");
  }

  @Test
  void theCoordinatorComesWithTheConstruct() throws IOException {
    try (ZipFile zip = new ZipFile(Synthesis.COORDINATOR.toFile())) {
      assertThat(zip.stream().map(entry -> entry.getName()))
          .anyMatch(name -> name.startsWith("lib/cairn-coordinator-"))
          .anyMatch(name -> name.startsWith("lib/cairn-events-"))
          .allMatch(name -> name.startsWith("lib/"));
    }
    assertThat(FunctionCode.holds(Synthesis.COORDINATOR, CoordinatorCode.HANDLER)).isTrue();
  }

  @Test
  void nothingIsLeftUnexplainedByTheRulesOfAwsSolutions() {
    assertThat(findings(FlightsApp.stack(Synthesis.app(Map.of())))).isEmpty();
  }

  /** A reason that explains nothing any more would hide the next finding. */
  @Test
  void eachExplanationIsNeeded() {
    CheckpointedFunction flights = FlightsApp.stack(Synthesis.app(Map.of()));
    Set<String> explained = new TreeSet<>();
    for (JsonNode resource : Synthesis.template(Stack.of(flights)).template().get("Resources")) {
      for (JsonNode rule : resource.at("/Metadata/cdk_nag/rules_to_suppress")) {
        assertThat(rule.get("reason").asText()).hasSizeGreaterThan(40);
        explained.add(rule.get("id").asText());
      }
    }
    CheckpointedFunction unexplained = FlightsApp.stack(Synthesis.app(Map.of()));
    for (IConstruct construct : unexplained.getNode().findAll()) {
      if (construct instanceof CfnResource resource) {
        resource.addMetadata("cdk_nag", Map.of("rules_to_suppress", List.of()));
      }
    }

    assertThat(findings(unexplained)).isEqualTo(explained).isNotEmpty();
  }

  /** The rules that find something. */
  private static Set<String> findings(CheckpointedFunction job) {
    Stack stack = Stack.of(job);
    Aspects.of(stack).add(AwsSolutionsChecks.Builder.create().verbose(true).build());
    Annotations found = Annotations.fromStack(stack);
    return Stream.of(
            found.findError("*", Match.anyValue()), found.findWarning("*", Match.anyValue()))
        .flatMap(List::stream)
        .map(message -> String.valueOf(message.getEntry().getData()))
        .map(FlightsAppTest::rule)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String rule(String message) {
    return message.replaceFirst("(?s)^(AwsSolutions-[A-Z]+[0-9]+).*", "$1");
  }

  @Test
  void cfnLintFindsNothing() throws IOException, InterruptedException {
    Optional<List<String>> cfnLint =
        Synthesis.firstThatRuns(
            List.of(List.of("cfn-lint"), List.of("python3", "-m", "cfnlint")), "--version");
    if (cfnLint.isEmpty()) {
      System.out.println("skipped, as there is no cfn-lint: its rules over the template");
    }
    Assumptions.assumeTrue(cfnLint.isPresent());
    Path template = Files.createDirectories(Path.of("target/synthesis")).resolve("lint.json");
    Files.writeString(
        template,
        Synthesis.template(Stack.of(FlightsApp.stack(Synthesis.app(Map.of()))))
            .template()
            .toPrettyString());
    List<String> command = new ArrayList<>(cfnLint.get());
    // W3005: the CDK lets a function wait for its role, which it refers to anyway.
    command.addAll(List.of("--ignore-checks", "W3005", "--", template.toString()));

    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
  }
}

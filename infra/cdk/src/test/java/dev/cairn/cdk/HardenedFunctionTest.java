package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.services.ec2.FlowLogOptions;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.kinesis.StreamEncryption;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.lambda.CfnFunction;

/**
 * What a reviewer of an AWS account asks for: a key, a network, limits, traces, logs, variables.
 */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class HardenedFunctionTest {
  private static final String FUNCTION = "AWS::Lambda::Function";
  private static final List<String> FUNCTIONS =
      List.of("OrdersTaskordersmain", "OrdersCoordinator", "OrdersScrubber");
  private static final List<String> ROLES =
      List.of("OrdersTaskRole", "OrdersCoordinatorRole", "OrdersScrubberRole");

  /** Synthesized once: a job with everything that there is. */
  private static final class Everything {
    static final Stack STACK = Synthesis.stack();
    static final CheckpointedFunction JOB = job();
    static final Resources TEMPLATE = Synthesis.template(STACK);

    private static CheckpointedFunction job() {
      Vpc vpc =
          Vpc.Builder.create(STACK, "Network")
              .natGateways(0)
              .flowLogs(Map.of("All", FlowLogOptions.builder().build()))
              .build();
      return Synthesis.orders(STACK)
          .encryptionKey(Key.Builder.create(STACK, "Key").enableKeyRotation(true).build())
          .vpc(
              Network.of(vpc)
                  .in(SubnetSelection.builder().subnetType(SubnetType.PRIVATE_ISOLATED).build()))
          .reservedConcurrency(8)
          .tracing(true)
          .jsonLogs(true)
          .environment("PRICES", "prices-2026")
          .environment("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC")
          .build();
    }
  }

  private static JsonNode properties(String type, String name) {
    return Everything.TEMPLATE.named(type, name).get("Properties");
  }

  @Test
  void oneKeyEncryptsTableBucketStreamQueueAndLogs() {
    JsonNode table = Everything.TEMPLATE.only("AWS::DynamoDB::Table").get("Properties");
    assertThat(table.at("/SSESpecification/SSEType").asText()).isEqualTo("KMS");
    assertThat(Resources.text(table.at("/SSESpecification/KMSMasterKeyId"))).isEqualTo("Key.Arn");
    JsonNode bucket =
        Everything.TEMPLATE
            .only("AWS::S3::Bucket")
            .at("/Properties/BucketEncryption/ServerSideEncryptionConfiguration/0");
    assertThat(bucket.at("/ServerSideEncryptionByDefault/SSEAlgorithm").asText())
        .isEqualTo("aws:kms");
    assertThat(Resources.text(bucket.at("/ServerSideEncryptionByDefault/KMSMasterKeyID")))
        .isEqualTo("Key.Arn");
    assertThat(bucket.get("BucketKeyEnabled").asBoolean()).isTrue();
    JsonNode stream = Everything.TEMPLATE.only("AWS::Kinesis::Stream").get("Properties");
    assertThat(Resources.text(stream.at("/StreamEncryption/KeyId"))).isEqualTo("Key.Arn");
    JsonNode queue = Everything.TEMPLATE.only("AWS::SQS::Queue").get("Properties");
    assertThat(Resources.text(queue.get("KmsMasterKeyId"))).isEqualTo("Key.Arn");
    for (String group : List.of("OrdersTaskLogs", "OrdersCoordinatorLogs", "OrdersScrubberLogs")) {
      assertThat(Resources.text(properties("AWS::Logs::LogGroup", group).get("KmsKeyId")))
          .isEqualTo("Key.Arn");
    }
    assertThat(Everything.TEMPLATE.only("AWS::KMS::Key").toString())
        .contains("logs.")
        .contains("kms:EncryptionContext:aws:logs:arn");
  }

  @Test
  void theRolesMayUseTheKeyThroughTheServicesThatHoldState() {
    for (String role : ROLES) {
      assertThat(Everything.TEMPLATE.statements(role))
          .as(role)
          .contains(
              "Allow EncryptedState: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey on"
                  + " Key.Arn");
    }
    List<String> ofState =
        List.of("dynamodb.AWS::Region.AWS::URLSuffix", "s3.AWS::Region.AWS::URLSuffix");
    List<String> ofRecords = List.of("kinesis.AWS::Region.AWS::URLSuffix");
    assertThat(services("OrdersTaskRole")).containsExactlyInAnyOrder(ofState, ofRecords);
    assertThat(services("OrdersCoordinatorRole"))
        .containsExactlyInAnyOrder(
            List.of(
                "dynamodb.AWS::Region.AWS::URLSuffix",
                "s3.AWS::Region.AWS::URLSuffix",
                "sqs.AWS::Region.AWS::URLSuffix"),
            ofRecords);
    assertThat(services("OrdersScrubberRole")).containsExactly(ofState);
    assertThat(Everything.TEMPLATE.statements("OrdersTaskRole"))
        .contains("Allow EncryptedRecords: kms:Decrypt on Key.Arn");
  }

  /** The services on whose behalf each statement of a role lets it use a key. */
  private static List<List<String>> services(String role) {
    return Everything.TEMPLATE.named("AWS::IAM::Role", role).findValues("kms:ViaService").stream()
        .map(
            services ->
                services.isArray()
                    ? StreamSupport.stream(services.spliterator(), false)
                        .map(Resources::text)
                        .toList()
                    : List.of(Resources.text(services)))
        .toList();
  }

  @Test
  void aStreamThatIsToldItsEncryptionKeepsIt() {
    Stack stack = Synthesis.stack();
    Synthesis.orders(stack)
        .source(SourceStream.ofShards(1).encryptedBy(StreamEncryption.UNENCRYPTED))
        .encryptionKey(new Key(stack, "Key"))
        .build();
    assertThat(
            Synthesis.template(stack)
                .only("AWS::Kinesis::Stream")
                .at("/Properties")
                .has("StreamEncryption"))
        .isFalse();
  }

  @Test
  void aKeyOfAnotherStackIsTakenAsItIs() {
    Stack stack = Synthesis.stack();
    IKey imported = Key.fromKeyArn(stack, "Key", "arn:aws:kms:eu-west-1:111122223333:key/1234");
    Synthesis.orders(stack).encryptionKey(imported).build();
    Resources template = Synthesis.template(stack);
    assertThat(template.all("AWS::KMS::Key")).isEmpty();
    assertThat(template.statements("OrdersTaskRole"))
        .anyMatch(
            statement ->
                statement.startsWith("Allow EncryptedState: ")
                    && statement.endsWith("on arn:aws:kms:eu-west-1:111122223333:key/1234"));
  }

  @Test
  void theFunctionsAreInTheVpcAndMayOnlyCallOut() {
    for (String function : FUNCTIONS) {
      JsonNode vpc = properties(FUNCTION, function).get("VpcConfig");
      assertThat(vpc.get("SubnetIds")).as(function).hasSizeGreaterThanOrEqualTo(2);
      assertThat(vpc.get("SecurityGroupIds")).hasSize(1);
      assertThat(Resources.text(vpc.at("/SecurityGroupIds/0")))
          .isEqualTo("OrdersSecurityGroup.GroupId");
    }
    JsonNode group = properties("AWS::EC2::SecurityGroup", "OrdersSecurityGroup");
    assertThat(group.has("SecurityGroupIngress")).isFalse();
    assertThat(group.get("SecurityGroupEgress")).hasSize(1);
    assertThat(group.at("/SecurityGroupEgress/0/ToPort").asInt()).isEqualTo(443);
    for (String role : ROLES) {
      assertThat(Everything.TEMPLATE.statements(role))
          .contains(
              "Allow Network: ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface"
                  + " ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets"
                  + " ec2:UnassignPrivateIpAddresses on *");
    }
    assertThat(Everything.JOB.getSecurityGroups()).hasSize(1);
  }

  @Test
  void securityGroupsOfOnesOwnAreTaken() {
    Stack stack = Synthesis.stack();
    Vpc vpc = Vpc.Builder.create(stack, "Network").build();
    SecurityGroup own = SecurityGroup.Builder.create(stack, "Own").vpc(vpc).build();
    Synthesis.orders(stack).vpc(Network.of(vpc).with(own)).build();
    Resources template = Synthesis.template(stack);
    assertThat(template.all("AWS::EC2::SecurityGroup")).hasSize(1);
    assertThat(
            Resources.text(
                template
                    .named(FUNCTION, "OrdersCoordinator")
                    .at("/Properties/VpcConfig/SecurityGroupIds/0")))
        .isEqualTo("Own.GroupId");
  }

  @Test
  void invocationsAreTracedByTheRolesThemselves() {
    for (String function : FUNCTIONS) {
      assertThat(properties(FUNCTION, function).at("/TracingConfig/Mode").asText())
          .isEqualTo("Active");
    }
    for (String role : ROLES) {
      assertThat(Everything.TEMPLATE.statements(role))
          .contains("Allow Traces: xray:PutTelemetryRecords xray:PutTraceSegments on *");
    }
    assertThat(Everything.TEMPLATE.names())
        .noneMatch(name -> name.startsWith("AWS::IAM::Policy Orders"));
  }

  @Test
  void logsAreJsonAndConcurrencyIsReserved() {
    for (String function : FUNCTIONS) {
      assertThat(properties(FUNCTION, function).at("/LoggingConfig/LogFormat").asText())
          .isEqualTo("JSON");
    }
    assertThat(
            properties(FUNCTION, "OrdersTaskordersmain")
                .get("ReservedConcurrentExecutions")
                .asInt())
        .isEqualTo(8);
    assertThat(properties(FUNCTION, "OrdersCoordinator").has("ReservedConcurrentExecutions"))
        .isFalse();
    assertThat(Everything.TEMPLATE.environment("OrdersCoordinator"))
        .containsEntry("CAIRN_RESERVED_CONCURRENCY", "8");
  }

  @Test
  void theUsersVariablesAreTheTasksOnly() {
    assertThat(Everything.TEMPLATE.environment("OrdersTaskordersmain"))
        .containsEntry("PRICES", "prices-2026")
        .containsEntry("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC")
        .containsEntry("CAIRN_JOB", "orders");
    assertThat(Everything.TEMPLATE.environment("OrdersCoordinator")).doesNotContainKey("PRICES");
  }

  @Test
  void nothingOfItIsThereByDefault() {
    Resources template = Synthesis.template(job -> job);
    assertThat(template.names()).noneMatch(name -> name.contains("SecurityGroup"));
    for (String role : ROLES) {
      assertThat(template.statements(role))
          .noneMatch(statement -> statement.contains("kms:") || statement.contains("xray:"))
          .noneMatch(statement -> statement.contains("ec2:"));
    }
    JsonNode task = template.named(FUNCTION, "OrdersTaskordersmain").get("Properties");
    assertThat(task.has("TracingConfig")).isFalse();
    assertThat(task.has("VpcConfig")).isFalse();
    assertThat(task.has("ReservedConcurrentExecutions")).isFalse();
  }

  @Test
  void aForkUsesItsParentsKey() {
    Stack stack = Synthesis.stack();
    CheckpointedFunction parent =
        Synthesis.orders(stack).encryptionKey(new Key(stack, "Key")).build();
    trial(stack, parent).build();
    assertThat(Synthesis.template(stack).statements("TrialTaskRole"))
        .anyMatch(statement -> statement.startsWith("Allow EncryptedState: "));

    assertThatThrownBy(() -> trial(stack, parent).encryptionKey(new Key(stack, "Other")).build())
        .hasMessageContaining(
            "encryptionKey(…) of a fork: its table and bucket are its parent's, and so is their"
                + " key; leave it out");
  }

  private static CheckpointedFunction.Builder trial(Stack stack, CheckpointedFunction parent) {
    return CheckpointedFunction.Builder.create(stack, "Trial")
        .job("orders-trial")
        .function(Synthesis.FUNCTION)
        .code(Synthesis.code(Synthesis.FUNCTION))
        .checkpointingInterval(Duration.ofMinutes(1))
        .forkOf(parent);
  }

  /** The ways past the construct that docs/deploying.md shows. */
  @Test
  void whatTheConstructDoesNotOfferIsReached() {
    Stack stack = Synthesis.stack();
    CheckpointedFunction orders = Synthesis.orders(stack).snapStart(false).build();

    ((CfnFunction) orders.getCoordinatorFunction().getNode().getDefaultChild())
        .setReservedConcurrentExecutions(2);
    orders
        .getTable()
        .addGlobalSecondaryIndex(
            software.amazon.awscdk.services.dynamodb.GlobalSecondaryIndexProps.builder()
                .indexName("ByKind")
                .partitionKey(
                    software.amazon.awscdk.services.dynamodb.Attribute.builder()
                        .name("kind")
                        .type(software.amazon.awscdk.services.dynamodb.AttributeType.STRING)
                        .build())
                .build());
    orders
        .getSourceMapping()
        .setMetricsConfig(
            software.amazon.awscdk.services.lambda.CfnEventSourceMapping.MetricsConfigProperty
                .builder()
                .metrics(List.of("EventCount"))
                .build());

    Resources template = Synthesis.template(stack);
    assertThat(
            template
                .named(FUNCTION, "OrdersCoordinator")
                .at("/Properties/ReservedConcurrentExecutions")
                .asInt())
        .isEqualTo(2);
    assertThat(
            template
                .named("AWS::Lambda::EventSourceMapping", "OrdersSourceMappingordersmain")
                .at("/Properties/MetricsConfig/Metrics/0")
                .asText())
        .isEqualTo("EventCount");
    assertThat(template.only("AWS::DynamoDB::Table").at("/Properties/GlobalSecondaryIndexes"))
        .hasSize(1);
  }

  /** With a key, a network and traces, too, nothing is left that no reason explains. */
  @Test
  void nothingIsLeftUnexplainedByTheRulesOfAwsSolutions() {
    Stack stack = Everything.STACK;
    Aspects.of(stack).add(AwsSolutionsChecks.Builder.create().verbose(true).build());
    Annotations found = Annotations.fromStack(stack);
    assertThat(
            found.findError("*", Match.anyValue()).stream()
                .map(message -> message.getId() + " " + message.getEntry().getData()))
        .isEmpty();
    assertThat(
            found.findWarning("*", Match.anyValue()).stream()
                .map(message -> message.getId() + " " + message.getEntry().getData()))
        .isEmpty();
  }
}

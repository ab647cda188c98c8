package dev.cairn.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.settings.Options;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.kinesis.Stream;
import software.amazon.awscdk.services.s3.Bucket;
import software.constructs.Construct;

/** Where a job is deployed beside others, and what its resources and outputs are called. */
@EnabledIf("dev.cairn.cdk.Synthesis#isPossible")
class NamesAndPlacesTest {

  private static Stack stackIn(App app, String id, String account, String region) {
    return new Stack(
        app,
        id,
        StackProps.builder()
            .env(Environment.builder().account(account).region(region).build())
            .build());
  }

  private static CheckpointedFunction.Builder job(Construct scope, String id, String name) {
    return CheckpointedFunction.Builder.create(scope, id)
        .job(name)
        .function(Synthesis.FUNCTION)
        .code(Synthesis.code(Synthesis.FUNCTION))
        .source(SourceStream.ofShards(1))
        .checkpointingInterval(java.time.Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:kinesis:eu-west-1:222222222222:stream/clicks, account 222222222222, 111111111111",
    "arn:aws:kinesis:us-east-1:111111111111:stream/clicks, region us-east-1, eu-west-1"
  })
  void aStreamOfAnotherAccountOrRegionIsRefused(String arn, String there, String here) {
    Stack stack = stackIn(Synthesis.app(Map.of()), "Shop", "111111111111", "eu-west-1");
    CheckpointedFunction.Builder elsewhere =
        job(stack, "Orders", "orders")
            .source(SourceStream.existing(Stream.fromStreamArn(stack, "Clicks", arn)));

    assertThatThrownBy(elsewhere::build)
        .hasMessageContaining(
            "the stream clicks is in " + there + ", and this stack is in " + here + ": ");
  }

  @Test
  void outputsAreNamedAfterTheConstructAndWhatItIsIn() {
    Stack stack = Synthesis.stack();
    job(stack, "Orders", "a").build();
    job(new Construct(stack, "Eu"), "Orders", "b").build();
    job(new Construct(stack, "Us"), "Orders", "c").build();

    assertThat(Synthesis.template(stack).template().get("Outputs").fieldNames())
        .toIterable()
        .contains("OrdersJob", "EuOrdersJob", "UsOrdersTable");
  }

  @Test
  void outputsThatWouldHaveTheSameNameAreAMistake() {
    Stack stack = Synthesis.stack();
    job(stack, "Orders-1", "a").build();
    CfnOutput.Builder.create(stack, "ClicksJob").value("x").build();

    assertThatThrownBy(() -> job(stack, "Orders1", "b").build())
        .hasMessageContaining(
            "the outputs of this construct would have the names of those of Shop/Orders-1,"
                + " Orders1Job and so on: give one of the two another id");
    assertThatThrownBy(() -> job(stack, "Clicks", "b").build())
        .hasMessageContaining("names of those of Shop, ClicksJob and so on");
  }

  @Test
  void twoJobsOfOneNameInOneAccountAndRegionAreWarnedOf() {
    App app = Synthesis.app(Map.of());
    Stack trial = stackIn(app, "Trial", "111111111111", "eu-west-1");
    Stack shop = stackIn(app, "Shop", "111111111111", "eu-west-1");
    Stack overseas = stackIn(app, "Overseas", "111111111111", "us-east-1");
    job(trial, "Orders", "orders").build();
    job(overseas, "Orders", "orders").build();
    job(shop, "Returns", "returns").build();
    job(shop, "Orders", "orders").build();

    assertThat(warnings(shop))
        .singleElement()
        .asString()
        .startsWith(
            "another job of this app is called orders and runs in the same account and region: ");
    assertThat(warnings(overseas)).isEmpty();
  }

  private static List<String> warnings(Stack stack) {
    return Annotations.fromStack(stack).findWarning("*", Match.anyValue()).stream()
        .map(warning -> String.valueOf(warning.getEntry().getData()))
        .toList();
  }

  @Test
  void namesAtTheirLimitsFit() {
    String longest = "com.example." + "a".repeat(230);
    Stack stack = Synthesis.stack();
    job(stack, "Orders", "j".repeat(128))
        .stage("s".repeat(128))
        .function(longest)
        .code(Synthesis.code(longest))
        .build();

    assertThat(Synthesis.template(stack).all("AWS::Lambda::Function"))
        .extracting(function -> function.at("/Properties/Description").asText().length())
        .allMatch(length -> length <= 256);
  }

  @Test
  void aSavepointDirectoryMayBeABucketOfTheSameApp() {
    Stack stack = Synthesis.stack();
    Bucket bucket = new Bucket(stack, "Savepoints");
    job(stack, "Orders", "orders")
        .setting(
            Options.SAVEPOINT_DIRECTORY, Optional.of("s3://" + bucket.getBucketName() + "/flink/"))
        .build();

    assertThat(Synthesis.template(stack).statements("OrdersCoordinatorRole"))
        .contains(
            "Allow Savepoints: s3:DeleteObject s3:GetObject s3:PutObject on"
                + " arn:AWS::Partition:s3:::Savepoints/flink/orders/*");
  }

  @Test
  void aSavepointDirectoryThatIsNoneIsNamed() {
    assertThatThrownBy(
            () ->
                Synthesis.orders(Synthesis.stack())
                    .setting(Options.SAVEPOINT_DIRECTORY, Optional.of("s3://My_Bucket/x"))
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Shop/Orders cannot be synthesized:")
        .hasMessageContaining("execution.checkpointing.savepoint-dir: path \"s3://My_Bucket/x\"");
  }

  @Test
  void containersAreReservedForTheShardsOfAStreamOfTheSameApp() {
    Stack stack = Synthesis.stack();
    Stream clicks = Stream.Builder.create(stack, "Clicks").shardCount(8).build();

    assertThatThrownBy(
            () ->
                Synthesis.orders(stack)
                    .source(SourceStream.existing(clicks))
                    .reservedConcurrency(3)
                    .build())
        .hasMessageContaining("reserved concurrency 3 is too low")
        .hasMessageContaining("reserve 9 or more");
  }

  @Test
  void publicSubnetsAreRefused() {
    Stack stack = Synthesis.stack();
    Vpc vpc = Vpc.Builder.create(stack, "Network").natGateways(0).build();

    assertThatThrownBy(
            () ->
                Synthesis.orders(stack)
                    .vpc(
                        Network.of(vpc)
                            .in(SubnetSelection.builder().subnetType(SubnetType.PUBLIC).build()))
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vpc(…) puts the functions into public subnets");
  }

  /**
   * A wrapper of an extension is set by the function's owner, unlike the other AWS_LAMBDA_ names.
   */
  @Test
  void anExtensionsWrapperMayBeSet() {
    Stack stack = Synthesis.stack();
    Synthesis.orders(stack).environment("AWS_LAMBDA_EXEC_WRAPPER", "/opt/otel-handler").build();

    assertThat(Synthesis.template(stack).environment("OrdersTaskordersmain"))
        .containsEntry("AWS_LAMBDA_EXEC_WRAPPER", "/opt/otel-handler");
  }

  @Test
  void theEnvironmentIsMeasuredInBytes() {
    assertThatThrownBy(
            () ->
                Synthesis.orders(Synthesis.stack()).environment("NAMES", "ü".repeat(2000)).build())
        .hasMessageContaining("environment variables of 4005 bytes are too much");
  }
}

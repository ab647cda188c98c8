package dev.cairn.localstack.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.id.ShardId;
import dev.cairn.inmemory.lambda.KinesisEvent;
import dev.cairn.localstack.cli.TypedCommand;
import dev.cairn.stream.StreamRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/**
 * The example's app, deployed to a LocalStack of its own, with the probe beside the code of the
 * task function and of the coordinator.
 */
record DeployedFlights(
    LocalCloud cloud,
    StackOutputs outputs,
    LambdaClient lambda,
    FunctionProcesses processes,
    DeployedJob job,
    TypedCommand typed)
    implements AutoCloseable {
  private static final String STACK = "CairnFlights";

  /**
   * Starts LocalStack and deploys.
   *
   * @param folder an empty folder for what is made on the way
   * @param context the deployment's settings, such as {@code shards=2}
   */
  static DeployedFlights deploy(Path folder, List<String> context) throws IOException {
    Node.installTools();
    LocalCloud cloud = LocalCloud.start();
    try {
      return deploy(folder, cloud, context);
    } catch (IOException | RuntimeException | AssertionError e) {
      cloud.close();
      throw e;
    }
  }

  private static DeployedFlights deploy(Path folder, LocalCloud cloud, List<String> context)
      throws IOException {
    Path code = DeployedCode.withProbe(folder.resolve("function"));
    Node.cdklocal(Node.CDK, cloud, "bootstrap");
    Node.cdklocal(
        Node.CDK,
        cloud,
        Stream.concat(
                Stream.of(
                    "deploy",
                    "--require-approval=never",
                    "--output=" + folder.resolve("cdk.out"),
                    "--outputs-file=" + folder.resolve("outputs.json"),
                    "--context=function=" + code,
                    "--context=removalPolicy=destroy"),
                context.stream().map(setting -> "--context=" + setting))
            .toArray(String[]::new));
    StackOutputs outputs = StackOutputs.read(folder.resolve("outputs.json"), STACK);
    LambdaClient lambda = cloud.client(LambdaClient.builder());
    DeployedCode.addProbe(lambda, outputs.coordinator());
    return new DeployedFlights(
        cloud,
        outputs,
        lambda,
        new FunctionProcesses(cloud),
        new DeployedJob(cloud, outputs),
        new TypedCommand(folder, cloud.endpoint(), outputs.table(), DeployedJob.JOB.value()));
  }

  /** Returns flights that can be sent to the shards of the stream as they are now. */
  Flights flights() {
    return new Flights(cloud.client(KinesisClient.builder()), outputs.stream(), job.shards());
  }

  /** Invokes the task function with a batch, as the mapping does, beside what the mapping does. */
  void deliver(ShardId shard, List<StreamRecord> records) {
    byte[] event = KinesisEvent.of(outputs.stream(), shard, records);
    InvokeResponse answer =
        lambda.invoke(
            invoke ->
                invoke.functionName(outputs.taskFunction()).payload(SdkBytes.fromByteArray(event)));
    assertThat(answer.functionError()).as(answer.payload().asUtf8String()).isNull();
  }

  /** Tells what the functions have logged: what a deployed function fails with is in no report. */
  void tellLogs(Consumer<String> tell) {
    for (String function : List.of(outputs.taskFunction(), outputs.coordinator())) {
      cloud.logged("/aws/lambda/" + functionName(function)).stream()
          .flatMap(String::lines)
          .filter(line -> !line.matches("(START|END|REPORT|SLF4J).*|\\s*"))
          .forEach(tell);
    }
  }

  /** Returns the name of a function whose name or ARN, with an alias or without, is given. */
  static String functionName(String nameOrArn) {
    String name = nameOrArn.replaceAll(":live$", "");
    return name.substring(name.lastIndexOf(':') + 1);
  }

  @Override
  public void close() {
    cloud.close();
  }
}

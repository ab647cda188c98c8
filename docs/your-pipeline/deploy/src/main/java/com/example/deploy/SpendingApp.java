package com.example.deploy;

import dev.cairn.cdk.CheckpointedFunction;
import dev.cairn.cdk.SourceStream;
import java.nio.file.Path;
import java.time.Duration;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** The stack that {@code cdk deploy} makes, from this folder. */
public final class SpendingApp {
  private static final Path FUNCTION = Path.of("../function/target/function");

  private SpendingApp() {}

  public static void main(String[] args) {
    App app = new App();
    stack(app);
    app.synth();
  }

  static Stack stack(Construct app) {
    Stack stack = new Stack(app, "Spending");
    CheckpointedFunction.Builder.create(stack, "Orders")
        .job("spending")
        .function("com.example.Spending")
        .code(FUNCTION)
        .source(SourceStream.ofShards(2))
        .checkpointingInterval(Duration.ofSeconds(20))
        .checkpointingNumRetained(5)
        // cdklocal deploy -c snapStart=false: LocalStack cannot update its alias.
        .snapStart(!"false".equals(app.getNode().tryGetContext("snapStart")))
        .build();
    return stack;
  }
}

package dev.cairn.cdk;

import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;
import software.constructs.IConstruct;

/**
 * The names of a construct's outputs, such as {@code OrdersTable}. They contain no hash, so that
 * scripts can rely on them.
 *
 * @param scope where the construct is, or will be
 */
record OutputNames(Construct scope) {
  /** The suffix of the first output's name. */
  private static final String FIRST = "Job";

  /** Returns the common prefix of the names: the ids from the stack down to the construct. */
  static String of(Construct scope, String id) {
    String stack = Stack.of(scope).getNode().getPath();
    String path = scope.getNode().getPath() + "/" + id;
    String below = stack.isEmpty() ? path : path.substring(stack.length());
    return below.replaceAll("[^A-Za-z0-9]", "");
  }

  /** Returns the construct whose outputs already have these names; empty if the names are free. */
  Optional<String> taken(String names) {
    Stack stack = Stack.of(scope);
    return stack.getNode().findAll().stream()
        .filter(CfnOutput.class::isInstance)
        .filter(output -> Stack.of(output).equals(stack))
        .filter(
            output -> (names + FIRST).equals(stack.resolve(((CfnOutput) output).getLogicalId())))
        .flatMap(output -> Stream.ofNullable(output.getNode().getScope()))
        .map(IConstruct::getNode)
        .map(node -> node.getPath())
        .findFirst();
  }
}

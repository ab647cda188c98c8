package dev.cairn.localstack.deployed;

import dev.cairn.localstack.deployed.probe.CallProbe;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The calls that a function's probe has printed, as IAM names them.
 *
 * @see CallProbe
 */
final class RecordedCalls {
  private static final String MARK = "CAIRN-CALL ";

  /**
   * One kind of call.
   *
   * @param action such as {@code dynamodb:PutItem}
   * @param resource what it was made on, as the last part of an ARN; empty where the call does not
   *     say so that anybody could read it
   */
  record Call(String action, Optional<String> resource) implements Comparable<Call> {
    private static final Comparator<Call> ORDER =
        Comparator.comparing(Call::action).thenComparing(call -> call.resource().orElse(""));

    /** Whether a policy's resource, which may have stars, has this one in it. */
    boolean isOn(String pattern) {
      String regex =
          Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
      return resource.isEmpty() || resource.get().matches(regex);
    }

    @Override
    public int compareTo(Call other) {
      return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
      return action + " on " + resource.orElse("(not said)");
    }
  }

  private RecordedCalls() {}

  static Set<Call> of(LocalCloud cloud, String function) {
    Set<Call> calls = new TreeSet<>();
    cloud.logged("/aws/lambda/" + function).stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(MARK))
        .map(line -> call(line.substring(MARK.length())))
        .forEach(calls::add);
    return calls;
  }

  private static Call call(String line) {
    String[] words = line.strip().split(" ");
    Map<String, String> resources = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      resources.put(words[i].substring(0, equals), words[i].substring(equals + 1));
    }
    String service = words[0].substring(0, words[0].indexOf(':'));
    String operation = words[0].substring(words[0].indexOf(':') + 1);
    return switch (service) {
      case "DynamoDb" ->
          new Call("dynamodb:" + operation, resource(resources, "TableName", "table/%s"));
      case "S3" -> s3(operation, resources);
      // An iterator names its stream, but not so that anybody could read it.
      case "Kinesis" ->
          new Call("kinesis:" + operation, resource(resources, "StreamName", "stream/%s"));
      case "Lambda" ->
          new Call(
              operation.equals("Invoke") ? "lambda:InvokeFunction" : "lambda:" + operation,
              resource(resources, "FunctionName", "%s").map(RecordedCalls::function));
      case "Sqs" ->
          new Call(
              operation.equals("SendMessageBatch") ? "sqs:SendMessage" : "sqs:" + operation,
              resource(resources, "QueueUrl", "%s").map(url -> url.replaceAll(".*/", "")));
      default -> throw new AssertionError("no function calls " + line);
    };
  }

  private static String function(String nameOrArn) {
    return nameOrArn.startsWith("arn:") ? nameOrArn.split(":", 6)[5] : "function:" + nameOrArn;
  }

  private static Call s3(String operation, Map<String, String> resources) {
    Optional<String> bucket = resource(resources, "Bucket", "%s");
    Optional<String> object = bucket.flatMap(name -> resource(resources, "Key", name + "/%s"));
    return switch (operation) {
      case "GetObject", "HeadObject" -> new Call("s3:GetObject", object);
      case "DeleteObject" -> new Call("s3:DeleteObject", object);
      case "PutObject" -> new Call("s3:PutObject", object);
      case "ListObjectsV2" -> new Call("s3:ListBucket", bucket);
      default -> throw new AssertionError("no function calls S3 for " + operation);
    };
  }

  private static Optional<String> resource(
      Map<String, String> resources, String name, String form) {
    return Optional.ofNullable(resources.get(name))
        .map(resource -> String.format(Locale.ROOT, form, resource));
  }
}

package dev.cairn.deployed;

import dev.cairn.deployed.probe.CallProbe;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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
   * @param arn what it was made on
   */
  record Call(String action, String arn) implements Comparable<Call> {
    @Override
    public int compareTo(Call other) {
      return toString().compareTo(other.toString());
    }
  }

  private RecordedCalls() {}

  static Set<Call> of(LocalCloud cloud, String function) {
    Set<Call> calls = new TreeSet<>();
    cloud.logged("/aws/lambda/" + function)
        .stream()
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
      case "DynamoDb" -> new Call("dynamodb:" + operation, ":table/" + resources.get("TableName"));
      case "S3" -> s3(operation, resources);
      // An iterator names its stream, but not so that anybody could read it.
      case "Kinesis" ->
          new Call(
              "kinesis:" + operation, ":stream/" + resources.getOrDefault("StreamName", "*"));
      case "Lambda" ->
          new Call(
              operation.equals("Invoke") ? "lambda:InvokeFunction" : "lambda:" + operation,
              resources.get("FunctionName"));
      case "Sqs" ->
          new Call(
              operation.equals("SendMessageBatch") ? "sqs:SendMessage" : "sqs:" + operation,
              ":" + resources.get("QueueUrl").replaceAll(".*/", ""));
      default -> throw new AssertionError("no function calls " + line);
    };
  }

  private static Call s3(String operation, Map<String, String> resources) {
    String object = ":::" + resources.get("Bucket") + "/" + resources.get("Key");
    return switch (operation) {
      case "GetObject", "HeadObject" -> new Call("s3:GetObject", object);
      case "DeleteObject" -> new Call("s3:DeleteObject", object);
      case "PutObject" -> new Call("s3:PutObject", object);
      case "ListObjectsV2" -> new Call("s3:ListBucket", ":::" + resources.get("Bucket"));
      default -> throw new AssertionError("no function calls S3 for " + operation);
    };
  }
}

package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.ports.Waker;
import dev.cairn.id.SubtaskId;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/** Wakes a shard by invoking the task's function, without waiting for its response. */
public final class LambdaWaker implements Waker {
  private final LambdaClient client;
  private final String function;

  /**
   * @param function a name or an ARN, of a function or of its alias
   */
  LambdaWaker(LambdaClient client, String function) {
    this.client = client;
    this.function = function;
  }

  /** Returns the JSON that wakes a shard. */
  public static byte[] event(SubtaskId subtask) {
    // Ids contain no character that JSON must escape.
    return ("{\"cairn\":\"wake\",\"shard\":\"" + subtask.shard() + "\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void wake(SubtaskId subtask) {
    client.invoke(
        invoke ->
            invoke
                .functionName(function)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromByteArray(event(subtask))));
  }
}

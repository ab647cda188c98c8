package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.ports.Waker;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.WakeMessage;
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

  @Override
  public void wake(SubtaskId subtask, WakeMessage.Purpose purpose) {
    String event = new WakeMessage(subtask.shard(), purpose).toJson();
    client.invoke(
        invoke ->
            invoke
                .functionName(function)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String(event)));
  }
}

package dev.cairn.coordinator.lambda;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** The queue that delivers ticks later. One that is lost is made up for by the rule's next. */
final class TickQueue {
  private static final int LARGEST_BATCH = 10;

  private final SqsClient client;
  private final String url;

  TickQueue(SqsClient client, String url) {
    this.client = client;
    this.url = url;
  }

  void send(List<Duration> delays) {
    for (int from = 0; from < delays.size(); from += LARGEST_BATCH) {
      List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
      for (Duration delay : delays.subList(from, Math.min(from + LARGEST_BATCH, delays.size()))) {
        entries.add(
            SendMessageBatchRequestEntry.builder()
                .id("after-" + delay.toSeconds())
                .messageBody(Triggers.TICK)
                .delaySeconds((int) delay.toSeconds())
                .build());
      }
      client.sendMessageBatch(batch -> batch.queueUrl(url).entries(entries));
    }
  }
}

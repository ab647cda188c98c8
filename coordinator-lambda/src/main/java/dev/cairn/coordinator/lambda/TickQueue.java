package dev.cairn.coordinator.lambda;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** The queue that delivers delayed ticks. The rule's next tick makes up for a lost one. */
final class TickQueue {
  private static final int LARGEST_BATCH = 10;

  private final SqsClient client;
  private final String url;

  TickQueue(SqsClient client, String url) {
    this.client = client;
    this.url = url;
  }

  void send(List<Ticks.Tick> ticks) {
    for (int from = 0; from < ticks.size(); from += LARGEST_BATCH) {
      List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
      for (Ticks.Tick tick : ticks.subList(from, Math.min(from + LARGEST_BATCH, ticks.size()))) {
        entries.add(
            SendMessageBatchRequestEntry.builder()
                .id("after-" + tick.delay().toSeconds())
                .messageBody(PayloadReader.tick(tick.until()))
                .delaySeconds((int) tick.delay().toSeconds())
                .build());
      }
      client.sendMessageBatch(batch -> batch.queueUrl(url).entries(entries));
    }
  }
}

package dev.cairn.cli.letters;

import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;

/** Puts records into a Kinesis stream, one after the other: records of one key keep their order. */
public final class KinesisRecordSender implements RecordSender {
  private final KinesisClient kinesis;
  private final String stream;
  // Kinesis orders two records of a key strictly only if the request contains the number of the
  // first.
  private final Map<String, String> lastOfKey = new HashMap<>();

  public KinesisRecordSender(KinesisClient kinesis, String stream) {
    this.kinesis = kinesis;
    this.stream = stream;
  }

  @Override
  public void put(Letter letter) {
    String key = letter.partitionKey();
    PutRecordRequest.Builder request =
        PutRecordRequest.builder()
            .streamName(stream)
            .partitionKey(key)
            .data(SdkBytes.fromByteArray(letter.data()));
    letter.hashKey().ifPresent(hash -> request.explicitHashKey(hash.toDecimal()));
    if (lastOfKey.containsKey(key)) {
      request.sequenceNumberForOrdering(lastOfKey.get(key));
    }
    PutRecordResponse response = kinesis.putRecord(request.build());
    lastOfKey.put(key, response.sequenceNumber());
  }
}

package dev.cairn.local.dynamodb;

import dev.cairn.dynamodb.TableEvents;
import dev.cairn.job.TableEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Delivers a table's stream from its oldest record, as a mapping to the coordinator does in AWS. A
 * record is delivered again until its consumer has returned.
 */
public final class TableStream {
  private final DynamoDbStreamsClient streams;
  private final String streamArn;
  private final Map<String, String> iterators = new HashMap<>();
  private final Set<String> finished = new HashSet<>();

  public TableStream(DynamoDbClient client, DynamoDbStreamsClient streams, String table) {
    this.streams = streams;
    this.streamArn =
        Optional.ofNullable(
                client
                    .describeTable(describe -> describe.tableName(table))
                    .table()
                    .latestStreamArn())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "table " + table + " has no stream: create it as CairnTable does"));
  }

  /**
   * Reads each of the stream's shards once and delivers the records.
   *
   * @return how many events were delivered; 0 only means that there were none at this moment
   */
  public int poll(Consumer<TableEvent> consumer) {
    int handedOn = 0;
    for (Shard shard : shards()) {
      if (!finished.contains(shard.shardId())) {
        handedOn += poll(shard.shardId(), consumer);
      }
    }
    return handedOn;
  }

  private List<Shard> shards() {
    List<Shard> shards = new ArrayList<>();
    Optional<String> last = Optional.empty();
    do {
      Optional<String> from = last;
      DescribeStreamResponse page =
          streams.describeStream(
              describe -> {
                describe.streamArn(streamArn);
                from.ifPresent(describe::exclusiveStartShardId);
              });
      StreamDescription stream = page.streamDescription();
      shards.addAll(stream.shards());
      last = Optional.ofNullable(stream.lastEvaluatedShardId());
    } while (last.isPresent());
    return shards;
  }

  private int poll(String shard, Consumer<TableEvent> consumer) {
    GetRecordsResponse page;
    try {
      String iterator = iterators.computeIfAbsent(shard, this::oldest);
      page = streams.getRecords(get -> get.shardIterator(iterator));
    } catch (ExpiredIteratorException | TrimmedDataAccessException e) {
      // From the oldest record again: an event may come twice, but none is missed.
      iterators.remove(shard);
      return 0;
    } catch (ResourceNotFoundException e) {
      // The shard went between the listing and now; all its records are a day old.
      iterators.remove(shard);
      return 0;
    }
    int handedOn = 0;
    for (Record streamed : page.records()) {
      Optional<TableEvent> event = TableEvents.of(streamed);
      event.ifPresent(consumer);
      handedOn += event.isPresent() ? 1 : 0;
    }
    goOn(shard, Optional.ofNullable(page.nextShardIterator()));
    return handedOn;
  }

  private String oldest(String shard) {
    return streams
        .getShardIterator(
            get ->
                get.streamArn(streamArn)
                    .shardId(shard)
                    .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
        .shardIterator();
  }

  private void goOn(String shard, Optional<String> next) {
    if (next.isPresent()) {
      iterators.put(shard, next.get());
    } else {
      iterators.remove(shard);
      finished.add(shard);
    }
  }
}

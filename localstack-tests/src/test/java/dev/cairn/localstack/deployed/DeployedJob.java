package dev.cairn.localstack.deployed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.inspect.StateReader;
import dev.cairn.cli.inspect.StateView;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.flights.AircraftFunction;
import dev.cairn.flights.Departure;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Journal;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3FileStorage;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import dev.cairn.testing.FunctionHarness;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.s3.S3Client;

/** The flights job as it is deployed, looked at from outside: its table, bucket and stream. */
final class DeployedJob {
  static final JobId JOB = new JobId("flights");
  static final StageId STAGE = new StageId("aircraft");
  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final int PAGE = 1_000;

  private final DynamoDbClient dynamoDb;
  private final String table;
  private final S3Client s3;
  private final String bucket;
  private final Journal journal;
  private final CheckpointStore checkpoints;
  private final FileStorage storage;
  private final StreamReader stream;

  DeployedJob(LocalCloud cloud, StackOutputs outputs) {
    this.dynamoDb = cloud.client(DynamoDbClient.builder());
    this.table = outputs.table();
    Backoff backoff = Backoff.sleeping();
    this.journal = new DynamoDbJournal(dynamoDb, table, backoff);
    this.checkpoints =
        new DynamoDbCheckpointStore(dynamoDb, table, backoff, InstantSource.system());
    this.s3 = cloud.client(S3Client.builder().forcePathStyle(true));
    this.bucket = outputs.bucket();
    this.storage = new S3FileStorage(s3, bucket, "");
    this.stream =
        new KinesisStreamReader(cloud.client(KinesisClient.builder()), outputs.stream(), backoff);
  }

  FileStorage storage() {
    return storage;
  }

  /** What Cairn never does: puts other bytes in a file's place. */
  void overwrite(FilePath path, byte[] bytes) {
    s3.putObject(put -> put.bucket(bucket).key(path.value()), RequestBody.fromBytes(bytes));
  }

  Optional<Job> job() {
    return job(JOB);
  }

  Optional<Job> job(JobId other) {
    return checkpoints.job(other);
  }

  /** Returns every shard that the stream lists; parents are before their children. */
  List<Shard> shards() {
    return stream.shards().stream().sorted(Comparator.comparing(Shard::id)).toList();
  }

  /** Returns the shards that no split and no merge has closed. */
  List<Shard> openShards() {
    List<Shard> all = shards();
    Set<ShardId> parents =
        all.stream().flatMap(shard -> shard.parents().stream()).collect(Collectors.toSet());
    return all.stream().filter(shard -> !parents.contains(shard.id())).toList();
  }

  static SubtaskId subtask(ShardId shard) {
    return new SubtaskId(JOB, STAGE, shard);
  }

  List<Entry> journal(ShardId shard) {
    return journal.fromLastBase(subtask(shard));
  }

  List<Entry> journal(ShardId shard, Revision after) {
    return journal.after(subtask(shard), after);
  }

  Optional<Entry.Header> head(ShardId shard) {
    List<Entry> entries = journal(shard);
    return entries.isEmpty() ? Optional.empty() : Optional.of(entries.getLast().header());
  }

  /** Every record that a shard has, in its order. */
  List<StreamRecord> records(ShardId shard) {
    List<StreamRecord> records = new ArrayList<>();
    From from = new From.Horizon();
    while (true) {
      Page page = stream.read(shard, from, PAGE);
      records.addAll(page.records());
      if (page.records().isEmpty() || page.next().isEmpty()) {
        return records;
      }
      from = page.next().get();
    }
  }

  /**
   * Waits until every closed shard is applied to its end, and every shard that came from others is
   * opened. Records may be sent meanwhile.
   */
  void awaitReshards() {
    Set<ShardId> open = openShards().stream().map(Shard::id).collect(Collectors.toSet());
    for (Shard shard : shards()) {
      boolean isOpen = open.contains(shard.id());
      if (!isOpen || !shard.parents().isEmpty()) {
        await(shard.id() + (isOpen ? " to be opened" : " to be applied to its end"))
            .atMost(LONGEST)
            .pollInterval(Duration.ofMillis(500))
            .until(() -> isOpen ? isOpened(shard.id()) : isAt(shard.id(), Position.end()));
      }
    }
  }

  /**
   * Waits until every shard has applied its last record, until every shard that came from others is
   * opened and every closed one is applied to its end, and until no gap is left.
   */
  void awaitApplied() {
    Set<ShardId> open = openShards().stream().map(Shard::id).collect(Collectors.toSet());
    for (Shard shard : shards()) {
      List<StreamRecord> records = records(shard.id());
      if (open.contains(shard.id()) && records.isEmpty() && shard.parents().isEmpty()) {
        continue;
      }
      Position applied =
          open.contains(shard.id())
              ? records.isEmpty()
                  ? Position.beginning()
                  : Position.after(records.getLast().sequenceNumber())
              : Position.end();
      await(shard.id() + " to apply its " + records.size() + " records, up to " + applied)
          .atMost(LONGEST)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> isOpened(shard.id()) && isAt(shard.id(), applied));
    }
  }

  private boolean isOpened(ShardId shard) {
    List<Entry> entries = journal(shard);
    return !entries.isEmpty()
        && entries.getFirst() instanceof Entry.Base base
        && base.mode() != Entry.Restored.Mode.UNOPENED;
  }

  private boolean isAt(ShardId shard, Position position) {
    return head(shard)
        .filter(head -> !head.hasGap())
        .filter(head -> head.position().equals(position))
        .isPresent();
  }

  /**
   * Compares all state, read cold, with a plain fold over what the stream has. Records count where
   * they were applied; the state of a closed shard is its children's.
   */
  Comparison compare() {
    FunctionHarness<Departure> fold = FunctionHarness.of(new AircraftFunction());
    SortedMap<StateKey, byte[]> stored = new TreeMap<>();
    StateReader state = new StateReader(journal, storage);
    Set<ShardId> open = openShards().stream().map(Shard::id).collect(Collectors.toSet());
    long records = 0;
    long applied = 0;
    for (Shard shard : shards()) {
      for (StreamRecord record : records(shard.id())) {
        try {
          fold.processBytes(record.partitionKey(), record.data(), record.arrival());
        } catch (Exception e) {
          throw new AssertionError("the fold failed on " + record, e);
        }
        records++;
      }
      Optional<StateView> view = state.head(subtask(shard.id()));
      if (view.isPresent()) {
        applied += view.get().counts().applied();
      }
      if (view.isPresent() && open.contains(shard.id())) {
        view.get()
            .cells()
            .forEach(
                (cell, value) ->
                    assertThat(stored.put(cell, value))
                        .as("another open shard's state of %s, which %s has", cell, shard.id())
                        .isNull());
      }
    }
    assertThat(applied).as("records that count as applied").isEqualTo(records);
    SortedMap<StateKey, byte[]> expected = fold.cells();
    assertThat(stored.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (cell, value) ->
            assertThat(Arrays.equals(value, stored.get(cell))).as("%s", cell).isTrue());
    return new Comparison(records, expected.size(), fold.keys().size());
  }

  /** What was found equal. */
  record Comparison(long records, int cells, int keys) {}

  /**
   * Waits until the latest completed checkpoint holds the state of every open shard as it is now.
   * It may have been completed already: none follows one after which nothing was applied.
   */
  Checkpoint.Completed awaitCovered() {
    await("a checkpoint of the state as it is now")
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> covering().isPresent());
    return (Checkpoint.Completed)
        checkpoints.checkpoint(JOB, covering().orElseThrow()).orElseThrow();
  }

  private Optional<CheckpointId> covering() {
    return job()
        .flatMap(Job::latest)
        .filter(
            latest ->
                openShards().stream().allMatch(shard -> isHeldBy(latest, journal(shard.id()))));
  }

  private static boolean isHeldBy(CheckpointId checkpoint, List<Entry> journal) {
    return !journal.isEmpty()
        && journal.getFirst() instanceof Entry.Snapshotted base
        && base.checkpoint().equals(checkpoint)
        && journal.stream().noneMatch(Entry.Advanced.class::isInstance);
  }

  /** The first checkpoint that was completed because of this. */
  Checkpoint.Completed awaitCausedBy(String cause) {
    await("a checkpoint because of " + cause)
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> completed().stream().anyMatch(one -> one.trigger().cause().equals(cause)));
    return completed().stream()
        .filter(one -> one.trigger().cause().equals(cause))
        .findFirst()
        .orElseThrow();
  }

  private List<Checkpoint.Completed> completed() {
    return checkpoints().stream()
        .filter(Checkpoint.Completed.class::isInstance)
        .map(Checkpoint.Completed.class::cast)
        .toList();
  }

  List<Checkpoint> checkpoints() {
    return checkpoints.checkpoints(JOB);
  }

  /** As a user does it, by the table's own API. */
  void restore(Checkpoint checkpoint) {
    set("restoreCheckpointId", checkpoint.id().toString());
  }

  /** Likewise. */
  void set(String attribute, String text) {
    dynamoDb.updateItem(
        update ->
            update
                .tableName(table)
                .key(
                    Map.of(
                        "pk", AttributeValue.fromS("JOB#" + JOB),
                        "sk", AttributeValue.fromS("JOB")))
                .updateExpression("SET #asked = :text")
                .expressionAttributeNames(Map.of("#asked", attribute))
                .expressionAttributeValues(Map.of(":text", AttributeValue.fromS(text))));
  }

  void awaitEpoch(long epoch) {
    await("epoch " + epoch)
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> job().orElseThrow().epoch().value() >= epoch);
  }

  void awaitRunning() {
    await("the restore to end")
        .atMost(LONGEST)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> job().orElseThrow().status() instanceof JobStatus.Running);
  }

  /** A line for each entry, for a report. */
  String dump(ShardId shard) {
    StringBuilder dump = new StringBuilder(subtask(shard) + "\n");
    for (Entry entry : journal(shard)) {
      Entry.Header header = entry.header();
      dump.append(
          String.format(
              Locale.ROOT,
              "  %6s %-13s epoch %s  %-11s id %s  prev %s  position %s\n",
              header.revision(),
              entry.getClass().getSimpleName(),
              header.epoch(),
              header.writer(),
              header.id(),
              header.prev().map(Object::toString).orElse("-"),
              header.position()));
    }
    return dump.toString();
  }
}

package dev.cairn.localstack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.checkpoint.Acknowledgement.Acknowledged;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointFormat;
import dev.cairn.checkpoint.CheckpointMetadata;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.cli.Aws;
import dev.cairn.cli.Cairn;
import dev.cairn.cli.CliEnvironment;
import dev.cairn.cli.ExitCode;
import dev.cairn.cli.output.Terminal;
import dev.cairn.dynamodb.CairnTable;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbDeployments;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Deployment;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.localstack.LocalStack;
import dev.cairn.localstack.Repeated;
import dev.cairn.retry.Backoff;
import dev.cairn.s3.S3FileStorage;
import dev.cairn.state.Change;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.Payload;
import dev.cairn.state.RunRef;
import dev.cairn.state.RunWriter;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateKey;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import dev.cairn.stream.StreamRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.localstack.LocalStackContainer;
import picocli.CommandLine;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Feeding a real PutRecords, measuring how far a journal is behind, copying between buckets. */
@EnabledIf("isAvailable")
class CairnLocalStackTest {
  private static final String STREAM = "departures";
  private static final String TABLE = "cairn";
  private static final JobId JOB = new JobId("flights");
  private static final int RECORDS = 3_000;
  private static final int KEYS = 250;
  private static final CheckpointSettings SETTINGS =
      new CheckpointSettings(Optional.empty(), Duration.ofMinutes(1), 2);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;

  private static LocalStackContainer localStack;
  private static Aws aws;
  private static DynamoDbClient dynamoDb;
  private static KinesisClient kinesis;

  private record Answer(int exitCode, String out, String err) {}

  static boolean isAvailable() {
    return LocalStack.isAvailable("cairn on LocalStack");
  }

  @BeforeAll
  static void deploy() throws InterruptedException {
    localStack = LocalStack.container();
    localStack.start();
    aws =
        new Aws(
            Optional.of(localStack.getEndpoint()),
            Optional.of(Region.of(localStack.getRegion())),
            Optional.empty());
    dynamoDb = aws.dynamoDb();
    kinesis = aws.kinesis();
    CairnTable.create(dynamoDb, TABLE);
    Repeated.create(() -> kinesis.createStream(create -> create.streamName(STREAM).shardCount(2)));
    while (kinesis
            .describeStreamSummary(describe -> describe.streamName(STREAM))
            .streamDescriptionSummary()
            .streamStatus()
        != StreamStatus.ACTIVE) {
      Thread.sleep(50);
    }
    new DynamoDbDeployments(dynamoDb, TABLE, Backoff.sleeping())
        .register(
            new Deployment(
                JOB, new StageId("aircraft"), STREAM, "s3://none/x", "flights-task", SETTINGS));
    new DynamoDbCheckpointStore(
            dynamoDb, TABLE, Backoff.sleeping(), InstantSource.system(), SETTINGS)
        .create(Job.create(JOB, SETTINGS));
  }

  @AfterAll
  static void stop() {
    aws.close();
    localStack.stop();
  }

  private static Answer cairn(String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(
        List.of(
            "--endpoint", localStack.getEndpoint().toString(), "--region", localStack.getRegion()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commands =
        Cairn.commands(
            new CliEnvironment(folder, Map.of("CAIRN_TABLE", TABLE, "CAIRN_JOB", JOB.value())),
            Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)));
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exitCode = commands.execute(arguments.toArray(String[]::new));
    return new Answer(exitCode, out.toString(), err.toString());
  }

  @Test
  void aFileIsFedInTheOrderOfEachKeyAndTheStatusKnowsWhatWaits() throws IOException {
    Answer fed = cairn("feed", flights().toString(), "--key", "tail");
    assertThat(fed.exitCode()).as(fed.err()).isZero();
    assertThat(fed.out()).contains("3,000 records of ", " are in stream departures, in ");

    SortedMap<ShardId, List<StreamRecord>> stream = read();
    assertThat(stream.values().stream().mapToInt(List::size).sum()).isEqualTo(RECORDS);
    stream.values().forEach(CairnLocalStackTest::requireOrderOfEachKey);

    // Nobody has opened a shard: its records wait from the first on.
    JsonNode unopened = status();
    assertThat(unopened.at("/stream/shards").intValue()).isEqualTo(2);
    assertThat(unopened.at("/stream/retentionMillis").longValue())
        .isEqualTo(Duration.ofHours(24).toMillis());
    assertThat(unopened.get("subtasks")).isEmpty();

    // The first shard is applied to its end, of the second one record waits.
    long left = 0;
    for (Map.Entry<ShardId, List<StreamRecord>> shard : stream.entrySet()) {
      List<StreamRecord> records = shard.getValue();
      advance(shard.getKey(), records.get((int) (records.size() - 1 - left)).sequenceNumber());
      left++;
    }
    JsonNode opened = status();
    assertThat(opened.at("/subtasks/0/lagMillis").longValue()).isZero();
    assertThat(opened.at("/subtasks/1/lagMillis").longValue())
        .isBetween(1L, Duration.ofMinutes(10).toMillis());
    assertThat(opened.at("/findings").findValuesAsText("kind"))
        .containsExactly("CHECKPOINTING_OFF");
  }

  @Test
  void whatIsMissingIsSaidByAllOfThem() throws IOException {
    String file = flights().toString();
    assertThat(cairn("feed", file, "--key", "tail", "--stream", "none"))
        .satisfies(
            answer -> {
              assertThat(answer.exitCode()).isEqualTo(ExitCode.UNUSABLE);
              assertThat(answer.err())
                  .contains(
                      "there is no such stream here", "check --stream", "continue with --skip 0");
            });
    assertThat(cairn("status", "--stream", "none").out())
        .contains("WRONG  stream none cannot be read", "there is no such stream here");
    assertThat(cairn("status", "--table", "none").err()).contains("there is no such table here");
  }

  @Test
  void whatLiesInABucketIsSummedUpAndExplained() throws IOException {
    JobId job = new JobId("collected");
    SubtaskId subtask = new SubtaskId(job, new StageId("aircraft"), new ShardId("shardId-1"));
    aws.s3().createBucket(create -> create.bucket("files"));
    S3FileStorage storage = new S3FileStorage(aws.s3(), "files", "team");
    new DynamoDbCheckpointStore(
            dynamoDb, TABLE, Backoff.sleeping(), InstantSource.system(), SETTINGS)
        .create(Job.create(job, SETTINGS));
    new DynamoDbJournal(dynamoDb, TABLE, Backoff.sleeping()).open(subtask, opened());
    FilePath run = Layout.run(subtask, new Revision(1), new EntryId("advanced"));
    FilePath letter = Layout.deadLetter(subtask, new SequenceNumber("17"));
    byte[] bytes = {1, 2, 3};
    storage.put(run, bytes, Sha256.of(bytes));
    storage.put(letter, bytes, Sha256.of(bytes));
    String[] there = {"--job", job.value(), "--storage", "s3://files/team"};

    JsonNode summary = JSON.readTree(cairn(command(there, "gc", "--json")).out());
    assertThat(summary.get("files").longValue()).isEqualTo(2);
    assertThat(summary.at("/reasons/MAY_BE_COMMITTED/sizeBytes").longValue()).isEqualTo(3);
    assertThat(summary.at("/reasons/DEAD_LETTERS/files").longValue()).isEqualTo(1);

    Answer explained = cairn(command(there, "gc", "--explain", "s3://files/team/" + run));
    assertThat(explained.exitCode()).as(explained.err()).isZero();
    assertThat(explained.out())
        .contains(
            run + "  3 B",
            "prepared for entry advanced",
            "it is kept until that journal continues");
  }

  private static String[] command(String[] there, String... command) {
    return Stream.concat(Stream.of(command), Stream.of(there)).toArray(String[]::new);
  }

  /** As {@code aws s3 cp --recursive} does. */
  @Test
  void aCheckpointIsExportedToAnotherBucketAndACopyOfItIsVerifiedWhereItIs() throws IOException {
    S3Client s3 = aws.s3();
    for (String bucket : List.of("checkpoints", "backups", "third")) {
      s3.createBucket(create -> create.bucket(bucket));
    }
    String original = "s3://checkpoints/team/" + checkpointIn(s3, "checkpoints", "team");

    Answer exported = cairn("export", original, "--to", "s3://backups/flights/april");
    assertThat(exported.exitCode()).as(exported.err()).isZero();
    assertThat(exported.out())
        .contains("is named by s3://backups/flights/april/_metadata", "3 files");
    Answer again = cairn("export", original, "--to", "s3://backups/flights/april/");
    assertThat(again.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(again.err()).contains("nothing is overwritten");

    String folder = "flights/april/";
    s3.listObjectsV2Paginator(list -> list.bucket("backups").prefix(folder)).contents().stream()
        .map(S3Object::key)
        .forEach(
            key ->
                s3.copyObject(
                    copy ->
                        copy.sourceBucket("backups")
                            .sourceKey(key)
                            .destinationBucket("third")
                            .destinationKey("x/" + key.substring(folder.length()))));
    for (String place : List.of(original, "s3://backups/flights/april", "s3://third/x")) {
      Answer verdict = cairn("verify", place);
      assertThat(verdict.exitCode()).as(verdict.out() + verdict.err()).isZero();
      assertThat(verdict.out()).contains("is intact: 3 files");
    }

    s3.deleteObject(delete -> delete.bucket("third").key("x/aircraft/shardId-000000000000/run"));
    Answer verdict = cairn("verify", "s3://third/x/_metadata");
    assertThat(verdict.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(verdict.out())
        .contains("s3://third/x/aircraft/shardId-000000000000/run", "is not in the");
  }

  /** The path of its _metadata below the prefix. */
  private static FilePath checkpointIn(S3Client s3, String bucket, String prefix) {
    FileStorage storage = new S3FileStorage(s3, bucket, prefix);
    SubtaskId subtask =
        new SubtaskId(JOB, new StageId("aircraft"), new ShardId("shardId-000000000000"));
    CheckpointId id = new CheckpointId(1);
    EntryId entry = new EntryId("entry");
    StateKey cell = StateKey.of(KeyHash.of("N7"), "N7", "departures", new byte[0]);
    FileRef run =
        put(
            storage,
            Layout.run(subtask, new Revision(2), entry),
            RunWriter.write(List.of(new Change.Put(cell, new byte[] {7}))));
    FileRef stateFile =
        put(
            storage,
            Layout.state(subtask, id, new Revision(2), entry),
            CheckpointFormat.write(
                new SubtaskState(
                    subtask,
                    new Epoch(1),
                    new Origin(new StartPosition.TrimHorizon(), HashRange.ALL),
                    Position.beginning(),
                    Optional.empty(),
                    Counts.NONE,
                    new Manifest(List.of(new RunRef(run, HashRange.ALL)), List.of()),
                    Channels.EMPTY)));
    CheckpointMetadata metadata =
        new CheckpointMetadata(
            new Checkpoint.Triggering(
                JOB,
                id,
                new Epoch(1),
                Instant.EPOCH,
                ExpectedSubtasks.of(new TreeSet<>(List.of(subtask)))),
            List.of(new Acknowledged(subtask, id, Optional.of(stateFile), 1, 1)));
    return put(storage, Layout.metadata(JOB, id), CheckpointFormat.write(metadata)).path();
  }

  private static FileRef put(FileStorage storage, FilePath path, byte[] bytes) {
    FileRef file = new FileRef(path, bytes.length, Sha256.of(bytes));
    storage.put(path, bytes, file.sha256());
    return file;
  }

  private static JsonNode status() throws IOException {
    Answer status = cairn("status", "--json");
    assertThat(status.exitCode()).as(status.out() + status.err()).isZero();
    return JSON.readTree(status.out());
  }

  private static Path flights() throws IOException {
    Path file = folder.resolve("flights.csv.gz");
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      out.write("number,tail\n");
      for (int i = 0; i < RECORDS; i++) {
        // Some of them in a row are of one aircraft.
        out.write(i + ",N" + (i % 100 < 2 ? 0 : i % KEYS) + "\n");
      }
    }
    return file;
  }

  private static SortedMap<ShardId, List<StreamRecord>> read() {
    KinesisStreamReader reader = new KinesisStreamReader(kinesis, STREAM, Backoff.sleeping());
    SortedMap<ShardId, List<StreamRecord>> records =
        new TreeMap<>(Comparator.comparing(ShardId::value));
    for (Shard shard : reader.shards()) {
      List<StreamRecord> ofShard = new ArrayList<>();
      StreamReader.From from = new StreamReader.From.Horizon();
      StreamReader.Page page = reader.read(shard.id(), from, 10_000);
      while (!page.records().isEmpty()) {
        ofShard.addAll(page.records());
        page = reader.read(shard.id(), page.next().orElseThrow(), 10_000);
      }
      records.put(shard.id(), ofShard);
    }
    return records;
  }

  private static void requireOrderOfEachKey(List<StreamRecord> records) {
    Map<String, Integer> last = new HashMap<>();
    for (StreamRecord record : records) {
      try {
        int number = JSON.readTree(record.data()).get("number").asInt();
        assertThat(number).isGreaterThan(last.getOrDefault(record.partitionKey(), -1));
        last.put(record.partitionKey(), number);
      } catch (IOException e) {
        throw new AssertionError(record + " is not what was fed", e);
      }
    }
  }

  private static void advance(ShardId shard, SequenceNumber to) {
    DynamoDbJournal journal = new DynamoDbJournal(dynamoDb, TABLE, Backoff.sleeping());
    SubtaskId subtask = new SubtaskId(JOB, new StageId("aircraft"), shard);
    Entry.Opened opened = opened();
    journal.open(subtask, opened);
    Entry.Header next =
        opened
            .header()
            .next(new EntryId("advanced"), Entry.Writer.MAPPING, Instant.now())
            .at(Position.after(to), to, new Counts(1, 0));
    journal.append(
        subtask, Entry.Advanced.of(next, Position.beginning(), Payload.NONE, List.of(), List.of()));
  }

  private static Entry.Opened opened() {
    Entry.Header header =
        Entry.Header.first(
            new EntryId("opened"), new Epoch(1), Entry.Writer.MAPPING, Instant.now());
    return new Entry.Opened(header, new Origin(new StartPosition.TrimHorizon(), HashRange.ALL));
  }
}

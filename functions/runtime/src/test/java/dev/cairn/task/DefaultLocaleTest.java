package dev.cairn.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.DynamoDbFileStorage;
import dev.cairn.dynamodb.DynamoDbJournal;
import dev.cairn.dynamodb.TableEvents;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.function.ValueStateDescriptor;
import dev.cairn.id.Revision;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.TaskPipeline;
import dev.cairn.task.ports.BatchResult;
import dev.cairn.task.ports.TaskPorts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.util.DefaultLocale;

/**
 * Keys and paths are the same bytes in every locale. Egypt's Arabic writes the digits of numbers as
 * ٠ to ٩, and a Java that formats without a locale does so, too.
 */
class DefaultLocaleTest {
  private static final Locale EGYPT = Locale.forLanguageTag("ar-EG");

  private final List<String> written = new ArrayList<>();
  private final InMemoryDynamoDb database =
      new InMemoryDynamoDb(
          new InMemoryDynamoDb.Watcher() {
            @Override
            public void requested(InMemoryDynamoDb.Request request) {}

            @Override
            public void changed(TableEvents.ItemChange change) {
              written.add(part(change, "pk") + " " + part(change, "sk"));
            }
          });
  private final TaskPipeline pipeline = new TaskPipeline(1);
  private final DynamoDbJournal journal =
      new DynamoDbJournal(database, "cairn", Backoff.sleeping());
  private final DynamoDbFileStorage storage =
      new DynamoDbFileStorage(database, "cairn", Backoff.sleeping(), pipeline::now);

  private static String part(TableEvents.ItemChange change, String name) {
    return Objects.requireNonNull(change.key().get(name)).s();
  }

  /**
   * Sets the default locale, as a function does that writes a message in its customer's language.
   */
  public static final class Translating implements KeyedFunction<String> {
    private ValueState<Long> count;

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {
      count = context.getState(ValueStateDescriptor.of("count", Long.class));
    }

    @Override
    public void process(String word, Context context) {
      if (word.startsWith("ar")) {
        Locale.setDefault(EGYPT);
      }
      count.update(count.value().orElse(0L) + 1);
    }
  }

  private Task<String> container() {
    DynamoDbCheckpointStore checkpoints =
        new DynamoDbCheckpointStore(database, "cairn", Backoff.sleeping(), pipeline::now);
    checkpoints.create(Job.create(TaskPipeline.JOB, CheckpointSettings.DEFAULTS));
    TaskPorts inMemory = pipeline.taskPorts(Tap.NONE);
    return new Task<>(
        TaskPipeline.settings(),
        new TaskPorts(
            journal,
            checkpoints,
            storage,
            pipeline.stream(),
            inMemory.checksum(),
            inMemory.clock(),
            inMemory.ids()),
        Translating::new);
  }

  @Test
  @DefaultLocale("en-US")
  void containersOfDifferentLocalesShareOneJournal() {
    Task<String> arabic = container();
    Task<String> english = container();
    for (String word : List.of("one", "ar two", "three", "four", "ar five", "six")) {
      List<StreamRecord> batch = pipeline.put(0, word);
      BatchResult result =
          TaskPipeline.run(word.startsWith("ar") ? arabic : english, 0, batch, TaskPipeline.AMPLE);
      Locale.setDefault(Locale.US);
      assertThat(result).as(word).isEqualTo(new BatchResult.Done());
    }

    List<Entry> entries = journal.after(TaskPipeline.subtask(0), new Revision(0));
    assertThat(entries.getLast().header().counts().applied()).isEqualTo(6);
    assertThat(written)
        .isNotEmpty()
        .allMatch(key -> key.chars().allMatch(c -> c < 128), "is written in ASCII");
  }

  @Test
  @DefaultLocale("ar-EG")
  void pathsAndPartsOfFilesAreWrittenInAscii() {
    byte[] large = new byte[500_000];
    new SplittableRandom(1).nextBytes(large);
    storage.put(FilePath.of("words", "chk-7", "_metadata"), large, Sha256.of(large));

    assertThat(written)
        .hasSizeGreaterThan(1)
        .allMatch(key -> key.chars().allMatch(c -> c < 128), "is written in ASCII");
    assertThat(storage.get(FilePath.of("words", "chk-7", "_metadata"))).hasValue(large);
    assertThat(TaskPipeline.shard(12).value()).isEqualTo("shardId-000000000012");
  }
}

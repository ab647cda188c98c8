package dev.cairn.coordinator.collecting;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.settings;
import static dev.cairn.pipeline.Pipeline.subtask;
import static dev.cairn.pipeline.Pipeline.tick;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.Coordinator;
import dev.cairn.id.RecordNumber;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.SettingSource;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.StreamRecord;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.ports.TaskSettings.FailurePolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of records that were set aside. */
class DeadLetterTest {
  private static final Duration RETENTION = Duration.ofDays(7);

  private final Pipeline pipeline =
      new Pipeline(
          1,
          new CheckpointSettings(Optional.of(Pipeline.INTERVAL), Pipeline.TIMEOUT, 2)
              .and(
                  Configuration.DEFAULTS.with(
                      Options.DEAD_LETTER_RETENTION, RETENTION, SettingSource.CONSTRUCT)));

  private Task<String> lenient() {
    return pipeline.container(Tap.NONE, settings().withFailurePolicy(FailurePolicy.DEAD_LETTER));
  }

  private List<FilePath> letters() {
    return pipeline.storage().list(Layout.deadLetters(JOB)).stream()
        .map(FileStorage.Stored::path)
        .toList();
  }

  private static FilePath letter(StreamRecord record) {
    return Layout.deadLetter(subtask(0), record.sequenceNumber());
  }

  /** Marks a letter as the command line does when its record was put into the stream again. */
  private FilePath markResent(StreamRecord record) {
    FilePath mark = Layout.resent(subtask(0), RecordNumber.of(record.sequenceNumber()));
    byte[] content = "{}".getBytes(UTF_8);
    pipeline.storage().put(mark, content, Sha256.of(content));
    return mark;
  }

  @Test
  void theyExpireAsTheJobIsSet() {
    List<StreamRecord> old = pipeline.put(0, "poison");
    run(lenient(), 0, old);
    FilePath mark = markResent(old.getFirst());
    pipeline.pass(RETENTION.minusHours(1));
    List<StreamRecord> young = pipeline.put(0, "poison");
    run(lenient(), 0, young);
    Coordinator coordinator = pipeline.coordinator();
    tick(coordinator);
    assertThat(letters())
        .containsExactlyInAnyOrder(letter(old.getFirst()), mark, letter(young.getFirst()));

    pipeline.pass(Duration.ofDays(1).plusMinutes(1));
    tick(coordinator);

    assertThat(letters()).containsExactly(letter(young.getFirst()));
  }

  @Test
  void thoseOfARetiredShardExpireToo() {
    Task<String> container = lenient();
    run(container, 0, pipeline.put(0, "poison"));
    pipeline.stream().split(Pipeline.shard(0));
    for (String word : List.of("a", "b", "c")) {
      for (int child = 1; child <= 2; child++) {
        run(container, child, pipeline.put(child, word));
      }
      pipeline.checkpoint(container);
    }
    assertThat(pipeline.checkpoints().retired(JOB)).containsExactly(subtask(0));
    assertThat(letters()).hasSize(1);

    pipeline.pass(RETENTION.plusHours(1));
    tick(pipeline.coordinator());

    assertThat(letters()).isEmpty();
  }

  @Test
  void aCommitListsNoneOfThem() {
    List<StreamRecord> batch = pipeline.put(0, "poison", "a");
    Task<String> container = lenient();
    run(container, 0, batch);
    List<FilePath> listed = new ArrayList<>();
    Tap tap =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.list") || call.name().equals("storage.listFirst")) {
              listed.add((FilePath) call.arguments()[0]);
            }
          }
        };
    Coordinator coordinator = pipeline.coordinator(tap);
    tick(coordinator);
    listed.clear();

    for (int i = 0; i < 3; i++) {
      run(container, 0, pipeline.put(0, "b" + i));
      pipeline.pass(Pipeline.INTERVAL);
      tick(coordinator);
      pipeline.deliverWakes(container);
      tick(coordinator);
    }

    assertThat(pipeline.job().latest()).isPresent();
    assertThat(listed).as("of the first tick within a day").isEmpty();
    assertThat(letters()).hasSize(1);
  }
}

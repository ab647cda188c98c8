package dev.cairn.coordinator.scrub;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.ports.Announcement;
import dev.cairn.damage.Damage;
import dev.cairn.damage.ScrubProgress;
import dev.cairn.id.JobId;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage;
import dev.cairn.storage.Sha256;
import dev.cairn.storage.StorageException;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the scrubber reads, marks, and leaves for the next time. */
class ScrubberTest {
  private static final Duration INTERVAL = Duration.ofHours(24);
  private static final Duration AMPLE = Duration.ofMinutes(10);

  private final Pipeline pipeline = new Pipeline(2);
  private final Task<String> container = pipeline.container();
  private final List<Announcement> announced = new ArrayList<>();
  private final Set<FilePath> read = new HashSet<>();
  private Checkpoint.Completed checkpoint;

  @BeforeEach
  void aCheckpointAndADeltaAfterIt() {
    run(container, 0, pipeline.put(0, "a"));
    run(container, 1, pipeline.put(1, "b"));
    checkpoint = pipeline.checkpoint(container);
    run(container, 0, pipeline.put(0, "size:20000"));
  }

  @Test
  void everyFileThatIsNeededIsReadAndNothingThatIsWholeIsMarked() {
    FilePath letter = FilePath.of(JOB.value(), "dead-letters", "count", "shardId-1", "17");
    pipeline.storage().put(letter, new byte[1], Sha256.of(new byte[1]));

    scrub();

    // Metadata, two state files, two runs, a delta.
    assertThat(read).hasSize(6).doesNotContain(letter);
    assertThat(pipeline.storage().paths()).containsAll(read).hasSize(7);
    assertThat(pipeline.damages().damages(JOB)).isEmpty();
    assertThat(announced).hasSize(1);
    assertThat(((Announcement.Scrubbed) announced.getFirst()).round().files()).isEqualTo(6);
  }

  @Test
  void whatIsDamagedIsMarkedWithWhoNeedsIt() {
    Instant found = pipeline.now();
    FilePath run = file("shared/count/shardId-000000000000");
    FilePath state = file("chk-1/count/shardId-000000000001");
    FilePath metadata = file("chk-1/_metadata");
    FilePath delta = file("taskowned/");
    pipeline.storage().flipBit(run, 333);
    pipeline.storage().truncate(state, 5);
    pipeline.storage().delete(metadata);
    pipeline.storage().delete(delta);

    scrub();

    // With the metadata gone, only journals tell what else is needed; they need all of it.
    assertThat(pipeline.damages().damages(JOB))
        .extracting(Damage::path)
        .containsExactly(metadata, state, run, delta);
    assertThat(mark(run).what()).startsWith("its SHA-256 is ").contains(" instead of ");
    assertThat(mark(run).foundAt()).isEqualTo(found);
    assertThat(mark(run).isInJournal()).isTrue();
    assertThat(mark(run).subtasks()).containsExactly(Pipeline.subtask(0));
    assertThat(mark(state).what()).startsWith("it has 5 bytes instead of ");
    assertThat(mark(metadata).what()).isEqualTo("it is missing");
    assertThat(mark(metadata).checkpoints()).containsExactly(checkpoint.id());
    assertThat(mark(metadata).isInJournal()).isFalse();
    assertThat(mark(delta).isInJournal()).isTrue();
    assertThat(announced).filteredOn(Announcement.FileDamaged.class::isInstance).hasSize(4);
    assertThat(((Announcement.Scrubbed) announced.getLast()).damaged()).isEqualTo(4);
    assertThat(mark(run).toString())
        .contains("needed by the journal of count/shardId-000000000000");
  }

  @Test
  void aRunInACheckpointIsMarkedForEachThatNeedsItAlsoThoseThatCameLater() {
    FilePath run = file("shared/count/shardId-000000000001");
    pipeline.storage().flipBit(run, 333);
    scrub();
    assertThat(mark(run).checkpoints()).containsExactly(checkpoint.id());
    Instant found = mark(run).foundAt();

    Checkpoint.Completed later = pipeline.checkpoint(container);
    scrub();

    assertThat(mark(run).checkpoints()).containsExactly(checkpoint.id(), later.id());
    assertThat(mark(run).foundAt()).isEqualTo(found);
    assertThat(announced).filteredOn(Announcement.FileDamaged.class::isInstance).hasSize(1);
  }

  @Test
  void aFileThatIsPutBackLosesItsMarkBeforeTheNextRound() {
    FilePath run = file("shared/count/shardId-000000000001");
    pipeline.storage().flipBit(run, 333);
    scrub();
    pipeline.storage().flipBit(run, 333);
    announced.clear();

    scrub();

    assertThat(pipeline.damages().damages(JOB)).isEmpty();
    assertThat(announced).hasSize(1).first().isInstanceOf(Announcement.DamageCleared.class);
    assertThat(read).as("no new round was due").containsExactly(run);
  }

  @Test
  void aFileThatNobodyNeedsAnyMoreLosesItsMark() {
    FilePath state = file("chk-1/count/shardId-000000000000");
    pipeline.checkpoint(container);
    pipeline.storage().flipBit(state, 100);
    scrub();
    assertThat(mark(state).checkpoints()).containsExactly(checkpoint.id());

    for (int i = 0; i < 2; i++) {
      run(container, 0, pipeline.put(0, "c"));
      pipeline.checkpoint(container);
    }
    scrub();

    assertThat(pipeline.damages().damages(JOB)).isEmpty();
  }

  @Test
  void aRoundBeginsWhenTheLastBeganAnIntervalAgo() {
    scrub();
    pipeline.pass(INTERVAL.minusMillis(1));
    scrub();
    assertThat(read).isEmpty();
    pipeline.pass(Duration.ofMillis(1));
    scrub();
    assertThat(read).hasSize(6);
  }

  @Test
  void withoutTimeItStopsBetweenTwoFilesAndGoesOnThere() {
    List<FilePath> inOrder = new ArrayList<>();
    int runs = 0;
    while (!(pipeline.damages().progress(JOB).orElse(null) instanceof ScrubProgress.Finished)) {
      AtomicInteger asked = new AtomicInteger();
      // Asked before each file: time for one.
      scrub(() -> asked.incrementAndGet() <= 1 ? AMPLE : Duration.ofSeconds(1));
      assertThat(read).hasSizeLessThanOrEqualTo(1);
      inOrder.addAll(read);
      runs++;
      assertThat(runs).isLessThan(20);
    }
    assertThat(inOrder).hasSize(6).doesNotHaveDuplicates().isSorted();
    ScrubProgress.Finished finished =
        (ScrubProgress.Finished) pipeline.damages().progress(JOB).orElseThrow();
    assertThat(finished.files()).isEqualTo(6);
  }

  @Test
  void whatTheStorageDoesNotAnswerForIsNoDamage() {
    FilePath run = file("shared/count/shardId-000000000001");
    Tap unavailable =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.open") && call.arguments()[0].equals(run)) {
              throw new StorageException("S3 answers 503");
            }
          }
        };
    scrubber(unavailable).run(JOB, () -> AMPLE);

    assertThat(pipeline.damages().damages(JOB)).isEmpty();
    assertThat(announced).filteredOn(Announcement.NotScrubbed.class::isInstance).hasSize(1);
    assertThat(pipeline.damages().progress(JOB).orElseThrow().files()).isEqualTo(5);
  }

  /** Between reading who needs it and reading it, its checkpoint gave way and it was collected. */
  @Test
  void aFileThatIsCollectedMeanwhileIsNotMarked() {
    run(container, 0, pipeline.put(0, "c"));
    pipeline.checkpoint(container);
    FilePath state = file("chk-1/count/shardId-000000000000");
    boolean[] done = {false};
    Tap meanwhile =
        new Tap() {
          @Override
          public void before(Call call) {
            if (call.name().equals("storage.open") && !done[0]) {
              done[0] = true;
              for (int i = 0; i < 2; i++) {
                run(container, 0, pipeline.put(0, "d"));
                pipeline.pass(Pipeline.PROMPT.longestInvocation());
                pipeline.checkpoint(container);
              }
            }
          }
        };

    scrubber(meanwhile).run(JOB, () -> AMPLE);

    assertThat(pipeline.storage().paths()).doesNotContain(state);
    assertThat(pipeline.damages().damages(JOB)).isEmpty();
  }

  @Test
  void aJobThatIsNotThereIsLeftAlone() {
    scrubber(Tap.NONE).run(new JobId("nobody"), () -> AMPLE);
    assertThat(announced).isEmpty();
  }

  private void scrub() {
    scrub(() -> AMPLE);
  }

  private void scrub(Supplier<Duration> remaining) {
    read.clear();
    scrubber(
            new Tap() {
              @Override
              public void before(Call call) {
                if (call.name().equals("storage.open")) {
                  read.add((FilePath) call.arguments()[0]);
                }
              }
            })
        .run(JOB, remaining);
  }

  private Scrubber scrubber(Tap tap) {
    return new Scrubber(
        new ScrubberPorts(
            pipeline.journal(),
            pipeline.checkpoints(),
            Tap.on(FileStorage.class, "storage", pipeline.storage(), tap),
            pipeline.damages(),
            pipeline::now,
            announced::add),
        ScrubberSettings.each(INTERVAL));
  }

  private Damage mark(FilePath path) {
    Optional<Damage> mark =
        pipeline.damages().damages(JOB).stream()
            .filter(damage -> damage.path().equals(path))
            .findFirst();
    assertThat(mark).as("the mark of %s", path).isPresent();
    return mark.orElseThrow();
  }

  /** The first file whose path begins so. */
  private FilePath file(String beginning) {
    return pipeline.storage().paths().stream()
        .filter(path -> path.value().startsWith(JOB + "/" + beginning))
        .findFirst()
        .orElseThrow();
  }
}

package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.ports.Event;
import dev.cairn.damage.Damage;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Sha256;
import dev.cairn.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every reason for which a restore is refused: it is readable on the job's item, and nothing else
 * has changed.
 */
class RefusedRestoreTest {

  /**
   * One reason.
   *
   * @param happens to a pipeline that has checkpoints 1 (subsumed), 2 and 3, and has gone on since
   */
  private record Case(String name, Consumer<Pipeline> happens, String asked, String... reason) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    Consumer<Pipeline> nothing = pipeline -> {};
    return Stream.of(
        new Case(
            "unknown id",
            nothing,
            "99",
            "checkpoint 99 is unknown",
            "up to 3",
            "cairn checkpoints"),
        new Case("nonsense", nothing, "seven", "\"seven\" is not a checkpoint id", "such as 7"),
        new Case("empty", nothing, "", "should name what to restore", "restore 7"),
        new Case("zero", nothing, "0", "\"0\" is not a checkpoint id"),
        new Case("negative", nothing, "-3", "\"-3\" is not a checkpoint id"),
        new Case("too large for a number", nothing, "9".repeat(99), "is not a checkpoint id"),
        new Case(
            "with control characters", nothing, "3\u001b[2J", "\"3?[2J\" is not a checkpoint id"),
        new Case(
            "a path to nothing",
            nothing,
            "savepoints/words/savepoint-9/",
            "there is no file savepoints/words/savepoint-9/_metadata",
            "give the directory"),
        new Case(
            "no path",
            nothing,
            "savepoints/../words",
            "\"savepoints/../words\" is not a valid path"),
        new Case(
            "a path to something else",
            RefusedRestoreTest::putNonsense,
            "savepoints/words/mine",
            "savepoints/words/mine/_metadata is not a readable _metadata"),
        new Case(
            "positions in the future",
            nothing,
            "3 --positions 2126-01-01T00:00:00Z",
            "--positions 2126-01-01T00:00:00Z is in the future, it is 2026-11-21T10:0",
            "give a time up to now"),
        new Case(
            "positions beyond retention",
            nothing,
            "3 --positions 2026-11-20T09:00:00Z",
            "--positions 2026-11-20T09:00:00Z is beyond retention: records from before"
                + " 2026-11-20T10:0",
            "increase the stream's retention",
            "--accept-gap"),
        new Case(
            "positions too close to retention",
            nothing,
            "3 --positions 2026-11-20T10:20:00Z",
            "is too close to retention: records would expire during the replay"),
        new Case(
            "positions that are none",
            nothing,
            "3 --positions yesterday",
            "--positions is same, horizon, or a time such as 2026-11-21T14:00:00Z, not"
                + " \"yesterday\""),
        new Case("pending", RefusedRestoreTest::begin, "4", "checkpoint 4 is PENDING", "wait"),
        new Case(
            "aborted",
            RefusedRestoreTest::abort,
            "4",
            "checkpoint 4 is ABORTED (",
            "sent no acknowledgement"),
        new Case("subsumed", nothing, "1", "checkpoint 1 is SUBSUMED", "num-retained"),
        new Case("missing metadata", deleted("chk-2/_metadata"), "2", "chk-2/_metadata is missing"),
        new Case(
            "altered metadata",
            flipped("chk-2/_metadata"),
            "2",
            "chk-2/_metadata was altered",
            "SHA-256"),
        new Case("missing state file", deleted("chk-2/count"), "2", "chk-2/count/", "is missing"),
        new Case(
            "altered state file",
            flipped("chk-2/count"),
            "2",
            "chk-2/count/",
            "was altered",
            "SHA-256"),
        new Case("missing run", deleted("shared/"), "2", "shared/count/", "is missing"),
        new Case(
            "altered run of the same size",
            flipped("shared/"),
            "2",
            "shared/count/",
            "was altered",
            "SHA-256"),
        new Case(
            "truncated run",
            truncated("shared/"),
            "2",
            "shared/count/",
            "was altered",
            "it has 20 bytes instead of"),
        new Case(
            "run marked by the scrubber, though the storage says it is the same",
            RefusedRestoreTest::mark,
            "2",
            "shared/count/",
            "was found damaged at 2026-11-21T10:00:00Z: block 3",
            "choose another checkpoint, or put an intact copy back"),
        new Case(
            "record beyond retention",
            RefusedRestoreTest::trim,
            "2",
            "shard shardId-000000000000 is beyond retention"),
        new Case(
            "record too close to retention",
            pipeline -> pipeline.pass(Duration.ofHours(23).plusMinutes(45)),
            "2",
            "shard shardId-000000000000 is too close to retention",
            "would expire during the replay"));
  }

  private static void mark(Pipeline pipeline) {
    FilePath path =
        pipeline.storage().paths().stream()
            .filter(file -> file.value().startsWith(JOB + "/shared/"))
            .findFirst()
            .orElseThrow();
    Stored stored = pipeline.storage().head(path).orElseThrow();
    pipeline
        .damages()
        .mark(
            JOB,
            new Damage(
                new FileRef(path, stored.sizeBytes(), stored.sha256().orElseThrow()),
                "block 3",
                Instant.parse("2026-11-21T10:00:00Z"),
                new TreeSet<>(),
                new TreeSet<>(),
                false));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void changesNothingButTheReason(Case refused) {
    Pipeline pipeline = new Pipeline(1);
    Task<String> container = pipeline.container();
    for (int i = 0; i < 3; i++) {
      run(container, 0, pipeline.put(0, "word-" + i));
      pipeline.checkpoint(container);
    }
    run(container, 0, pipeline.put(0, "since"));
    refused.happens.accept(pipeline);
    Job before = pipeline.job();
    List<Entry> journal = pipeline.journal(0);
    List<Checkpoint> checkpoints = pipeline.checkpoints().checkpoints(JOB);
    List<FilePath> files = pipeline.storage().paths();
    pipeline.checkpoints().request(JOB, Request.restore(refused.asked));

    pipeline.coordinator().on(new Event.Requested(JOB));

    Job after = pipeline.job();
    Job.Refusal refusal = after.refusal().orElseThrow();
    assertThat(refusal.reason()).contains(refused.reason);
    assertThat(refusal.request()).isEqualTo("restore " + refused.asked);
    assertThat(refusal.at()).isEqualTo(pipeline.now());
    assertThat(after).isEqualTo(before.with(Optional.of(refusal)));
    assertThat(pipeline.journal(0)).isEqualTo(journal);
    assertThat(pipeline.checkpoints().checkpoints(JOB)).isEqualTo(checkpoints);
    assertThat(pipeline.storage().paths()).isEqualTo(files);
    assertThat(pipeline.drainWakes()).isEmpty();
  }

  private static void putNonsense(Pipeline pipeline) {
    byte[] nonsense = {'n', 'o'};
    pipeline
        .storage()
        .put(new FilePath("savepoints/words/mine/_metadata"), nonsense, Sha256.of(nonsense));
  }

  private static void begin(Pipeline pipeline) {
    pipeline.pass(Pipeline.INTERVAL);
    tick(pipeline.coordinator());
    assertThat(pipeline.drainWakes()).isNotEmpty();
  }

  private static void abort(Pipeline pipeline) {
    begin(pipeline);
    pipeline.pass(Pipeline.TIMEOUT);
    pipeline.coordinator().on(new Event.Declined(JOB, new CheckpointId(4)));
  }

  private static void trim(Pipeline pipeline) {
    pipeline.stream().trim(Pipeline.shard(0), pipeline.all(0).get(2).sequenceNumber());
  }

  private static FilePath file(Pipeline pipeline, String place) {
    return pipeline.storage().paths().stream()
        .filter(path -> path.value().startsWith(JOB + "/" + place))
        .findFirst()
        .orElseThrow();
  }

  private static Consumer<Pipeline> deleted(String place) {
    return pipeline -> pipeline.storage().delete(file(pipeline, place));
  }

  private static Consumer<Pipeline> flipped(String place) {
    return pipeline -> pipeline.storage().flipBit(file(pipeline, place), 77);
  }

  private static Consumer<Pipeline> truncated(String place) {
    return pipeline -> pipeline.storage().truncate(file(pipeline, place), 20);
  }
}

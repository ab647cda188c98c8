package dev.cairn.coordinator.collecting;

import static dev.cairn.coordinator.Samples.FIRST;
import static dev.cairn.coordinator.Samples.INTERVAL;
import static dev.cairn.coordinator.Samples.JOB;
import static dev.cairn.coordinator.Samples.NOON;
import static dev.cairn.coordinator.Samples.RUNNING;
import static dev.cairn.coordinator.Samples.aborted;
import static dev.cairn.coordinator.Samples.advanced;
import static dev.cairn.coordinator.Samples.completed;
import static dev.cairn.coordinator.Samples.id;
import static dev.cairn.coordinator.Samples.job;
import static dev.cairn.coordinator.Samples.materialized;
import static dev.cairn.coordinator.Samples.opened;
import static dev.cairn.coordinator.Samples.pending;
import static dev.cairn.coordinator.Samples.snapshotted;
import static dev.cairn.coordinator.Samples.tail;
import static dev.cairn.coordinator.Samples.triggered;
import static dev.cairn.coordinator.Samples.view;
import static dev.cairn.coordinator.Samples.withoutGap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.EntryId;
import dev.cairn.id.Revision;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of what was read and when → what may be deleted. */
class CollectionDecisionsTest {
  private static final Duration LONGEST_INVOCATION = Duration.ofMinutes(15);

  private final CollectionGuards guards = CollectionGuards.ALL;

  // ---------------------------------------------------------------- retention

  @ParameterizedTest
  @CsvSource({"1, 3", "2, 2", "3, 1", "4, 0", "9, 0"})
  void theOldestCompletedGiveWay(int numRetained, int subsumed) {
    List<Checkpoint> four = new ArrayList<>();
    LongStream.of(7, 2, 9, 4).forEach(n -> four.add(completed(n, NOON, FIRST)));
    four.add(aborted(8, NOON));
    four.add(pending(10, NOON, FIRST));

    assertThat(CollectionDecisions.subsumed(retaining(), four, numRetained))
        .extracting(Checkpoint::id)
        .isEqualTo(Stream.of(2L, 4L, 7L).limit(subsumed).map(CheckpointId::new).toList());
  }

  private static Job retaining(long... pinned) {
    Job job = Job.create(JOB, CheckpointSettings.DEFAULTS);
    for (long id : pinned) {
      job = job.pinning(id(id));
    }
    return job;
  }

  private record Retained(String states, int numRetained, List<Long> pinned, List<Long> kept) {
    @Override
    public String toString() {
      return states + ", " + numRetained + " retained, pinned " + pinned + " → " + kept;
    }
  }

  /** One letter for each checkpoint from 1 on: the state that it holds. */
  static Stream<Retained> retained() {
    List<Long> nonePinned = List.of();
    return Stream.of(
        new Retained("ABCDE", 3, nonePinned, List.of(3L, 4L, 5L)),
        // The first checkpoint of a state, and the latest one.
        new Retained("ABCDEEEE", 3, nonePinned, List.of(3L, 4L, 5L, 8L)),
        new Retained("ABCDEEEEF", 3, nonePinned, List.of(4L, 5L, 9L)),
        // After a restore to B.
        new Retained("ABCDEB", 3, nonePinned, List.of(2L, 4L, 5L, 6L)),
        new Retained("ABCDEB", 1, nonePinned, List.of(2L, 6L)),
        new Retained("ABABAB", 5, nonePinned, List.of(1L, 2L, 6L)),
        new Retained("AAAA", 0, nonePinned, List.of()),
        // A pinned checkpoint stays and takes no place, also if it is the latest.
        new Retained("ABCDE", 2, List.of(1L, 3L), List.of(1L, 3L, 4L, 5L)),
        new Retained("ABCDE", 0, List.of(2L), List.of(2L)),
        new Retained("ABCDE", 1, List.of(5L), List.of(4L, 5L)));
  }

  @ParameterizedTest
  @MethodSource
  void retained(Retained row) {
    List<Checkpoint> all = holding(row.states);
    Job job = retaining(row.pinned.stream().mapToLong(Long::longValue).toArray());
    List<Checkpoint> kept = new ArrayList<>(all);
    kept.removeAll(CollectionDecisions.subsumed(job, all, row.numRetained));

    assertThat(kept).extracting(checkpoint -> checkpoint.id().value()).isEqualTo(row.kept);
  }

  private static List<Checkpoint> holding(String states) {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (int i = 0; i < states.length(); i++) {
      Checkpoint.Completed completed = completed(i + 1, NOON, FIRST);
      checkpoints.add(
          new Checkpoint.Completed(
              completed.trigger(),
              completed.completedAt(),
              completed.metadata(),
              completed.fullSizeBytes(),
              completed.incrementalSizeBytes(),
              completed.ackTimes(),
              Optional.of(Sha256.of(new byte[] {(byte) states.charAt(i)}))));
    }
    return checkpoints;
  }

  // ---------------------------------------------------------------- files

  private record Abandoned(String name, boolean abandoned, JournalTail tail) {
    @Override
    public String toString() {
      return name + " → " + (abandoned ? "abandoned" : "may be committed");
    }
  }

  /** A file that was prepared from revision 2. */
  static Stream<Abandoned> abandoned() {
    return Stream.of(
        new Abandoned("its base is the head", false, tail(FIRST, opened(1), advanced(2))),
        new Abandoned(
            "a trigger follows, after which the entry may still be appended",
            false,
            tail(FIRST, opened(1), advanced(2), triggered(3, 1))),
        new Abandoned(
            "another entry follows",
            true,
            tail(FIRST, opened(1), advanced(2), triggered(3, 1), advanced(4))),
        new Abandoned("a snapshot follows", true, tail(FIRST, snapshotted(3, 1))));
  }

  @ParameterizedTest
  @MethodSource
  void abandoned(Abandoned row) {
    Layout.Owned prepared = new Layout.Owned(FIRST, new Revision(2), new EntryId("x"));

    assertThat(guards.isAbandoned().test(prepared, row.tail)).isEqualTo(row.abandoned);
  }

  @ParameterizedTest
  @CsvSource({"899, false", "900, false", "901, true"})
  void aFileIsOldOnceNoInvocationCanStillBeWritingIt(long ageSeconds, boolean old) {
    Stored file = new Stored(FilePath.of("delays", "f"), 1, Optional.empty(), NOON);

    assertThat(guards.isOld().test(file, LONGEST_INVOCATION, NOON.plusSeconds(ageSeconds)))
        .isEqualTo(old);
  }

  @Test
  void metadataIsAbandonedOnceItsCheckpointEndedWithoutIt() {
    Job job = Job.create(JOB, CheckpointSettings.DEFAULTS).begun(id(5));
    List<Checkpoint> checkpoints =
        List.of(
            completed(2, NOON, FIRST),
            aborted(3, NOON),
            new Checkpoint.Subsumed(completed(4, NOON, FIRST)),
            pending(5, NOON, FIRST));

    assertThat(
            IntStream.rangeClosed(1, 7)
                .filter(n -> guards.isMetadataAbandoned().test(id(n), job, checkpoints)))
        .as("1 is forgotten, 3 aborted, 4 subsumed; 6 and 7 are still to come")
        .containsExactly(1, 3, 4);
  }

  // ---------------------------------------------------------------- when to collect

  @Test
  void whatWasReadBelongsTogetherOnlyWithinAnEpochOfARunningJob() {
    Job job = job(RUNNING);

    assertThat(guards.isSameEpoch().test(job, job)).isTrue();
    assertThat(
            guards
                .isSameEpoch()
                .test(job, job(RUNNING, 2, Optional.empty(), Optional.of(INTERVAL))))
        .isFalse();
    assertThat(guards.isSameEpoch().test(job, job(new JobStatus.Restoring(Restoration.of(id(1))))))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({"119, true", "120, false"})
  void aJobWithoutCheckpointsIsCollectedAfterABaseOfItsOwn(long ageSeconds, boolean due) {
    JournalTail tail = tail(FIRST, materialized(withoutGap(3)));
    Job without = job(RUNNING, 1, Optional.empty(), Optional.<Duration>empty());

    assertThat(
            CollectionDecisions.isCollectionDue(
                without, List.of(tail), NOON.plusSeconds(ageSeconds)))
        .isEqualTo(due);
    assertThat(CollectionDecisions.isCollectionDue(job(RUNNING), List.of(tail), NOON)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1019, true", "1020, false"})
  void aCancelledJobIsDeletedUntilItsLastInvocationsFilesAreOld(long ageSeconds, boolean due) {
    Job cancelled = job(new JobStatus.Halted(new Halt.Cancelled(true)));
    JournalTail tail = tail(FIRST, snapshotted(3, 1));

    assertThat(
            CollectionDecisions.isDeletionDue(
                view(cancelled, List.of(), tail), LONGEST_INVOCATION, NOON.plusSeconds(ageSeconds)))
        .isEqualTo(due);
    assertThat(
            CollectionDecisions.isDeletionDue(
                view(cancelled, List.of(completed(1, NOON, FIRST)), tail),
                LONGEST_INVOCATION,
                NOON.plusSeconds(ageSeconds)))
        .as("a checkpoint is left")
        .isTrue();
  }
}

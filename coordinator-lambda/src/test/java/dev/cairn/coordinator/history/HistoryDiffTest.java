package dev.cairn.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.coordinator.history.HistoryDiff.Missing;
import dev.cairn.coordinator.history.HistoryDiff.Observed;
import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryLine.Kind;
import dev.cairn.history.HistoryMark;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.settings.Options;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class HistoryDiffTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final JobId JOB = new JobId("flights");
  private static final Job NEW = Job.create(JOB, CheckpointSettings.DEFAULTS);

  private final HistoryDiff decisions = new HistoryDiff();
  private Optional<HistoryMark> mark = Optional.empty();

  @Test
  void aNewHistoryBeginsWithTheCheckpointsThatAreOverAndWithWhatTheJobConsistsOf() {
    Job job = NEW.begun(id(1)).begun(id(2));
    List<HistoryLine> lines =
        record(
            job,
            List.of(completed(1), new Checkpoint.Pending(trigger(2), new TreeSet<>())),
            Map.of("code of main", "7"));
    assertThat(lines).extracting(HistoryLine::kind).containsExactly(Kind.COMPLETED, Kind.DEPLOYED);
    assertThat(lines.getFirst().at()).isEqualTo(NOON.plusSeconds(1));
    assertThat(lines.getFirst().cause()).contains("schedule");
    assertThat(lines.getFirst().text())
        .isEqualTo("checkpoint 1 is complete after 1000 ms, with 5000 bytes, 300 of them new");
    assertThat(lines.getLast().text()).isEqualTo("code of main: new → 7");
    assertThat(mark.orElseThrow().next()).isEqualTo(id(2));
    assertThat(record(job, List.of(new Checkpoint.Pending(trigger(2), new TreeSet<>())), Map.of()))
        .isEmpty();
  }

  @Test
  void eachCheckpointHasOneLineHoweverLongAnEarlierOneTakes() {
    Job job = NEW.begun(id(3));
    record(NEW, List.of());
    Checkpoint pending = new Checkpoint.Pending(trigger(1), new TreeSet<>());

    assertThat(record(job, List.of(pending, completed(2), completed(3)))).hasSize(2);
    assertThat(mark.orElseThrow().next()).isEqualTo(id(1));
    assertThat(mark.orElseThrow().beyond()).containsExactly(id(2), id(3));
    assertThat(missing(job, List.of(pending, completed(2), completed(3)))).isEmpty();

    List<HistoryLine> last =
        record(job, List.of(aborted(1), completed(2), new Checkpoint.Subsumed(completed(3))));
    assertThat(last).hasSize(1);
    assertThat(last.getFirst().text())
        .isEqualTo(
            "checkpoint 1 was aborted: STORAGE: the bucket said no; "
                + FailureReason.STORAGE.advice());
    assertThat(mark.orElseThrow().next()).isEqualTo(id(4));
    assertThat(mark.orElseThrow().beyond()).isEmpty();
  }

  /**
   * A coordinator read the job, two checkpoints began, the first was aborted, and it read these.
   */
  @Test
  void aCheckpointThatBeganAfterTheJobWasReadIsNotPassedOver() {
    record(NEW, List.of());
    Checkpoint pending = new Checkpoint.Pending(trigger(2), new TreeSet<>());

    assertThat(record(NEW, List.of(pending))).isEmpty();
    assertThat(mark.orElseThrow().next()).isEqualTo(id(1));

    assertThat(record(NEW.begun(id(2)), List.of(aborted(1), pending)))
        .extracting(HistoryLine::kind, HistoryLine::checkpoint)
        .containsExactly(tuple(Kind.ABORTED, Optional.of(id(1))));
    assertThat(mark.orElseThrow().next()).isEqualTo(id(2));
  }

  @Test
  void moreThanARecordTakesIsRecordedPieceByPieceAndNothingTwice() {
    List<Checkpoint> many = new ArrayList<>();
    for (int n = 1; n <= 100; n++) {
      many.add(completed(n));
    }
    Job job = NEW.begun(id(100));
    record(NEW, List.of());
    List<HistoryLine> all = new ArrayList<>();
    Optional<Missing> missing = missing(job, many);
    while (missing.isPresent()) {
      assertThat(missing.get().lines()).hasSizeBetween(1, History.LARGEST_RECORD);
      all.addAll(missing.get().lines());
      mark = Optional.of(missing.get().mark());
      missing = missing(job, many);
    }
    assertThat(all).extracting(HistoryLine::subject).doesNotHaveDuplicates().hasSize(100);
  }

  @Test
  void aRestoreHasTwoLinesAndTheFirstSaysWhoAsked() {
    record(NEW, List.of());
    Restoration from = Restoration.of(id(7));
    Job restoring = NEW.at(new JobStatus.Restoring(from));
    List<HistoryLine> begun =
        record(restoring, List.of(), Map.of(), Optional.of(Request.restore("7")));
    assertThat(begun).hasSize(1);
    assertThat(begun.getFirst().kind()).isEqualTo(Kind.RESTORE_BEGUN);
    assertThat(begun.getFirst().cause()).contains("restore 7");
    assertThat(begun.getFirst().checkpoint()).contains(id(7));
    assertThat(begun.getFirst().text())
        .isEqualTo("the job is restored to checkpoint 7, epoch 1 → 2");

    assertThat(record(restoring.at(new JobStatus.Replaying(from)), List.of())).isEmpty();
    assertThat(record(restoring.at(new JobStatus.Running()), List.of()))
        .extracting(HistoryLine::kind)
        .containsExactly(Kind.RESTORED);
  }

  @Test
  void aRestoreThatNobodySawToItsEndIsSaidToBeUnseen() {
    record(NEW, List.of());
    Job after = NEW.at(new JobStatus.Restoring(Restoration.of(id(7)))).at(new JobStatus.Running());
    assertThat(record(after, List.of()))
        .extracting(HistoryLine::kind, HistoryLine::text)
        .containsExactly(
            tuple(
                Kind.UNSEEN,
                "the job runs, epoch 1 → 2; what happened in between was not recorded"));
  }

  @Test
  void aJobThatHaltsFailsAndGoesOnSaysSo() {
    record(NEW, List.of());
    Halt failed = new Halt.Failed(Failure.of(FailureReason.USER_CODE, "a null"));
    Job suspending = NEW.at(new JobStatus.Suspending(failed));
    assertThat(record(suspending, List.of()))
        .extracting(HistoryLine::kind)
        .containsExactly(Kind.HALT_BEGUN);
    Job halted = suspending.at(new JobStatus.Halted(failed));
    List<HistoryLine> lines = record(halted, List.of());
    assertThat(lines).extracting(HistoryLine::kind).containsExactly(Kind.FAILED);
    assertThat(lines.getFirst().text()).startsWith("the job is FAILED: USER_CODE: a null; ");
    Job resuming = halted.at(new JobStatus.Resuming());
    assertThat(record(resuming, List.of(), Map.of(), Optional.of(Request.command("resume"))))
        .extracting(HistoryLine::kind, line -> line.cause().orElseThrow())
        .containsExactly(tuple(Kind.RESUME_BEGUN, "resume"));
    assertThat(record(resuming.at(new JobStatus.Running()), List.of()))
        .extracting(HistoryLine::kind)
        .containsExactly(Kind.RESUMED);
  }

  @Test
  void aRefusalIsRecordedOnceAndARequestThatWaitsNotAtAll() {
    record(NEW, List.of());
    Request request = Request.command("dispose 3");
    assertThat(missing(NEW.with(request), List.of(), Map.of(), Optional.of(request))).isEmpty();

    Job refused = NEW.with(Optional.of(new Job.Refusal("dispose 3", "it is unknown", NOON)));
    List<HistoryLine> lines = record(refused, List.of(), Map.of(), Optional.of(request));
    assertThat(lines)
        .extracting(HistoryLine::text)
        .containsExactly("\"dispose 3\" was refused: it is unknown");
    assertThat(missing(refused, List.of())).isEmpty();
  }

  @Test
  void aRequestThatLeavesNothingElseHasALineOfItsOwn() {
    record(NEW, List.of());
    assertThat(record(NEW, List.of(), Map.of(), Optional.of(Request.command("dispose 3"))))
        .extracting(HistoryLine::kind, HistoryLine::text)
        .containsExactly(tuple(Kind.SERVED, "\"dispose 3\" was served"));
  }

  @Test
  void aSettingSaysWhatItWasWhatItIsAndWhereItWasSet() {
    record(NEW, List.of());
    Job set =
        Job.create(
            JOB,
            new CheckpointSettings(
                Optional.of(Duration.ofSeconds(30)),
                CheckpointSettings.DEFAULTS.timeout(),
                CheckpointSettings.DEFAULTS.numRetained()));
    assertThat(record(set, List.of()))
        .extracting(HistoryLine::subject, HistoryLine::text)
        .containsExactly(
            tuple(
                Options.INTERVAL.name(),
                Options.INTERVAL.name() + ": the default → 30 s, set in the construct"));
    assertThat(record(NEW, List.of()).getFirst().text()).contains("30 s → ").endsWith("any more");
  }

  @Test
  void aJobThatChangesInEveryWayAtOnceFitsIntoARecord() {
    assertThat(Options.all()).hasSizeLessThan(History.LARGEST_RECORD - 15);
  }

  @Test
  void aSubtaskThatFailsHasALineForEachReasonAndOneAtTheEnd() {
    record(NEW, List.of());

    assertThat(failing(Map.of("main/s-1", FailureReason.USER_CODE)))
        .extracting(HistoryLine::kind, HistoryLine::subject, HistoryLine::text)
        .containsExactly(
            tuple(
                Kind.SUBTASK_FAILING,
                "main/s-1",
                "USER_CODE: main/s-1 failed; " + FailureReason.USER_CODE.advice()));
    assertThat(failing(Map.of("main/s-1", FailureReason.USER_CODE))).isEmpty();
    assertThat(failing(Map.of("main/s-1", FailureReason.STORAGE)))
        .extracting(HistoryLine::kind, line -> line.text().substring(0, 8))
        .containsExactly(tuple(Kind.SUBTASK_FAILING, "STORAGE:"));
    assertThat(failing(Map.of()))
        .extracting(HistoryLine::kind, HistoryLine::text)
        .containsExactly(tuple(Kind.SUBTASK_RECOVERED, "main/s-1 no longer fails"));
    assertThat(failing(Map.of())).isEmpty();
  }

  @Test
  void aJobThatHaltsDoesNotSayThatItsSubtasksRecovered() {
    record(NEW, List.of());
    failing(Map.of("main/s-1", FailureReason.USER_CODE));
    Halt failed = new Halt.Failed(Failure.of(FailureReason.USER_CODE, "a null"));

    assertThat(
            record(
                NEW.at(new JobStatus.Suspending(failed)).at(new JobStatus.Halted(failed)),
                List.of(),
                Map.of("code of main", "7")))
        .extracting(HistoryLine::kind)
        .doesNotContain(Kind.SUBTASK_RECOVERED);
    assertThat(mark.orElseThrow().failing()).containsOnlyKeys("main/s-1");
  }

  @Test
  void ofManySubtasksThatFailAFewHaveALineAndKeepIt() {
    record(NEW, List.of());
    SortedMap<String, FailureReason> many = new TreeMap<>();
    for (int shard = 10; shard < 40; shard++) {
      many.put("main/s-" + shard, FailureReason.STORAGE);
    }

    List<HistoryLine> lines = failing(many);
    assertThat(lines)
        .extracting(HistoryLine::subject)
        .containsExactly("main/s-10", "main/s-11", "main/s-12");
    assertThat(lines).allMatch(line -> line.text().endsWith(" (27 more subtasks fail)"));
    // A subtask that comes before those three in order does not take the place of any of them.
    many.put("main/s-00", FailureReason.STORAGE);
    assertThat(failing(many)).isEmpty();
    many.remove("main/s-11");
    assertThat(failing(many))
        .extracting(HistoryLine::kind, HistoryLine::subject)
        .containsExactly(
            tuple(Kind.SUBTASK_FAILING, "main/s-00"), tuple(Kind.SUBTASK_RECOVERED, "main/s-11"));
  }

  private List<HistoryLine> failing(Map<String, FailureReason> reasons) {
    SortedMap<String, Failure> failing = new TreeMap<>();
    reasons.forEach((name, reason) -> failing.put(name, Failure.of(reason, name + " failed")));
    Optional<Missing> missing =
        decisions.missing(
            mark,
            NEW,
            List.of(),
            Optional.of(new Observed(new TreeMap<>(), Optional.of(failing))),
            Optional.empty(),
            NOON);
    mark = missing.map(Missing::mark).or(() -> mark);
    return missing.map(Missing::lines).orElse(List.of());
  }

  private List<HistoryLine> record(Job job, List<Checkpoint> checkpoints) {
    return record(job, checkpoints, Map.of());
  }

  private List<HistoryLine> record(
      Job job, List<Checkpoint> checkpoints, Map<String, String> versions) {
    return record(job, checkpoints, versions, Optional.empty());
  }

  private List<HistoryLine> record(
      Job job,
      List<Checkpoint> checkpoints,
      Map<String, String> versions,
      Optional<Request> request) {
    Optional<Missing> missing = missing(job, checkpoints, versions, request);
    missing.ifPresent(
        more -> {
          assertThat(more.mark().version())
              .isEqualTo(mark.map(HistoryMark::version).orElse(0L) + 1);
          mark = Optional.of(more.mark());
        });
    return missing.map(Missing::lines).orElse(List.of());
  }

  private Optional<Missing> missing(Job job, List<Checkpoint> checkpoints) {
    return missing(job, checkpoints, Map.of(), Optional.empty());
  }

  private Optional<Missing> missing(
      Job job,
      List<Checkpoint> checkpoints,
      Map<String, String> versions,
      Optional<Request> request) {
    Optional<Observed> seen =
        versions.isEmpty()
            ? Optional.empty()
            : Optional.of(new Observed(new TreeMap<>(versions), Optional.empty()));
    return decisions.missing(mark, job, checkpoints, seen, request, NOON);
  }

  private static Checkpoint.Completed completed(long n) {
    return new Checkpoint.Completed(
        trigger(n),
        NOON.plusSeconds(1),
        new FileRef(new FilePath("m"), 10, Sha256.of(new byte[0])),
        5_000,
        300);
  }

  private static Checkpoint.Aborted aborted(long n) {
    return new Checkpoint.Aborted(
        trigger(n), NOON, Failure.of(FailureReason.STORAGE, "the bucket said no"));
  }

  private static Checkpoint.Triggering trigger(long n) {
    return new Checkpoint.Triggering(
        JOB, id(n), new Epoch(1), NOON, ExpectedSubtasks.of(new TreeSet<>()));
  }

  private static CheckpointId id(long n) {
    return new CheckpointId(n);
  }
}

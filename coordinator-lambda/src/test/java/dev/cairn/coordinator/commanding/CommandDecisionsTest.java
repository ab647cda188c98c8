package dev.cairn.coordinator.commanding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.command.Command;
import dev.cairn.command.CommandText;
import dev.cairn.command.InvalidCommandException;
import dev.cairn.coordinator.commanding.CommandDecisions.Decision;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SavepointName;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.settings.Configuration;
import dev.cairn.settings.Options;
import dev.cairn.settings.RetentionOnCancellation;
import dev.cairn.settings.SettingSource;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each command in each status → what becomes of it, and what is said where it is refused. */
class CommandDecisionsTest {
  private static final JobId JOB = new JobId("delays");
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final CheckpointId SEVEN = new CheckpointId(7);
  private static final Restoration FROM_SEVEN = Restoration.of(SEVEN).undoneBy(Optional.of(SEVEN));

  private static final JobStatus RUNNING = new JobStatus.Running();
  private static final JobStatus REPLAYING = new JobStatus.Replaying(FROM_SEVEN);
  private static final JobStatus RESTORING = new JobStatus.Restoring(FROM_SEVEN);
  private static final JobStatus RESUMING = new JobStatus.Resuming();
  private static final Halt RETAINED = new Halt.Cancelled(false);
  private static final Halt DELETED = new Halt.Cancelled(true);
  private static final Halt STOPPING = new Halt.Stopping(Optional.empty());
  private static final Halt STOPPED = new Halt.Stopped(SEVEN);
  private static final Halt FAILED =
      new Halt.Failed(Failure.of(FailureReason.TOO_MANY_FAILED_CHECKPOINTS, "4 failed in a row"));
  private static final JobStatus SUSPENDING = new JobStatus.Suspending(RETAINED);

  /** Every status, by the name that the table below calls it. */
  private static final Map<String, JobStatus> STATUSES =
      Map.of(
          "RUNNING",
          RUNNING,
          "REPLAYING",
          REPLAYING,
          "RESTORING",
          RESTORING,
          "RESUMING",
          RESUMING,
          "SUSPENDING",
          SUSPENDING,
          "CANCELLED",
          new JobStatus.Halted(RETAINED),
          "DELETED",
          new JobStatus.Halted(DELETED),
          "STOPPING",
          new JobStatus.Halted(STOPPING),
          "STOPPED",
          new JobStatus.Halted(STOPPED),
          "FAILED",
          new JobStatus.Halted(FAILED));

  private static final Decision LATER = new Decision.Postpone();
  private static final Decision CHECKPOINT = new Decision.Trigger(false, Optional.empty());
  private static final Decision SAVEPOINT =
      new Decision.Trigger(true, Optional.of(new SavepointName("mine")));

  private final CommandDecisions decisions = new CommandDecisions();

  private record Row(String command, List<String> statuses, Decision decide) {
    @Override
    public String toString() {
      return command + " in " + statuses + " → " + decide;
    }
  }

  private static Row row(String command, String statuses, Decision decide) {
    return new Row(command, List.of(statuses.split(" ")), decide);
  }

  private static Decision refuse(String reason) {
    return new Decision.Refuse(reason);
  }

  private static Decision halted(Halt halt) {
    return new Decision.Move(new JobStatus.Halted(halt));
  }

  private static Decision suspend(Halt halt) {
    return new Decision.Move(new JobStatus.Suspending(halt));
  }

  private static String noCheckpoints(String status) {
    return "the job is "
        + status
        + " and takes no checkpoints; resume it first, or restore a checkpoint";
  }

  static Stream<Row> rows() {
    Halt stop = new Halt.Stopping(Optional.of(new SavepointName("mine")));
    return Stream.of(
        row("checkpoint", "RUNNING REPLAYING", CHECKPOINT),
        row("checkpoint", "RESTORING RESUMING SUSPENDING", LATER),
        row("checkpoint", "CANCELLED DELETED", refuse(noCheckpoints("CANCELLED"))),
        row("checkpoint", "STOPPING", refuse(noCheckpoints("STOPPING"))),
        row("checkpoint", "STOPPED", refuse(noCheckpoints("STOPPED"))),
        row("checkpoint", "FAILED", refuse(noCheckpoints("FAILED"))),
        row("savepoint mine", "RUNNING REPLAYING", SAVEPOINT),
        row("savepoint mine", "RESTORING RESUMING SUSPENDING", LATER),
        row("savepoint mine", "CANCELLED DELETED", refuse(noCheckpoints("CANCELLED"))),
        row("savepoint mine", "STOPPING", refuse(noCheckpoints("STOPPING"))),
        row("savepoint mine", "STOPPED", refuse(noCheckpoints("STOPPED"))),
        row("savepoint mine", "FAILED", refuse(noCheckpoints("FAILED"))),
        row("stop mine", "RUNNING REPLAYING", suspend(stop)),
        row("stop mine", "RESTORING RESUMING SUSPENDING", LATER),
        row("stop mine", "CANCELLED DELETED FAILED", halted(stop)),
        row("stop mine", "STOPPING", refuse("the job is STOPPING already")),
        row("stop mine", "STOPPED", refuse("the job is STOPPED already")),
        row("cancel", "RUNNING REPLAYING", suspend(RETAINED)),
        row("cancel --delete", "RUNNING REPLAYING", suspend(DELETED)),
        row("cancel", "RESTORING RESUMING SUSPENDING", LATER),
        row("cancel", "STOPPING STOPPED FAILED", halted(RETAINED)),
        row("cancel --delete", "STOPPING STOPPED FAILED CANCELLED", halted(DELETED)),
        row(
            "cancel --retain",
            "CANCELLED",
            refuse("the job is CANCELLED already, and its checkpoints are retained")),
        row(
            "cancel --retain",
            "DELETED",
            refuse("the job is CANCELLED already, and its checkpoints are deleted")),
        row(
            "cancel --delete",
            "DELETED",
            refuse("the job is CANCELLED already, and its checkpoints are deleted")),
        row("resume", "RUNNING REPLAYING", refuse("the job runs already")),
        row("resume", "RESTORING", refuse("the job is being restored, and will run afterwards")),
        row("resume", "RESUMING", refuse("the job is being resumed already")),
        row("resume", "SUSPENDING", LATER),
        row("resume", "CANCELLED DELETED STOPPING STOPPED FAILED", new Decision.Resume(false)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aCommandIsAnsweredByWhereTheJobStands(Row row) throws InvalidCommandException {
    for (String status : row.statuses) {
      assertThat(decide(at(statusNamed(status)), row.command, List.of(), Optional.empty()))
          .as(status)
          .isEqualTo(row.decide);
    }
  }

  /** A status or a command that nobody has thought of is not decided by accident. */
  @Test
  void theTableHasEachStatusForEachVerb() {
    Map<String, List<String>> seen = new TreeMap<>();
    rows()
        .forEach(
            row ->
                seen.computeIfAbsent(row.command.split(" ")[0], verb -> new ArrayList<>())
                    .addAll(row.statuses));
    assertThat(seen).containsOnlyKeys("checkpoint", "savepoint", "stop", "cancel", "resume");
    seen.forEach((verb, statuses) -> assertThat(statuses).as(verb).containsAll(STATUSES.keySet()));
  }

  @Test
  void oneCheckpointWaitsForTheOther() throws InvalidCommandException {
    List<Checkpoint> busy = List.of(pending(Optional.empty()));
    for (String command : List.of("checkpoint", "savepoint mine")) {
      assertThat(decide(at(RUNNING), command, busy, Optional.empty())).isEqualTo(LATER);
    }
    assertThat(decide(at(RUNNING), "cancel", busy, Optional.empty())).isEqualTo(suspend(RETAINED));
  }

  @Test
  void aCancellationDeletesWhereTheJobIsSetToUnlessItSaysOtherwise()
      throws InvalidCommandException {
    CheckpointSettings deleting =
        new CheckpointSettings(
            Configuration.DEFAULTS.with(
                Options.EXTERNALIZED_CHECKPOINT_RETENTION,
                RetentionOnCancellation.DELETE_ON_CANCELLATION,
                SettingSource.CONSTRUCT));
    Job job = Job.create(JOB, deleting);
    assertThat(decide(job, "cancel", List.of(), Optional.empty())).isEqualTo(suspend(DELETED));
    assertThat(decide(job, "cancel --retain", List.of(), Optional.empty()))
        .isEqualTo(suspend(RETAINED));
  }

  @Test
  void aRestoreIsTriedInEveryStatusAndAnUndoIsOne() throws InvalidCommandException {
    Command.Restore latest = new Command.Restore(new Command.Target.Latest(), Command.Options.NONE);
    Command.Restore seven = new Command.Restore(new Command.Target.Id(SEVEN), Command.Options.NONE);
    for (JobStatus status : STATUSES.values()) {
      assertThat(decide(at(status), "restore latest", List.of(), Optional.empty()))
          .isEqualTo(new Decision.Restore(latest));
      assertThat(decide(undoable().at(status), "undo", List.of(), Optional.empty()))
          .isEqualTo(status.deletesCheckpoints() ? nothingToUndo() : new Decision.Restore(seven));
    }
    assertThat(decide(at(RUNNING), "undo", List.of(), Optional.empty())).isEqualTo(nothingToUndo());
  }

  private static Decision nothingToUndo() {
    return refuse(
        "there is nothing to undo: the job was never restored, or had no completed checkpoint when"
            + " it was; restore a checkpoint by its id instead");
  }

  /** A job that was restored when 7 was its latest checkpoint. */
  private static Job undoable() {
    return at(RESTORING).at(RUNNING);
  }

  @Test
  void nothingIsDisposedOfThatIsUnknownOrNotOverOrHoldsNothing() throws InvalidCommandException {
    assertThat(dispose(at(RUNNING), Optional.empty()))
        .isEqualTo(refuse("checkpoint 7 is unknown; list them with: cairn checkpoints"));
    assertThat(dispose(at(RUNNING), Optional.of(pending(Optional.empty()))))
        .isEqualTo(refuse("checkpoint 7 is PENDING: wait until it has ended"));
    assertThat(dispose(at(RUNNING), Optional.of(aborted(Optional.empty()))))
        .isEqualTo(refuse("checkpoint 7 is ABORTED and holds nothing"));
    assertThat(
            dispose(at(RUNNING), Optional.of(new Checkpoint.Subsumed(completed(Optional.empty())))))
        .isEqualTo(refuse("checkpoint 7 is SUBSUMED and is deleted automatically"));
  }

  @Test
  void whatARestoreOrItsUndoNeedsIsNotDisposedOf() throws InvalidCommandException {
    Checkpoint seven = completed(Optional.empty());
    assertThat(dispose(at(REPLAYING), Optional.of(seven)))
        .isEqualTo(refuse("checkpoint 7 is being restored: wait until the job is RUNNING"));
    assertThat(dispose(undoable(), Optional.of(seven)))
        .isEqualTo(
            refuse(
                "checkpoint 7 is needed for an undo of the last restore; the next restore"
                    + " releases it"));
    for (JobStatus between : List.of(RESTORING, SUSPENDING, RESUMING)) {
      assertThat(dispose(at(between), Optional.of(seven))).isEqualTo(LATER);
    }
  }

  @Test
  void aSavepointIsDisposedOfWhateverBecameOfItAndSoIsACompletedCheckpoint()
      throws InvalidCommandException {
    Optional<Checkpoint.Savepoint> savepoint =
        Optional.of(
            new Checkpoint.Savepoint(
                Optional.empty(),
                Layout.savepoint(Layout.SAVEPOINTS, JOB, SEVEN, Optional.empty())));
    for (Checkpoint checkpoint :
        List.of(
            completed(Optional.empty()),
            completed(savepoint),
            aborted(savepoint),
            new Checkpoint.Subsumed(completed(savepoint)))) {
      for (String status : List.of("RUNNING", "CANCELLED", "STOPPED", "FAILED")) {
        assertThat(dispose(at(statusNamed(status)), Optional.of(checkpoint)))
            .isEqualTo(new Decision.Dispose(checkpoint));
      }
    }
    assertThat(dispose(at(RUNNING), Optional.of(pending(savepoint))))
        .isEqualTo(refuse("checkpoint 7 is PENDING: wait until it has ended"));
  }

  @Test
  void aForkWaitsOnlyWhileTheJobIsBetweenTwoStates() throws InvalidCommandException {
    Optional<Checkpoint> completed = Optional.of(completed(Optional.empty()));
    for (JobStatus status : STATUSES.values()) {
      assertThat(decide(at(status), "fork 7 trial", List.of(), completed))
          .as(status.label())
          .isEqualTo(
              status.isSettled()
                  ? new Decision.Fork(completed(Optional.empty()), new JobId("trial"))
                  : new Decision.Postpone());
    }
  }

  @Test
  void onlyACheckpointThatIsCompleteIsForkedUnderAnotherName() throws InvalidCommandException {
    Optional<Checkpoint.Savepoint> none = Optional.empty();
    for (Map.Entry<Optional<Checkpoint>, String> refused :
        Map.<Optional<Checkpoint>, String>of(
                Optional.empty(), "checkpoint 7 is unknown; list them with: cairn checkpoints",
                Optional.of(pending(none)), "checkpoint 7 is PENDING: wait until it is COMPLETED",
                Optional.of(aborted(none)), "checkpoint 7 is ABORTED: choose one that is COMPLETED",
                Optional.of(new Checkpoint.Subsumed(completed(none))),
                    "checkpoint 7 is SUBSUMED, and its files are deleted: choose one that is"
                        + " COMPLETED")
            .entrySet()) {
      assertThat(decide(at(RUNNING), "fork 7 trial", List.of(), refused.getKey()))
          .isEqualTo(refuse(refused.getValue()));
    }
    assertThat(decide(at(RUNNING), "fork 7 " + JOB, List.of(), Optional.of(completed(none))))
        .isEqualTo(
            refuse(
                "a fork is another job: give it a name other than delays; to restore this"
                    + " job, use: cairn restore 7"));
  }

  private Decision dispose(Job job, Optional<Checkpoint> named) throws InvalidCommandException {
    return decide(job, "dispose 7", List.of(), named);
  }

  private Decision decide(
      Job job, String command, List<Checkpoint> checkpoints, Optional<Checkpoint> named)
      throws InvalidCommandException {
    return decisions.decide(job, CommandText.parse(command), checkpoints, named);
  }

  private static JobStatus statusNamed(String name) {
    return Objects.requireNonNull(STATUSES.get(name), name);
  }

  private static Job at(JobStatus status) {
    return Job.create(JOB, CheckpointSettings.DEFAULTS).at(status);
  }

  private static Checkpoint.Triggering trigger(Optional<Checkpoint.Savepoint> savepoint) {
    return new Checkpoint.Triggering(
        JOB,
        SEVEN,
        new Epoch(1),
        NOON,
        ExpectedSubtasks.of(new TreeSet<>()),
        savepoint,
        "schedule");
  }

  private static Checkpoint.Pending pending(Optional<Checkpoint.Savepoint> savepoint) {
    return new Checkpoint.Pending(trigger(savepoint), new TreeSet<>());
  }

  private static Checkpoint.Aborted aborted(Optional<Checkpoint.Savepoint> savepoint) {
    return new Checkpoint.Aborted(
        trigger(savepoint), NOON, Failure.of(FailureReason.EXPIRED, "nobody answered"));
  }

  private static Checkpoint.Completed completed(Optional<Checkpoint.Savepoint> savepoint) {
    FilePath path = Layout.metadata(JOB, SEVEN);
    return new Checkpoint.Completed(
        trigger(savepoint), NOON, new FileRef(path, 1, Sha256.of(new byte[1])), 1, 1);
  }
}

package dev.cairn.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.checkpoint.ExpectedSubtasks;
import dev.cairn.checkpoint.Failure;
import dev.cairn.checkpoint.FailureReason;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.job.Fork;
import dev.cairn.job.Halt;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Restoration;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Layout;
import dev.cairn.storage.Sha256;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A command, and what the job's item and its checkpoints say since → how far it has come. */
class CommandProgressTest {
  private static final JobId JOB = new JobId("delays");
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final CheckpointId SEVEN = new CheckpointId(7);
  private static final CheckpointId EIGHT = new CheckpointId(8);
  private static final JobStatus RUNNING = new JobStatus.Running();
  private static final Halt STOPPING = new Halt.Stopping(Optional.empty());
  private static final Halt STOPPED = new Halt.Stopped(EIGHT);
  private static final Halt RETAINED = new Halt.Cancelled(false);
  private static final Halt DELETED = new Halt.Cancelled(true);
  private static final Halt FAILED =
      new Halt.Failed(Failure.of(FailureReason.TOO_MANY_FAILED_CHECKPOINTS, "4 failed in a row"));

  /** The job before anything was asked: epoch 1, and the next checkpoint is 8. */
  private static final Job BEFORE =
      Job.create(JOB, CheckpointSettings.DEFAULTS)
          .begun(SEVEN)
          .withLatest(SEVEN, FormatVersion.OLDEST);

  /** Statuses by the words of the table; {@code >} where whoever goes there raises the epoch. */
  private static Job now(String path) {
    Job job = BEFORE;
    for (String step : path.split(" ")) {
      job =
          job.at(
              switch (step) {
                case "RUNNING" -> RUNNING;
                case "PINNED-8" -> RUNNING;
                case ">SUSPENDING-TO-STOP" -> new JobStatus.Suspending(STOPPING);
                case ">SUSPENDING-TO-CANCEL" -> new JobStatus.Suspending(RETAINED);
                case "STOPPING" -> new JobStatus.Halted(STOPPING);
                case "STOPPED" -> new JobStatus.Halted(STOPPED);
                case "CANCELLED" -> new JobStatus.Halted(RETAINED);
                case "DELETED" -> new JobStatus.Halted(DELETED);
                case "FAILED" -> new JobStatus.Halted(FAILED);
                case ">RESUMING" -> new JobStatus.Resuming();
                case ">RESTORING-7" -> new JobStatus.Restoring(of(SEVEN));
                case "REPLAYING-7" -> new JobStatus.Replaying(of(SEVEN));
                case ">RESTORING-8" -> new JobStatus.Restoring(of(EIGHT));
                case "REPLAYING-8" -> new JobStatus.Replaying(of(EIGHT));
                case ">RESTORING-PATH" -> new JobStatus.Restoring(ofPath());
                case "REPLAYING-PATH" -> new JobStatus.Replaying(ofPath());
                default -> throw new AssertionError(step);
              });
      job = step.equals("PINNED-8") ? job.pinning(EIGHT) : job;
    }
    return job;
  }

  private static Restoration of(CheckpointId id) {
    return Restoration.of(id).undoneBy(Optional.of(SEVEN));
  }

  private static Restoration ofPath() {
    return new Restoration(
        new Restoration.Source.Metadata(metadata("s3://kept/savepoint-3/_metadata")),
        ClaimMode.NO_CLAIM,
        Restoration.Positions.SAME_STREAM,
        false);
  }

  private record Row(
      String command, String now, List<Checkpoint> since, String progress, String text) {
    @Override
    public String toString() {
      return command + " in " + now + " → " + progress;
    }
  }

  private static Row row(String command, String now, String progress, String text) {
    return new Row(command, now, List.of(), progress, text);
  }

  private static Row row(
      String command, String now, Checkpoint since, String progress, String text) {
    return new Row(command, now, List.of(since), progress, text);
  }

  static Stream<Row> rows() {
    String suspending = "every journal gets epoch 2, in which no records are applied";
    String resuming = "every journal gets epoch 2; then the mapping is enabled again";
    String someoneElse = "the request was removed, and the job's current status has another cause";
    return Stream.of(
        row(
            "pin 8",
            "PINNED-8",
            "Done pinned",
            "checkpoint 8 is pinned: it is kept until it is unpinned and later checkpoints"
                + " replace it"),
        row("pin 8", "RUNNING", "Superseded", someoneElse),
        row(
            "unpin 8",
            "RUNNING",
            "Done unpinned",
            "checkpoint 8 is no longer pinned: it is deleted when later checkpoints replace it"),
        row("unpin 8", "PINNED-8", "Superseded", someoneElse),
        row("upgrade 2", "RUNNING", "Done upgraded", "job delays is in format 2 already"),
        row("upgrade 3", "RUNNING", "Superseded", someoneElse),
        row(
            "accept-gap shardId-7",
            "RUNNING",
            "Done accepted",
            "shard shardId-7 continues without the records that are missing"),
        row(
            "restore delays/chk-7/_metadata",
            ">RESTORING-7",
            "UnderWay restoring",
            "every journal gets epoch 2 and the state of checkpoint 7"),
        row("restore delays/chk-7/", ">RESTORING-8", "Superseded", someoneElse),
        row(
            "checkpoint",
            "RUNNING",
            pending("checkpoint"),
            "UnderWay triggered",
            "checkpoint 8 is triggered: it is complete when all of its 0 subtasks have"
                + " acknowledged"),
        row(
            "checkpoint",
            "RUNNING",
            completed("checkpoint"),
            "Done completed",
            "checkpoint 8 is complete, after 2000 ms: delays/chk-8/_metadata"),
        row(
            "checkpoint",
            "RUNNING",
            new Checkpoint.Subsumed(completed("checkpoint")),
            "Done completed",
            "checkpoint 8 was completed, and later checkpoints have replaced it since"),
        row(
            "checkpoint",
            "RUNNING",
            aborted("checkpoint"),
            "Failed aborted",
            "checkpoint 8 was aborted: EXPIRED: nobody answered; "),
        // One that was due by itself is not the one that was asked for.
        row("checkpoint", "RUNNING", completed("schedule"), "Superseded", someoneElse),
        row(
            "checkpoint",
            ">RESTORING-7",
            "Superseded",
            "another cause: it is RESTORING in epoch 2"),
        row(
            "savepoint mine",
            "RUNNING",
            savepoint("savepoint mine"),
            "Done completed",
            "savepoint 8 is complete, after 2000 ms: savepoints/delays/savepoint-8/_metadata"),
        row("savepoint mine", "RUNNING", savepoint("savepoint other"), "Superseded", someoneElse),
        row("stop", ">SUSPENDING-TO-STOP", "UnderWay suspending", suspending),
        row(
            "stop",
            ">SUSPENDING-TO-STOP STOPPING",
            "UnderWay stopping",
            "no records are applied; a savepoint of the job's final state is being taken"),
        row(
            "stop",
            ">SUSPENDING-TO-STOP STOPPING STOPPED",
            savepoint("stop"),
            "Done stopped",
            "the job is STOPPED with savepoint 8: savepoints/delays/savepoint-8/_metadata"),
        row(
            "stop",
            ">SUSPENDING-TO-STOP STOPPING STOPPED",
            "Done stopped",
            "the job is STOPPED with savepoint 8"),
        row("stop", ">SUSPENDING-TO-CANCEL CANCELLED", "Superseded", someoneElse),
        row("cancel", ">SUSPENDING-TO-CANCEL", "UnderWay suspending", suspending),
        row(
            "cancel",
            ">SUSPENDING-TO-CANCEL CANCELLED",
            "Done cancelled",
            "the job's checkpoints and savepoints are kept"),
        row(
            "cancel --delete",
            ">SUSPENDING-TO-CANCEL DELETED",
            "Done cancelled",
            "the next ticks delete the job's checkpoints; its savepoints are kept"),
        row("cancel", ">SUSPENDING-TO-STOP STOPPING", "Superseded", someoneElse),
        row("cancel", "RUNNING", "Superseded", someoneElse),
        row("resume", ">RESUMING", "UnderWay resuming", resuming),
        row("resume", ">RESUMING RUNNING", "Done running", "the job goes on; epoch 2"),
        row(
            "resume",
            ">RESUMING RUNNING >SUSPENDING-TO-CANCEL CANCELLED >RESUMING RUNNING",
            "Superseded",
            someoneElse),
        row("resume", "FAILED", "Superseded", someoneElse),
        row(
            "restore 7",
            ">RESTORING-7",
            "UnderWay restoring",
            "every journal gets epoch 2 and the state of checkpoint 7"),
        row(
            "restore 7",
            ">RESTORING-7 REPLAYING-7",
            "UnderWay replaying",
            "records after checkpoint 7 are applied again"),
        row("restore 7", ">RESTORING-7 RUNNING", "Done running", "no gap is left; epoch 2"),
        row("restore 7", ">RESTORING-8", "Superseded", someoneElse),
        row("restore 7", ">RESTORING-8 REPLAYING-8", "Superseded", someoneElse),
        row("restore 7", ">RESTORING-7 RUNNING >RESTORING-7 RUNNING", "Superseded", someoneElse),
        row("restore latest", ">RESTORING-8", "UnderWay restoring", "the state of checkpoint 8"),
        row("restore latest", ">RESTORING-PATH", "Superseded", someoneElse),
        row(
            "restore s3://kept/savepoint-3",
            ">RESTORING-PATH",
            "UnderWay restoring",
            "the state of s3://kept/savepoint-3/_metadata"),
        row(
            "restore s3://kept/savepoint-3",
            ">RESTORING-PATH REPLAYING-PATH",
            "UnderWay replaying",
            "records after s3://kept/savepoint-3/_metadata"),
        row("restore s3://kept/savepoint-3", ">RESTORING-7", "Superseded", someoneElse),
        row("undo", ">RESTORING-7", "UnderWay restoring", "the state of checkpoint 7"),
        row("undo", ">RESTORING-7 RUNNING", "Done running", "no gap is left; epoch 2"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void isToldFromTheItemAndTheCheckpointsSince(Row row) throws InvalidCommandException {
    CommandProgress progress =
        CommandProgress.of(asked(BEFORE, row.command), now(row.now), row.since, Optional.empty());

    assertThat(named(progress)).isEqualTo(row.progress);
    assertThat(text(progress)).contains(row.text);
    assertThat(progress.now()).isEqualTo(now(row.now));
  }

  @Test
  void aForkIsToldFromWhatIsKeptForIt() throws InvalidCommandException {
    JobId trial = new JobId("trial");
    Fork fork =
        new Fork(JOB, trial, SEVEN, metadata("delays/chk-7/_metadata"), NOON, Optional.empty());
    Fork released = fork.released(NOON);

    assertThat(ofForks("fork 7 trial", List.of(fork)))
        .isEqualTo(
            "Done forked: job trial begins from checkpoint 7, whose files are kept while it"
                + " needs them: deploy it as a fork of delays");
    assertThat(ofForks("fork 8 trial", List.of(fork))).startsWith("Superseded");
    assertThat(ofForks("fork 7 other", List.of(fork))).startsWith("Superseded");
    assertThat(ofForks("unfork trial", List.of(fork))).startsWith("Superseded");
    assertThat(ofForks("unfork trial", List.of(released)))
        .isEqualTo("Done released: the fork trial needs no file of job delays any more");
    assertThat(ofForks("unfork trial", List.of())).startsWith("Done released");
  }

  private static String ofForks(String command, List<Fork> forks) throws InvalidCommandException {
    CommandProgress progress =
        CommandProgress.of(
            asked(BEFORE, command), now("RUNNING"), List.of(), Optional.empty(), forks);
    return named(progress) + ": " + text(progress);
  }

  /** A verb that nobody has thought of has no progress by accident. */
  @Test
  void theTableHasEachVerbAndEachKindOfEnd() throws InvalidCommandException {
    List<Class<?>> verbs = new ArrayList<>();
    List<String> kinds = new ArrayList<>();
    for (Row row : rows().toList()) {
      verbs.add(CommandText.parse(row.command).getClass());
      kinds.add(row.progress.split(" ")[0]);
    }
    List<Class<?>> all = new ArrayList<>(List.of(Command.class.getPermittedSubclasses()));
    // Told from what else there is, below.
    all.removeAll(List.of(Command.Dispose.class, Command.Fork.class, Command.Unfork.class));
    assertThat(verbs).containsAll(all);
    assertThat(kinds).contains("UnderWay", "Done", "Failed", "Superseded");
  }

  @Test
  void aDisposalIsToldFromTheCheckpointThatItNames() throws InvalidCommandException {
    assertThat(disposal(Optional.empty())).isEqualTo("Done disposed: nothing is left");
    assertThat(disposal(Optional.of(new Checkpoint.Subsumed(completed("schedule")))))
        .isEqualTo("Done disposed: checkpoint 8 is disposed of");
    assertThat(disposal(Optional.of(aborted("schedule"))))
        .isEqualTo("Done disposed: nothing is left of checkpoint 8, which was aborted");
    assertThat(disposal(Optional.of(completed("schedule")))).startsWith("Superseded: ");
    assertThat(disposal(Optional.of(pending("schedule")))).startsWith("Superseded: ");
  }

  private static String disposal(Optional<Checkpoint> named) throws InvalidCommandException {
    CommandProgress progress =
        CommandProgress.of(asked(BEFORE, "dispose 8"), BEFORE, List.of(), named);
    return named(progress) + ": " + text(progress);
  }

  @Test
  void aRefusalIsOfThisCommandOnlyIfItIsNewAndNamesIt() throws InvalidCommandException {
    for (String command :
        List.of("checkpoint", "stop", "cancel", "resume", "restore 7", "undo", "dispose 8")) {
      Job refused = BEFORE.with(refusal(command, "not now"));

      assertThat(CommandProgress.of(asked(BEFORE, command), refused, List.of(), Optional.empty()))
          .as(command)
          .isEqualTo(new CommandProgress.Refused(refused, "not now"));
      assertThat(
              named(
                  CommandProgress.of(
                      asked(refused, command), refused, List.of(), Optional.empty())))
          .as("%s, refused before it was asked", command)
          .isNotEqualTo("Refused");
    }
    Job another = BEFORE.with(refusal("cancel", "not now"));
    assertThat(
            named(
                CommandProgress.of(
                    asked(BEFORE, "checkpoint"), another, List.of(), Optional.empty())))
        .isEqualTo("Superseded");
  }

  @Test
  void anUndoIsRefusedAsTheRestoreThatItIs() throws InvalidCommandException {
    Job refused = BEFORE.with(refusal("restore 7", "files are gone"));
    assertThat(CommandProgress.of(asked(BEFORE, "undo"), refused, List.of(), Optional.empty()))
        .isEqualTo(new CommandProgress.Refused(refused, "files are gone"));
  }

  @Test
  void whatFailsAfterItHadBegunIsNotRefusedButFailed() throws InvalidCommandException {
    Job restoring = now(">RESTORING-7").with(refusal("restore 7", "a file is damaged"));
    assertThat(
            CommandProgress.of(asked(BEFORE, "restore 7"), restoring, List.of(), Optional.empty()))
        .isEqualTo(
            new CommandProgress.Failed(restoring, "failed", "a file is damaged", Optional.empty()));

    // As Flink's, a job whose last savepoint fails goes on.
    Checkpoint.Completed savepoint = savepoint("stop");
    Job goesOn =
        now(">SUSPENDING-TO-STOP STOPPING >RESUMING RUNNING")
            .with(refusal("stop", "the savepoint was aborted"));
    assertThat(
            CommandProgress.of(asked(BEFORE, "stop"), goesOn, List.of(savepoint), Optional.empty()))
        .isEqualTo(
            new CommandProgress.Failed(
                goesOn, "failed", "the savepoint was aborted", Optional.of(savepoint)));
  }

  private static Optional<Job.Refusal> refusal(String request, String reason) {
    return Optional.of(new Job.Refusal(request, reason, NOON));
  }

  private static TrackedCommand asked(Job before, String command) throws InvalidCommandException {
    return new TrackedCommand(before, CommandText.parse(command));
  }

  private static String named(CommandProgress progress) {
    return switch (progress) {
      case CommandProgress.Waiting w -> "Waiting";
      case CommandProgress.Refused r -> "Refused";
      case CommandProgress.UnderWay way -> "UnderWay " + way.step();
      case CommandProgress.Done done -> "Done " + done.step();
      case CommandProgress.Failed failed -> "Failed " + failed.step();
      case CommandProgress.Superseded s -> "Superseded";
    };
  }

  private static String text(CommandProgress progress) {
    return switch (progress) {
      case CommandProgress.Waiting w -> "";
      case CommandProgress.Refused refused -> refused.reason();
      case CommandProgress.UnderWay way -> way.text();
      case CommandProgress.Done done -> done.text();
      case CommandProgress.Failed failed -> failed.text();
      case CommandProgress.Superseded superseded -> superseded.text();
    };
  }

  @Test
  void anUpgradeIsDoneWhenTheJobHasTheFormat() {
    Job before = Job.create(JOB, CheckpointSettings.DEFAULTS, FormatVersion.ONE);
    Job after = before.in(FormatVersion.TWO);
    for (Optional<Long> to : List.of(Optional.<Long>empty(), Optional.of(2L))) {
      TrackedCommand asked = new TrackedCommand(before, new Command.Upgrade(to));
      assertThat(CommandProgress.of(asked, after, List.of(), Optional.empty()))
          .isInstanceOfSatisfying(
              CommandProgress.Done.class,
              done -> assertThat(done.text()).contains("is in format 2: its journals follow"));
      assertThat(CommandProgress.of(asked, before, List.of(), Optional.empty()))
          .isInstanceOf(CommandProgress.Superseded.class);
    }
    assertThat(
            CommandProgress.of(
                new TrackedCommand(after, new Command.Upgrade(Optional.of(2L))),
                after,
                List.of(),
                Optional.empty()))
        .isInstanceOfSatisfying(
            CommandProgress.Done.class,
            done -> assertThat(done.text()).contains("is in format 2 already"));
  }

  private static Checkpoint.Triggering trigger(
      String cause, Optional<Checkpoint.Savepoint> savepoint) {
    return new Checkpoint.Triggering(
        JOB, EIGHT, new Epoch(1), NOON, ExpectedSubtasks.of(new TreeSet<>()), savepoint, cause);
  }

  private static Checkpoint.Pending pending(String cause) {
    return new Checkpoint.Pending(trigger(cause, Optional.empty()), new TreeSet<>());
  }

  private static Checkpoint.Completed completed(String cause) {
    return completed(
        trigger(cause, Optional.empty()), metadata(Layout.metadata(JOB, EIGHT).value()));
  }

  private static Checkpoint.Completed savepoint(String cause) {
    FilePath directory = Layout.savepoint(Layout.SAVEPOINTS, JOB, EIGHT, Optional.empty());
    return completed(
        trigger(cause, Optional.of(new Checkpoint.Savepoint(Optional.empty(), directory))),
        metadata(Layout.metadataIn(directory).value()));
  }

  private static Checkpoint.Completed completed(Checkpoint.Triggering trigger, FileRef metadata) {
    return new Checkpoint.Completed(trigger, NOON.plusSeconds(2), metadata, 1, 1);
  }

  private static FileRef metadata(String path) {
    return new FileRef(new FilePath(path), 1, Sha256.of(new byte[1]));
  }

  private static Checkpoint.Aborted aborted(String cause) {
    return new Checkpoint.Aborted(
        trigger(cause, Optional.empty()),
        NOON,
        Failure.of(FailureReason.EXPIRED, "nobody answered"));
  }
}
